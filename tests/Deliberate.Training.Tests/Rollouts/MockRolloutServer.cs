using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;
using Reply = Deliberate.Testing.JsonRoutes.Reply;

namespace Deliberate.Training.Tests;

/// <summary>What a mock does wrong with one request.</summary>
internal enum Misdeed
{
    None,
    Busy,
    Unavailable,
    CutBody,
    Slow,
    Vocabulary,
    PositiveLogProbability,
    Restart,
    OldWeights,
    Garbage,
    Imprecise,
}

/// <summary>
/// vLLM's or SGLang's routes (shapes of vLLM 0.32 and SGLang's documentation) over this program's own engine: it draws with the stream that a request
/// brings along, so that a run through it can be held against one without, bit by bit.
/// </summary>
internal sealed class MockRolloutServer : IDisposable
{
    private readonly JsonRoutes _routes;
    private readonly string _kind, _start;
    private readonly Device _device = Device.Cpu(1);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _adapters = new(StringComparer.Ordinal);
    private readonly Func<string, int, Misdeed> _misdeed;
    private LanguageModel? _model;
    private Sampler? _sampler;
    private TrainingGraph? _graph;
    private string _version = "none";
    private int _asked;

    /// <param name="kind">vllm or sglang.</param>
    /// <param name="start">Folder of the model that it serves first.</param>
    /// <param name="misdeed">Of a route, and how many requests there were before.</param>
    public MockRolloutServer(string kind, string start, Func<string, int, Misdeed>? misdeed = null)
    {
        (_kind, _start, _misdeed) = (kind, start, misdeed ?? ((_, _) => Misdeed.None));
        _routes = new JsonRoutes(Answer);
        Open(start);
        _routes.Open();
    }

    public int Port => _routes.Port;

    public string Address => $"{_kind}:http://127.0.0.1:{Port}";

    /// <summary>Samples that were given away.</summary>
    public int Samples { get; private set; }

    public List<string> Routes { get; } = [];

    /// <summary>Positions that it says it serves.</summary>
    public int Context { get; init; } = 512;

    public void Dispose()
    {
        _routes.Dispose();
        lock (_lock)
        {
            Close();
            _device.Dispose();
        }
    }

    private void Open(string folder, string? adapter = null)
    {
        Close();
        (_model, _) = Training.Checkpoint.LoadModel(folder, _device, adapter: adapter);
        _model.Pack(training: true);
        _sampler = new Sampler(_model, 1, 160);
        _graph = new TrainingGraph(_model, 512, 16, 160);
    }

    private void Close()
    {
        _sampler?.Dispose();
        _graph?.Dispose();
        _model?.Dispose();
    }

    private async Task<Reply> Answer(string path, JsonElement body)
    {
        Misdeed misdeed;
        lock (_lock)
        {
            Routes.Add(path);
            misdeed = _misdeed(path, _asked++);
            if (misdeed == Misdeed.Restart)
            {
                Open(_start);
                _adapters.Clear();
                _version = "default";
                misdeed = Misdeed.None;
            }
        }

        if (misdeed == Misdeed.Slow) await Task.Delay(30_000);
        if (misdeed is Misdeed.Busy or Misdeed.Unavailable) return new Reply(misdeed == Misdeed.Busy ? 429 : 503, """{"error": "later"}"""u8.ToArray());
        JsonNode? answer;
        lock (_lock) answer = Route(path, body, misdeed);
        if (answer is null) return new Reply(404, "{}"u8.ToArray());
        var text = misdeed == Misdeed.Garbage ? """{"choices": 7, "meta_info": []}"""u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(answer);
        // Cut is whole as HTTP has it, and half as JSON.
        return new Reply(200, misdeed == Misdeed.CutBody ? text[..(text.Length / 2)] : text);
    }

    private JsonNode? Route(string path, JsonElement body, Misdeed misdeed)
    {
        switch (path)
        {
            case "/v1/models": return new JsonObject { ["data"] = new JsonArray(new JsonObject { ["id"] = "mock", ["max_model_len"] = Context }) };
            case "/get_server_info": return new JsonObject { ["context_length"] = Context };
            case "/pause" or "/resume" or "/start_weight_update" or "/reset_prefix_cache" or "/flush_cache": return new JsonObject();
            case "/update_weights":
                if (misdeed != Misdeed.OldWeights) Open(body.GetProperty("update_info").GetProperty("path").GetString()!);
                return new JsonObject();
            case "/finish_weight_update":
                _version = body.GetProperty("weight_version").GetString()!;
                return new JsonObject();
            case "/weight_info" or "/get_weight_version": return new JsonObject { ["weight_version"] = _version };
            case "/update_weights_from_disk":
                if (misdeed != Misdeed.OldWeights) Open(body.GetProperty("model_path").GetString()!);
                _version = body.GetProperty("weight_version").GetString()!;
                return new JsonObject { ["success"] = true, ["message"] = "Succeeded", ["num_paused_requests"] = 0 };
            case "/v1/load_lora_adapter" or "/load_lora_adapter":
                if (_adapters.Contains(body.GetProperty("lora_name").GetString()!)) return new JsonObject { ["success"] = false, ["message"] = "it is loaded already" };
                if (misdeed != Misdeed.OldWeights) Open(_start, body.GetProperty("lora_path").GetString()!);
                _adapters.Add(body.GetProperty("lora_name").GetString()!);
                return new JsonObject { ["success"] = true };
            case "/v1/unload_lora_adapter" or "/unload_lora_adapter":
                return _adapters.Remove(body.GetProperty("lora_name").GetString()!) ? new JsonObject { ["success"] = true } : null;
            case "/generate" or "/inference/v1/generate" when (body.TryGetProperty("lora_path", out var asked) || (body.TryGetProperty("model", out asked) && _kind == "vllm")) && !_adapters.Contains(asked.GetString()!): return null;
            case "/generate" when _kind == "sglang": return Sglang(body, misdeed);
            case "/inference/v1/generate" when _kind == "vllm": return Vllm(body, misdeed);
            default: return null;
        }
    }

