using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>Evaluations: the list, a log with its samples, two models on the same samples. Reads logs, and writes nothing but labels beside them.</summary>
internal sealed class EvaluationsArea : IServerArea
{
    public const string Root = "/evaluations", Comparison = "/evaluation-pairs";

    public string Title => "Evaluations";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(EvaluationsPage), typeof(EvaluationPage), typeof(EvaluationPairsPage)];

    public bool IsShown(ServerOptions options) => options.Evaluations is not null;

    public void AddServices(IServiceCollection services, ServerOptions options) => services.AddSingleton<EvaluationCatalog>();

    public void Map(IEndpointRouteBuilder endpoints)
    {
        // Pages only.
    }
}
