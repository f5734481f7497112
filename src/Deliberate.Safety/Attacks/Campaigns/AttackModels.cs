using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>Opens the models of a campaign: those of evaluations, and the scripted attacker.</summary>
internal static class AttackModels
{
    /// <summary>One attack at a time would keep a host waiting; the script has all the time in the world.</summary>
    private const int Concurrency = 64;

    /// <exception cref="UserError">There is no such model.</exception>
    public static EvaluationModel Open(EvaluationModels models, string name) =>
        name == WorldAttackerClient.ModelName ? new EvaluationModel(name, new WorldAttackerClient(), Concurrency) : models.Open(name);

    /// <summary>Asks providers for the models before anything is spent.</summary>
    public static Task CheckAsync(EvaluationModels models, IEnumerable<string?> names, CancellationToken cancellation) =>
        models.CheckAsync(names.OfType<string>().Where(name => name != WorldAttackerClient.ModelName), cancellation);
}
