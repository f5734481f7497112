using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>What samples: sampling sessions, and samples of them.</summary>
internal static class TinkerSampling
{
    private const int MostSamples = 1024, MostStops = 64;

    /// <summary>Asked for and not made here; each has its own field, and is refused by its name.</summary>
    private static readonly string[] Unsupported = ["topk_prompt_logprobs", "topk_sample_logprobs", "prompt_alt_tokens_k"];

    public static async Task CreateSessionAsync(TinkerCall call)
    {
        var (body, _) = await call.JsonAsync();
        body.Know(["session_id", "sampling_session_seq_id", "base_model", "model_path", "type"]);
        var session = call.Service.Sessions.Find(body.Needed("session_id", 200), call.Owner);
        var uri = Source(call, body);
        // Of the same number it is the same: asking again makes no second one.
        var request = call.Service.Sessions.Once(session, "sampler", body.Whole("sampling_session_seq_id", 0, long.MaxValue), () => call.Service.Futures.Begin(call.Owner, () => Task.FromResult<TinkerResult>(
            new PlainResult(new JsonObject { ["type"] = "create_sampling_session", ["sampling_session_id"] = call.Service.Sessions.Sampler(session, uri).Id }))));
        await call.AnswerAsync((await call.Service.Futures.Find(request, call.Owner).Task).Json());
    }

    public static async Task GetSamplerAsync(TinkerCall call)
    {
        var sampler = call.Service.Sessions.Sampler(call.Route("id"), call.Owner);
        await call.AnswerAsync(new JsonObject { ["sampler_id"] = sampler.Id, ["base_model"] = call.Service.Options.Name, ["model_path"] = sampler.Uri });
    }

    /// <summary>Answers with a promise.</summary>
    public static async Task SampleLaterAsync(TinkerCall call)
    {
        var (request, samples) = await BeginAsync(call);
        await call.PromiseAsync(request, samples: samples);
    }

    /// <summary>Answers with the samples.</summary>
    public static async Task SampleNowAsync(TinkerCall call)
    {
        var (request, _) = await BeginAsync(call);
        await call.AnswerAsync((await call.Service.Futures.Find(request, call.Owner).Task.WaitAsync(call.Aborted)).Json());
    }

