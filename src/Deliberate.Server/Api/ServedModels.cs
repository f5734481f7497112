using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A model with what the server keeps for it.</summary>
internal sealed record ServedEntry(IServedModel Model, PromptWriter Writer, FairQueue Queue);

/// <summary>The models of a server, by the names that requests use. One may be replaced while it answers: whoever got it keeps it.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly ApiOptions _options;
    private volatile ServedEntry[] _all;

    public ServedModels(IEnumerable<IServedModel> models, ApiOptions options)
    {
        _options = options;
        _all = [.. models.Select(Entry)];
    }

    public IReadOnlyList<ServedEntry> All => _all;

    /// <summary>Whether they were read from files, which may change.</summary>
    public bool AreOfFiles { get; private init; }

    /// <summary>Reads them into memory.</summary>
    public static ServedModels Open(ApiOptions options)
    {
        var opened = new List<IServedModel>();
        try
        {
            foreach (var model in options.Models) opened.Add(Open(model, options));
            return new ServedModels(opened, options) { AreOfFiles = true };
        }
        catch
        {
            foreach (var model in opened) model.Dispose();
            throw;
        }
    }

    /// <summary>Reads one of them as it is now, if it may be served.</summary>
    public static IServedModel Open(ServedModelOptions model, ApiOptions options)
    {
        var now = model.Locate is { } locate ? model with { Path = locate() } : model;
        return options.Gate is { } gate ? gate.Open(now, options.Moderation, () => ServedTextModel.Open(now, options)) : ServedTextModel.Open(now, options);
    }

    /// <exception cref="ApiError">There is no such model: 404.</exception>
    public ServedEntry Get(string name)
    {
        var all = _all;
        return Array.Find(all, e => e.Model.Name == name)
            ?? throw ApiError.NotFound($"The model '{JsonFields.Short(name)}' does not exist. {NearestName.Suggest(JsonFields.Short(name), [.. all.Select(e => e.Model.Name)]) ?? $"This server has {string.Join(", ", all.Select(e => e.Model.Name))}."}", "model", "model_not_found");
    }

    /// <summary>Puts a model in the place of the one of its name.</summary>
    /// <returns>The one that was there: whoever has it may still use it.</returns>
    public ServedEntry Replace(IServedModel model)
    {
        var old = Get(model.Name);
        var made = Entry(model);
        _all = [.. _all.Select(e => e == old ? made : e)];
        return old;
    }

    public void Dispose()
    {
        foreach (var entry in _all) entry.Model.Dispose();
    }

    private ServedEntry Entry(IServedModel model) => new(model, new PromptWriter(model.Format), new FairQueue(_options.Slots, _options.Queue));
}
