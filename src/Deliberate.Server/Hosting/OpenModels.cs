using System.Collections.Concurrent;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Server;

/// <summary>The models that pages ask, by the names that commands call them: each opened once, when it is first asked.</summary>
internal sealed class OpenModels(ServerOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<EvaluationModel>> _open = new(StringComparer.Ordinal);

    /// <exception cref="UserError">There is no such model, or this server opens none.</exception>
    public EvaluationModel Of(string name)
    {
        var model = _open.GetOrAdd(name, n => new Lazy<EvaluationModel>(() => (options.OpenModel ?? throw new UserError("This server opens no models."))(n)));
        try
        {
            return model.Value;
        }
        catch
        {
            // One that could not be opened may be there the next time.
            _open.TryRemove(KeyValuePair.Create(name, model));
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var model in _open.Values.Where(m => m is { IsValueCreated: true })) await model.Value.DisposeAsync();
    }
}
