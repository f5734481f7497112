using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Testing;
using Reply = Deliberate.Testing.JsonRoutes.Reply;

namespace Deliberate.Interop.Tests;

/// <summary>
/// llama.cpp behind vLLM's routes of token ids and weights: an engine that is not ours samples for our training. It takes a folder of whole weights,
/// or of an adapter, which it merges into its base, and holds them as a GGUF file of the precision that it is told. It draws from llama.cpp's own
/// distribution with numbers of the stream that a request brings along.
/// </summary>
internal sealed class LlamaRolloutServer : IDisposable
{
    private const int Context = 512;

    private readonly JsonRoutes _routes;
    private readonly Lock _lock = new();
    private readonly string _base, _scratch;
    private readonly FileStorage _storage;
    private readonly Func<int, bool> _takesUpdate;
    private LlamaCpp? _model;
    private string _version = "none";

    /// <param name="model">The model that it begins with, and that adapters are for.</param>
    /// <param name="storage">How it holds weights: F32, or narrower, as servers do.</param>
    /// <param name="scratch">Folder for the file of its weights.</param>
    /// <param name="takesUpdate">Whether the update of a number, from 1, takes; one that does not is acknowledged all the same.</param>
    public LlamaRolloutServer(string model, FileStorage storage, string scratch, Func<int, bool>? takesUpdate = null)
    {
        (_base, _storage, _scratch, _takesUpdate) = (model, storage, scratch, takesUpdate ?? (_ => true));
        _routes = new JsonRoutes((path, body) => Task.FromResult(Answer(path, body)));
        _routes.Open();
    }

    public int Port => _routes.Port;

    /// <summary>Samples that were drawn.</summary>
    public int Samples { get; private set; }

    /// <summary>Updates that it acknowledged, whether they took or not.</summary>
    public int Updates { get; private set; }

    public void Dispose()
    {
        _routes.Dispose();
        lock (_lock) _model?.Dispose();
    }

    private Reply Answer(string path, JsonElement body)
    {
        try
        {
            // One at a time: there is one model.
            lock (_lock) return Route(path, body) is { } answer ? new Reply(200, JsonSerializer.SerializeToUtf8Bytes(answer)) : new Reply(404, "null"u8.ToArray());
        }
        catch (Exception error)
        {
            return new Reply(500, JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["error"] = error.Message }));
        }
    }

    private JsonObject? Route(string path, JsonElement body)
    {
        switch (path)
        {
            case "/v1/models": return new JsonObject { ["data"] = new JsonArray(new JsonObject { ["id"] = "llama.cpp", ["max_model_len"] = Context }) };
            case "/pause" or "/resume" or "/start_weight_update" or "/reset_prefix_cache" or "/v1/unload_lora_adapter": return [];
            case "/update_weights":
                if (_takesUpdate(++Updates)) Load(body.GetProperty("update_info").GetProperty("path").GetString()!);
                return [];
            case "/v1/load_lora_adapter":
                if (_takesUpdate(++Updates)) Merge(body.GetProperty("lora_path").GetString()!);
                return [];
            case "/finish_weight_update":
                _version = body.GetProperty("weight_version").GetString()!;
                return [];
            case "/weight_info": return new JsonObject { ["weight_version"] = _version };
            case "/inference/v1/generate": return body.GetProperty("sampling_params").TryGetProperty("prompt_logprobs", out _) ? Score(Integers(body, "token_ids")) : Draw(body);
            default: return null;
        }
    }

    private void Merge(string adapter)
    {
        var merged = Path.Combine(_scratch, "merged");
        using (var file = AdapterFile.Open(adapter))
        using (var opened = PretrainedModel.OpenWith(_base, adapter))
            MergedModel.Write(merged, opened, new MergedTensors(opened, file));
        Load(merged);
        Directory.Delete(merged, recursive: true);
    }

    private void Load(string folder)
    {
        _model?.Dispose();
        var file = Path.Combine(_scratch, "served.gguf");
        using (var opened = PretrainedModel.Open(folder)) GgufExport.Write(file, opened, _storage);
        _model = LlamaCpp.Load(file, Context);
    }

    private JsonObject Score(int[] tokens)
    {
        var logits = _model!.Logits(tokens);
        JsonNode Entry(int i) => new JsonObject { [tokens[i].ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["logprob"] = LlamaCpp.LogSoftmax(logits[i - 1])[tokens[i]], ["rank"] = 1 } };
        return new JsonObject { ["choices"] = new JsonArray(), ["prompt_logprobs"] = new JsonArray([null, .. Enumerable.Range(1, tokens.Length - 1).Select(Entry)]) };
    }

    private JsonObject Draw(JsonElement body)
    {
        var sampling = body.GetProperty("sampling_params");
        var stream = new RandomStream(sampling.GetProperty("extra_args").GetProperty("deliberate_stream").GetString()!);
        var stops = Integers(sampling, "stop_token_ids");
        var (drawn, logp) = _model!.Sample(Integers(body, "token_ids"), sampling.GetProperty("max_tokens").GetInt32(), stops, position => stream.UniformAt((ulong)position));
        Samples++;
        return new JsonObject
        {
            ["request_id"] = "1",
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["token_ids"] = new JsonArray([.. drawn.Select(t => (JsonNode)t)]),
                ["logprobs"] = new JsonObject { ["content"] = new JsonArray([.. logp.Select(p => (JsonNode)new JsonObject { ["token"] = "", ["logprob"] = p })]) },
                ["finish_reason"] = stops.Contains(drawn[^1]) ? "stop" : "length",
            }),
        };
    }

    private static int[] Integers(JsonElement body, string key) => [.. body.GetProperty(key).EnumerateArray().Select(v => v.GetInt32())];
}
