using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// vLLM by its routes of token ids and weights (<c>vllm/entrypoints/serve</c>; the server runs with <c>VLLM_SERVER_DEV_MODE=1</c>, and for
/// adapters with <c>VLLM_ALLOW_RUNTIME_LORA_UPDATING=True</c>). An adapter is loaded under a name that holds its version, so that no sample of
/// another can pass for it; unloaded first rather than loaded over, which would be read again at every step of the server. Whole weights go by the
/// four phases (pause, start, update with a path, finish, resume), which need its disk backend.
/// </summary>
internal sealed class VllmServer(RolloutConnection connection, string model) : IRolloutServer
{
    private string? _adapter, _version;

    public string Name => connection.Name;

    public async Task<int?> Context(CancellationToken cancellation) => connection.Read(await connection.Ask("v1/models", null, cancellation).ConfigureAwait(false), answer =>
    {
        foreach (var one in answer.GetProperty("data").EnumerateArray())
            if ((model.Length == 0 || one.GetProperty("id").GetString() == model) && one.TryGetProperty("max_model_len", out var length) && length.ValueKind == JsonValueKind.Number) return (int?)length.GetInt32();
        return null;
    });

    public async Task Load(string folder, string version, bool isAdapter, CancellationToken cancellation)
    {
        if (isAdapter)
        {
            var name = $"deliberate-{version}";
            if (_adapter is { } old) await connection.Ask("v1/unload_lora_adapter", new JsonObject { ["lora_name"] = old }, cancellation, optional: true).ConfigureAwait(false);
            _adapter = null;
            await connection.Ask("v1/load_lora_adapter", new JsonObject { ["lora_name"] = name, ["lora_path"] = folder }, cancellation).ConfigureAwait(false);
            _adapter = name;
        }
        else
        {
            await connection.Ask("pause?mode=wait", new JsonObject(), cancellation).ConfigureAwait(false);
            try
            {
                await connection.Ask("start_weight_update", new JsonObject(), cancellation).ConfigureAwait(false);
                await connection.Ask("update_weights", new JsonObject { ["update_info"] = new JsonObject { ["path"] = folder } }, cancellation).ConfigureAwait(false);
                await connection.Ask("finish_weight_update", new JsonObject { ["weight_version"] = version }, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await connection.Ask("resume", new JsonObject(), cancellation).ConfigureAwait(false);
            }
        }

        _version = version;
        await connection.Ask("reset_prefix_cache", new JsonObject(), cancellation).ConfigureAwait(false);
    }

    /// <summary>Of whole weights; an adapter's is in its name.</summary>
    public async Task<string?> Version(CancellationToken cancellation)
    {
        if (_adapter is not null) return _version;
        var answer = await connection.Ask("weight_info", null, cancellation, optional: true).ConfigureAwait(false);
        return answer is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("weight_version", out var version) ? version.ToString() : null;
    }

    public async Task<ServedSample> Sample(int[] prompt, int maxTokens, int[] stopTokens, RandomStream stream, CancellationToken cancellation)
    {
        var answer = await connection.Ask("inference/v1/generate", Request(prompt, new JsonObject
        {
            ["temperature"] = 1.0,
            ["top_p"] = 1.0,
            ["max_tokens"] = maxTokens,
            ["seed"] = stream.Seed,
            ["logprobs"] = 0,
            ["stop_token_ids"] = new JsonArray([.. stopTokens.Select(id => (JsonNode)id)]),
            ["detokenize"] = false,
            ["extra_args"] = new JsonObject { ["deliberate_stream"] = stream.Key },
        }), cancellation).ConfigureAwait(false);
        return connection.Read(answer, said =>
        {
            var choice = said.GetProperty("choices")[0];
            int[] tokens = [.. choice.GetProperty("token_ids").EnumerateArray().Select(t => t.GetInt32())];
            double[] logp = [.. choice.GetProperty("logprobs").GetProperty("content").EnumerateArray().Select(t => t.GetProperty("logprob").GetDouble())];
            return new ServedSample(tokens, logp, choice.GetProperty("finish_reason").GetString() == "stop", _adapter is null ? null : _version);
        });
    }

    public async Task<double[]> Score(int[] tokens, CancellationToken cancellation)
    {
        var answer = await connection.Ask("inference/v1/generate", Request(tokens, new JsonObject { ["temperature"] = 1.0, ["max_tokens"] = 1, ["prompt_logprobs"] = 0, ["detokenize"] = false }), cancellation).ConfigureAwait(false);
        return connection.Read(answer, said =>
        {
            // One entry a token, the first null; each by token id.
            var entries = said.GetProperty("prompt_logprobs");
            return Enumerable.Range(1, tokens.Length - 1).Select(i => entries[i].GetProperty(tokens[i].ToString(CultureInfo.InvariantCulture)).GetProperty("logprob").GetDouble()).ToArray();
        });
    }

    private JsonObject Request(int[] tokens, JsonObject sampling)
    {
        var body = new JsonObject { ["token_ids"] = new JsonArray([.. tokens.Select(id => (JsonNode)id)]), ["sampling_params"] = sampling, ["stream"] = false };
        if ((_adapter ?? model) is { Length: > 0 } name) body["model"] = name;
        // What was read with other weights is not to be found again.
        if (_version is not null) body["cache_salt"] = _version;
        return body;
    }
}
