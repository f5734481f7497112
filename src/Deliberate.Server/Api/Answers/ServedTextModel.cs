using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>A model in this process's memory.</summary>
internal sealed class ServedTextModel : IServedModel
{
    private readonly TextModel _model;

    private ServedTextModel(string name, TextModel model) => (Name, _model, Hash) = (name, model, model.Identity.Id);

    public string Name { get; }

    public string Hash { get; }

    public long Created => new DateTimeOffset(File.GetLastWriteTimeUtc(_model.Location)).ToUnixTimeSeconds();

    public int Context => _model.Context;

    public TextFormat Format => _model.Format;

    public long CacheBytes => _model.CacheBytes;

    public long CacheLimitBytes => _model.CacheLimitBytes;

    /// <exception cref="UserError">There is no such model, it is damaged, or the memory does not suffice.</exception>
    public static ServedTextModel Open(ServedModelOptions options, ApiOptions api)
    {
        // The server's own queue is fair between keys; the host's only has to hold what that lets through.
        var hosting = new ModelHostOptions { Slots = api.Slots, QueueLimit = 4 * api.Slots, Cache = api.Cache, CacheBytes = api.CacheBytes };
        var model = TextModel.OpenWith(options.Path, options.Adapter, options.Weights, api.Threads, hosting, api.Device);
        if (api.CacheBytes is not { } bytes || bytes >= model.LeastCacheBytes) return new ServedTextModel(options.Name, model);
        var least = model.LeastCacheBytes;
        model.Dispose();
        throw new UserError(string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes hold no request: the shortest takes {least} bytes of keys and values of {options.Name}."), field: "--cache-bytes", advice: "Allow more, or leave it out.");
    }

    public long Room(int promptTokens) => _model.Hosted.Host.Room(promptTokens);

    public ServedAnswer Answer(ServedPrompt prompt, CancellationToken cancellation)
    {
        var hosted = _model.Hosted;
        var request = hosted.Answer(
            prompt.Rendered, prompt.Tokens, prompt.MaxTokens, prompt.Sampling, prompt.Seed, prompt.Stop, prompt.ThinkingBudget, prompt.Grammar, adapter: null, streams: true, cancellation, prompt.Alternatives);
        return new ServedAnswer(hosted.Events(request, cancellation), request.Result);
    }

    public Task<double[]> HiddenSumAsync(int[] tokens, bool lastOnly, CancellationToken cancellation) => _model.HiddenSumAsync(tokens, lastOnly, cancellation);

    public void Dispose() => _model.Dispose();
}
