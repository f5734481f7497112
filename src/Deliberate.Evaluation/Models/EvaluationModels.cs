using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The models that a command names: <c>PROVIDER:NAME</c> of deliberate.yaml, <c>replay:FILE</c>, <c>mock</c> or <c>mock:TEXT</c>, <c>behind:FILTER:MODEL</c> for a model behind its filter, else a
/// checkpoint on this machine.
/// </summary>
/// <param name="configuration">Names the providers.</param>
/// <param name="handlers">All HTTP there is.</param>
internal sealed class EvaluationModels(ProgramConfiguration configuration, ProviderHandlers handlers)
{
    private const string Mock = "mock", Replay = "replay";

    /// <summary>Opens a checkpoint by the path that the user gave.</summary>
    public required Func<string, EvaluationModel> Checkpoint { get; init; }

    /// <summary>Folder of answers that were paid for; null to keep none.</summary>
    public string? CacheFolder { get; init; }

    /// <exception cref="UserError">There is no such model.</exception>
    public EvaluationModel Open(string name)
    {
        var (kind, rest) = Split(name);
        if (kind == Mock) return new EvaluationModel(name, new ChatClientConnection(new MockChatClient(name.Length > Mock.Length ? rest : null)), new ModelDescription(Mock, name), Environment.ProcessorCount * 4);
        if (kind == FilteredConnection.Scheme && rest.Length > 0)
        {
            var (filter, model) = FilteredConnection.Parts(rest);
            var opened = FilteredConnection.Open?.Invoke(filter) ?? throw new UserError("This program knows no filters of deployed systems.", field: name);
            return FilteredConnection.Model(name, Open(model), opened);
        }

        if (kind == Replay && rest.Length > 0) return ReplayConnection.Open(rest, name);
        if (IsProvider(kind, rest)) return ProviderModel.Open(configuration, handlers, kind, rest, CacheFolder is null ? null : new AnswerCache(CacheFolder));
        if (rest.Length > 0 && kind.Length > 1 && !Path.Exists(name)) throw new UserError($"There is no provider \"{kind}\".", configuration.File, field: name, advice: NearestName.Suggest(kind, [.. configuration.Settings.Providers.Keys]) ?? "Providers are named in deliberate.yaml: see docs/configuration.md. A checkpoint is named by its path.");
        return Checkpoint(name);
    }

    /// <summary>Whether a name is one of a checkpoint on this machine, to be opened.</summary>
    public bool IsCheckpoint(string name)
    {
        var (kind, rest) = Split(name);
        return kind != Mock && !(kind == Replay && rest.Length > 0) && !IsProvider(kind, rest);
    }

    /// <summary>Asks each provider, before anything is spent, whether it has the model and takes the key.</summary>
    public async Task CheckAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        foreach (var (provider, model) in names.Select(n => Split(n) is (FilteredConnection.Scheme, var rest) ? Split(FilteredConnection.Parts(rest).Model) : Split(n)).Where(n => IsProvider(n.Kind, n.Name)).Distinct())
            await ProviderModel.CheckAsync(configuration, handlers, provider, model, cancellation).ConfigureAwait(false);
    }

    private bool IsProvider(string kind, string rest) => rest.Length > 0 && configuration.Settings.Providers.ContainsKey(kind);

    private static (string Kind, string Name) Split(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (name, "") : (name[..colon], name[(colon + 1)..]);
    }
}
