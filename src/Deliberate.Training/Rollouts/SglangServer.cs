using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// SGLang by its native routes (<c>docs/advanced_features/sglang_for_rl.md</c>): <c>/generate</c> with token ids and log-probabilities, weights from
/// disk with a version that each sample repeats, adapters unloaded and loaded, the cache flushed after each.
/// </summary>
internal sealed class SglangServer(RolloutConnection connection) : IRolloutServer
{
    private string? _adapter;

    public string Name => connection.Name;

    public async Task<int?> Context(CancellationToken cancellation)
    {
        var answer = await connection.Ask("get_server_info", null, cancellation, optional: true).ConfigureAwait(false);
        return answer is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("context_length", out var length) && length.ValueKind == JsonValueKind.Number ? length.GetInt32() : null;
    }

    public async Task Load(string folder, string version, bool isAdapter, CancellationToken cancellation)
    {
        if (isAdapter)
        {
            var name = $"deliberate-{version}";
            if (_adapter is { } old) await connection.Ask("unload_lora_adapter", new JsonObject { ["lora_name"] = old }, cancellation, optional: true).ConfigureAwait(false);
            _adapter = null;
            Check(await connection.Ask("load_lora_adapter", new JsonObject { ["lora_name"] = name, ["lora_path"] = folder }, cancellation).ConfigureAwait(false));
            _adapter = name;
        }
        else
        {
            Check(await connection.Ask("update_weights_from_disk", new JsonObject { ["model_path"] = folder, ["weight_version"] = version, ["flush_cache"] = true, ["abort_all_requests"] = true }, cancellation).ConfigureAwait(false));
        }

        await connection.Ask("flush_cache", new JsonObject(), cancellation).ConfigureAwait(false);
    }

    public async Task<string?> Version(CancellationToken cancellation)
    {
        if (_adapter is not null) return _adapter["deliberate-".Length..];
        var answer = await connection.Ask("get_weight_version", null, cancellation, optional: true).ConfigureAwait(false);
        return answer is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("weight_version", out var version) ? version.ToString() : null;
    }

    public async Task<ServedSample> Sample(int[] prompt, int maxTokens, int[] stopTokens, RandomStream stream, CancellationToken cancellation)
    {
        var answer = await connection.Ask("generate", Request(prompt, new JsonObject
        {
            ["temperature"] = 1.0,
            ["top_p"] = 1.0,
            ["top_k"] = -1,
            ["max_new_tokens"] = maxTokens,
            ["stop_token_ids"] = new JsonArray([.. stopTokens.Select(id => (JsonNode)id)]),
            ["sampling_seed"] = stream.Seed,
            ["custom_params"] = new JsonObject { ["deliberate_stream"] = stream.Key },
        }, start: -1), cancellation).ConfigureAwait(false);
        return connection.Read(answer, said =>
        {
            var about = said.GetProperty("meta_info");
            var drawn = about.GetProperty("output_token_logprobs").EnumerateArray().ToArray();
            var version = _adapter is null && about.TryGetProperty("weight_version", out var given) ? given.ToString() : _adapter?["deliberate-".Length..];
            return new ServedSample([.. drawn.Select(t => t[1].GetInt32())], [.. drawn.Select(t => t[0].GetDouble())], about.GetProperty("finish_reason").GetProperty("type").GetString() == "stop", version);
        });
    }

    public async Task<double[]> Score(int[] tokens, CancellationToken cancellation)
    {
        var answer = await connection.Ask("generate", Request(tokens, new JsonObject { ["temperature"] = 1.0, ["max_new_tokens"] = 1 }, start: 0), cancellation).ConfigureAwait(false);
        return connection.Read(answer, said =>
        {
            var read = said.GetProperty("meta_info").GetProperty("input_token_logprobs");
            return Enumerable.Range(1, tokens.Length - 1).Select(i => read[i][1].GetInt32() == tokens[i] ? read[i][0].GetDouble() : throw new FormatException("the tokens of the prompt came back as others")).ToArray();
        });
    }

    private void Check(JsonElement? answer)
    {
        if (answer is { ValueKind: JsonValueKind.Object } said && said.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.False)
            throw connection.Fault(FaultKind.Refused, said.TryGetProperty("message", out var why) ? why.ToString() : "it did not take the weights");
    }

    private JsonObject Request(int[] tokens, JsonObject sampling, int start)
    {
        var body = new JsonObject { ["input_ids"] = new JsonArray([.. tokens.Select(id => (JsonNode)id)]), ["sampling_params"] = sampling, ["return_logprob"] = true, ["logprob_start_len"] = start };
        if (_adapter is not null) body["lora_path"] = _adapter;
        return body;
    }
}