    private static async Task<(string Request, int Samples)> BeginAsync(TinkerCall call)
    {
        var (body, hash) = await call.JsonAsync();
        body.Know(["sampling_session_id", "seq_id", "num_samples", "prompt", "sampling_params", "base_model", "model_path", "prompt_logprobs", "target_prompt_logprobs", "record_stability_info", "type", .. Unsupported]);
        foreach (var name in Unsupported)
            if (body.Whole(name, 0, int.MaxValue) > 0) throw ApiError.Unsupported($"'{name}' is not supported.", name);
        if (body.Has("target_prompt_logprobs")) throw ApiError.Unsupported("'target_prompt_logprobs' is not supported.", "target_prompt_logprobs");
        var number = body.Whole("seq_id", 0, long.MaxValue);
        TinkerSampler? sampler = null;
        string? uri;
        if (body.Text("sampling_session_id", 200) is { } id)
        {
            if (number is null) throw body.Missing("seq_id");
            sampler = call.Service.Sessions.Sampler(id, call.Owner);
            uri = sampler.Uri;
        }
        else
        {
            uri = Source(call, body);
        }

        var folder = uri is null ? null : call.Service.Store.Find(uri, call.Owner, "model_path").Folder;
        var prompt = PassJson.Tokens(body.Object("prompt") ?? throw body.Missing("prompt"));
        if (prompt.Length == 0) throw ApiError.Invalid("'prompt' has no tokens.", "prompt");
        if (Array.Find(prompt, t => t < 0 || t >= call.Service.Vocabulary) is var stray && stray != 0) throw ApiError.Invalid($"'prompt' holds {stray}, which is no token of the model: its vocabulary has {call.Service.Vocabulary}.", "prompt");
        var samples = (int)(body.Whole("num_samples", 1, MostSamples) ?? 1);
        var scores = body.Flag("prompt_logprobs") ?? false;
        if (scores && prompt.Length > call.Service.Host.LongestSequence) throw ApiError.Invalid($"'prompt' has {prompt.Length} tokens, and log-probabilities are computed of up to {call.Service.Host.LongestSequence}.", "prompt");
        var sampling = body.Object("sampling_params") ?? throw body.Missing("sampling_params");
        sampling.Know(["max_tokens", "seed", "stop", "temperature", "top_k", "top_p"]);
        var room = call.Service.Host.Model.Context - prompt.Length;
        if (room < 1) throw ApiError.Invalid($"'prompt' has {prompt.Length} tokens, which leaves nothing of the model's context of {call.Service.Host.Model.Context}.", "prompt", "context_length_exceeded");
        var most = (int)(sampling.Whole("max_tokens", 1, int.MaxValue) ?? room);
        if (most > room) throw ApiError.Invalid($"'sampling_params.max_tokens' is {most}: a prompt of {prompt.Length} tokens leaves {room} of the model's context of {call.Service.Host.Model.Context}.", "sampling_params.max_tokens", "context_length_exceeded");
        var options = new SamplingOptions { Temperature = sampling.Number("temperature", 0, 100) ?? 1, TopK = (int)(sampling.Whole("top_k", -1, int.MaxValue) ?? -1), TopP = sampling.Number("top_p", 0, 1) ?? 1 };
        var (stopTokens, stopTexts) = Stops(sampling, call.Service.Vocabulary);
        // Where no seed is named a request that comes again draws what it drew.
        var seed = sampling.Whole("seed", long.MinValue, long.MaxValue) is { } named ? (ulong)named : sampler is null ? (ulong)Random.Shared.NextInt64() : BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{sampler.Id} {number}")));
        TinkerFuture Begin() => call.Service.Futures.Begin(call.Owner, () => call.Service.SampleAsync(folder, prompt, samples, most, options, seed, stopTokens, stopTexts, scores));
        return (sampler is null ? Begin().Id : call.Service.Sessions.Once(sampler.Session, $"sample {sampler.Id} {hash}", number, Begin), samples);
    }

    /// <summary>What is to be sampled from: null for the base.</summary>
    private static string? Source(TinkerCall call, JsonFields body)
    {
        var (named, path) = (body.Text("base_model", 500), body.Text("model_path", 1000));
        call.Service.CheckBase(named);
        if (path is not null) return call.Service.Store.Find(path, call.Owner, "model_path").Uri;
        return named is not null ? null : throw ApiError.Invalid("Either 'base_model' or 'model_path' has to say what is sampled from.", "model_path", "missing_required_parameter");
    }

    private static (IReadOnlyList<int> Tokens, IReadOnlyList<string> Texts) Stops(JsonFields sampling, int vocabulary)
    {
        if (sampling.Get("stop") is not { } stop) return ([], []);
        if (stop.ValueKind == JsonValueKind.String) return ([], [Text(stop, "sampling_params.stop")]);
        List<int> tokens = [];
        List<string> texts = [];
        foreach (var (value, path) in sampling.Items("stop", MostStops))
        {
            if (value.ValueKind == JsonValueKind.String) texts.Add(Text(value, path));
            else tokens.Add(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 && id < vocabulary ? id : throw ApiError.Invalid($"'{path}' is neither a text nor a token of the model.", path));
        }

        return tokens.Count > 0 && texts.Count > 0 ? throw ApiError.Invalid("'sampling_params.stop' has texts and token ids: all have to be of one kind.", "sampling_params.stop") : (tokens, texts);

        static string Text(JsonElement value, string path) => JsonFields.TextOf(value, path) is { Length: > 0 } text ? text : throw ApiError.Invalid($"'{path}' is empty: it would end every sample before it begins.", path);
    }
}
