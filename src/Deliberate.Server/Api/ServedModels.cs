using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A model with what the server keeps for it.</summary>
internal sealed record ServedEntry(IServedModel Model, PromptWriter Writer, FairQueue Queue);

/// <summary>The models of a server, by the names that requests use.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly Dictionary<string, ServedEntry> _byName;

    public ServedModels(IEnumerable<IServedModel> models, ApiOptions options)
    {
        All = [.. models.Select(m => new ServedEntry(m, new PromptWriter(m.Format), new FairQueue(options.Slots, options.Queue)))];
        _byName = All.ToDictionary(e => e.Model.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<ServedEntry> All { get; }

    /// <summary>Reads them into memory.</summary>
    public static ServedModels Open(ApiOptions options)
    {
        var opened = new List<IServedModel>();
        try
        {
            foreach (var model in options.Models) opened.Add(options.Gate is { } gate ? gate.Open(model, () => ServedTextModel.Open(model, options)) : ServedTextModel.Open(model, options));
            return new ServedModels(opened, options);
        }
        catch
        {
            foreach (var model in opened) model.Dispose();
            throw;
        }
    }

    /// <exception cref="ApiError">There is no such model: 404.</exception>
    public ServedEntry Get(string name) => _byName.TryGetValue(name, out var found) ? found
        : throw ApiError.NotFound($"The model '{JsonFields.Short(name)}' does not exist. {NearestName.Suggest(JsonFields.Short(name), _byName.Keys) ?? $"This server has {string.Join(", ", _byName.Keys)}."}", "model", "model_not_found");

    public void Dispose()
    {
        foreach (var entry in All) entry.Model.Dispose();
    }
}