    private JsonObject Vllm(JsonElement body, Misdeed misdeed)
    {
        var prompt = Integers(body.GetProperty("token_ids"));
        var sampling = body.GetProperty("sampling_params");
        var choice = new JsonObject { ["index"] = 0, ["token_ids"] = new JsonArray(0), ["finish_reason"] = "length" };
        var answer = new JsonObject { ["request_id"] = "1", ["choices"] = new JsonArray(choice) };
        if (sampling.TryGetProperty("prompt_logprobs", out _))
        {
            var scores = Score(prompt);
            answer["prompt_logprobs"] = new JsonArray([null, .. scores.Select((p, i) => (JsonNode)new JsonObject { [prompt[i + 1].ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["logprob"] = p, ["rank"] = 1 } })]);
            return answer;
        }

        var (tokens, logp, stopped) = Draw(prompt, sampling.GetProperty("max_tokens").GetInt32(), sampling, sampling.GetProperty("extra_args"), misdeed);
        choice["token_ids"] = new JsonArray([.. tokens.Select(t => (JsonNode)t)]);
        choice["logprobs"] = new JsonObject { ["content"] = new JsonArray([.. logp.Select(p => (JsonNode)new JsonObject { ["token"] = "token_id:0", ["logprob"] = p })]) };
        choice["finish_reason"] = stopped ? "stop" : "length";
        return answer;
    }

    private JsonObject Sglang(JsonElement body, Misdeed misdeed)
    {
        var prompt = Integers(body.GetProperty("input_ids"));
        var sampling = body.GetProperty("sampling_params");
        JsonArray Pair(double logp, int token) => new(logp, token, null);
        if (body.GetProperty("logprob_start_len").GetInt32() == 0)
        {
            var scores = Score(prompt);
            return new JsonObject { ["text"] = "", ["meta_info"] = new JsonObject { ["weight_version"] = _version, ["input_token_logprobs"] = new JsonArray([new JsonArray(null, prompt[0], null), .. scores.Select((p, i) => Pair(p, prompt[i + 1]))]) } };
        }

        var (tokens, logp, stopped) = Draw(prompt, sampling.GetProperty("max_new_tokens").GetInt32(), sampling, sampling.GetProperty("custom_params"), misdeed);
        return new JsonObject
        {
            ["text"] = "",
            ["output_ids"] = new JsonArray([.. tokens.Select(t => (JsonNode)t)]),
            ["meta_info"] = new JsonObject { ["finish_reason"] = new JsonObject { ["type"] = stopped ? "stop" : "length" }, ["weight_version"] = _version, ["output_token_logprobs"] = new JsonArray([.. tokens.Zip(logp, (t, p) => (JsonNode)Pair(p, t))]) },
        };
    }

    private (int[] Tokens, float[] Logp, bool Stopped) Draw(int[] prompt, int most, JsonElement sampling, JsonElement extra, Misdeed misdeed)
    {
        var stops = Integers(sampling.GetProperty("stop_token_ids"));
        var rollout = _sampler!.Sample([new SampleRequest(prompt, most, [new RandomStream(extra.GetProperty("deliberate_stream").GetString()!)])], new SamplingOptions(), stops)[0][0];
        Samples++;
        int[] tokens = [.. rollout.Tokens];
        float[] logp = [.. rollout.LogProbabilities];
        if (misdeed == Misdeed.Vocabulary) tokens[0] = 1_000_000;
        if (misdeed == Misdeed.Imprecise) logp = [.. logp.Select(p => p - 0.3f)];
        if (misdeed == Misdeed.PositiveLogProbability) logp[0] = 0.5f;
        return (tokens, logp, rollout.FinishReason == FinishReason.Stop);
    }

    private double[] Score(int[] tokens)
    {
        int[] rest = tokens[1..];
        PolicySample[] samples = [new(tokens[..1], new Rollout(rest, new float[rest.Length], new float[rest.Length], FinishReason.Length), 0)];
        var scores = new double[rest.Length];
        new PolicyScorer(_graph!, 1).Score(samples, PolicyScorer.Offsets(samples), scores, []);
        return scores;
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt32())];
}
