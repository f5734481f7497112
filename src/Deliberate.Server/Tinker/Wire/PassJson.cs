using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>Passes, prompts and results as JSON, in the names of the SDK's types.</summary>
internal static class PassJson
{
    public const string OutputType = "ArrayRecord", LossSum = "loss:sum";

    /// <summary>What a pass says of each datum.</summary>
    public static (string Name, float[][] Values)[] Outputs(LossResult result) => [("logprobs", result.LogProbabilities), ("elementwise_loss", result.Losses)];

    /// <param name="input">The field that data and loss are in.</param>
    public static WirePass Read(JsonFields body, string input, bool backward)
    {
        body.Know(["model_id", "seq_id", "type", input]);
        var fields = body.Object(input) ?? throw body.Missing(input);
        fields.Know(["data", "loss_fn", "loss_fn_config"]);
        var settings = new Dictionary<string, double>(StringComparer.Ordinal);
        if (fields.Object("loss_fn_config") is { } config)
            foreach (var property in config.Element.EnumerateObject()) settings[property.Name] = config.Number(property.Name, double.MinValue, double.MaxValue) ?? 0;
        return new WirePass(body.Needed("model_id", 200), body.Whole("seq_id", 0, long.MaxValue), [.. fields.Items("data").Select(d => Datum(JsonFields.Of(d.Value, d.Path)))], fields.Needed("loss_fn", 100), settings, backward);
    }

    /// <summary>The tokens of a ModelInput.</summary>
    public static int[] Tokens(JsonFields input)
    {
        input.Know(["chunks"]);
        List<int> tokens = [];
        foreach (var (value, path) in input.Items("chunks"))
        {
            var chunk = JsonFields.Of(value, path);
            if (chunk.Text("type") is { } type && type != "encoded_text") throw ApiError.Unsupported($"'{path}' is of the type {JsonFields.Short(type)}: only encoded_text is supported.", path);
            chunk.Know(["type", "tokens"]);
            if (!chunk.Has("tokens")) throw chunk.Missing("tokens");
            foreach (var (token, at) in chunk.Items("tokens", 10_000_000))
                tokens.Add(token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var id) ? id : throw ApiError.Invalid($"'{at}' is no token id.", at, "invalid_type"));
        }

        return [.. tokens];
    }

    public static JsonObject Write(LossResult result)
    {
        var outputs = Outputs(result);
        return new JsonObject
        {
            ["loss_fn_output_type"] = OutputType,
            ["loss_fn_outputs"] = new JsonArray([.. Enumerable.Range(0, result.Losses.Length).Select(i => (JsonNode)new JsonObject([.. outputs.Select(o => KeyValuePair.Create(o.Name, (JsonNode?)Tensor(o.Values[i])))]))]),
            ["metrics"] = new JsonObject { [LossSum] = result.Loss },
        };
    }

    public static JsonObject Write(IReadOnlyList<HostedSample> samples, float?[]? prompt)
    {
        var answer = new JsonObject
        {
            ["type"] = "sample",
            ["sequences"] = new JsonArray([.. samples.Select(s => (JsonNode)new JsonObject
            {
                ["stop_reason"] = s.FinishReason == FinishReason.Length ? "length" : "stop",
                ["tokens"] = new JsonArray([.. s.Tokens.Select(t => (JsonNode)t)]),
                ["logprobs"] = new JsonArray([.. s.LogProbabilities.Select(l => (JsonNode)l)]),
            })]),
        };
        if (prompt is not null) answer["prompt_logprobs"] = new JsonArray([.. prompt.Select(p => p is { } known ? (JsonNode)known : null)]);
        return answer;
    }

    private static WireDatum Datum(JsonFields datum)
    {
        datum.Know(["model_input", "loss_fn_inputs", "model_input_spans", "loss_fn_input_spans"]);
        var inputs = datum.Object("loss_fn_inputs") ?? throw datum.Missing("loss_fn_inputs");
        return new WireDatum(
            Tokens(datum.Object("model_input") ?? throw datum.Missing("model_input")),
            inputs.Element.EnumerateObject().ToDictionary(p => p.Name, p => Tensor(JsonFields.Of(p.Value, inputs.PathOf(JsonFields.Short(p.Name)))), StringComparer.Ordinal));
    }

    private static WireTensor Tensor(JsonFields tensor)
    {
        tensor.Know(["data", "dtype", "shape", "sparse_crow_indices", "sparse_col_indices"]);
        if (tensor.Has("sparse_crow_indices") || tensor.Has("sparse_col_indices")) throw ApiError.Unsupported($"'{tensor.Path}' is sparse, which is not supported.", tensor.Path);
        if (!tensor.Has("data")) throw tensor.Missing("data");
        List<double> values = [];
        var isWhole = true;
        foreach (var (value, path) in tensor.Items("data", 10_000_000))
        {
            if (value.ValueKind != JsonValueKind.Number) throw ApiError.Invalid($"'{path}' is no number.", path, "invalid_type");
            isWhole &= value.TryGetInt64(out _);
            values.Add(value.GetDouble());
        }

        var type = tensor.Choice("dtype", ["float32", "int64"]);
        return new WireTensor([.. values], type is null ? isWhole : type == "int64" && isWhole, tensor.Has("shape") ? [.. tensor.Items("shape").Select(s => s.Value.TryGetInt64(out var n) ? n : throw ApiError.Invalid($"'{s.Path}' is no length.", s.Path))] : null);
    }

    private static JsonObject Tensor(float[] values) => new() { ["data"] = new JsonArray([.. values.Select(v => (JsonNode)v)]), ["dtype"] = "float32", ["shape"] = new JsonArray(values.Length) };
}
