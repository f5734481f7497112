using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>
/// <c>POST /v1/embeddings</c>: texts as vectors of length 1, the mean of the served model's last hidden states over the text's tokens (or the last
/// token's, as the operator has it), behind its last norm. A language model was not trained to have such vectors near each other that mean the same;
/// they are as good as its hidden states are.
/// </summary>
internal static class EmbeddingsEndpoint
{
    private const int MostTexts = 2048, AtOnce = 16;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "dimensions", "encoding_format", "input", "model", "user" };

    public static async Task HandleAsync(ApiExchange exchange)
    {
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(Known);
        var entry = exchange.Api.Models.Get(request.Needed("model", 1000));
        exchange.Model = entry.Model.Name;
        var isBase64 = request.Choice("encoding_format", ["float", "base64"]) == "base64";
        var dimensions = (int?)request.Whole("dimensions", 1, int.MaxValue);
        request.Text("user");
        var texts = Texts(request, entry.Model);
        using var limit = exchange.Limit();
        using var place = await entry.Queue.EnterAsync(exchange.Caller.Id, 1, limit.Token);
        var vectors = new float[texts.Count][];
        await Parallel.ForAsync(0, texts.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = limit.Token }, async (i, token) =>
            vectors[i] = Normalised(await entry.Model.HiddenSumAsync(texts[i], exchange.Api.Options.EmbedsLastToken, token), dimensions));
        var usage = new AnswerUsage();
        usage.Read(texts.Sum(t => t.Length));
        exchange.Use(usage);
        await ApiJson.WriteAsync(exchange.Context, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. vectors.Select((v, at) => new JsonObject { ["object"] = "embedding", ["index"] = at, ["embedding"] = isBase64 ? Base64(v) : new JsonArray([.. v.Select(x => (JsonNode)x)]) })]),
            ["model"] = entry.Model.Name,
            ["usage"] = new JsonObject { ["prompt_tokens"] = usage.Prompt, ["total_tokens"] = usage.Total },
        });
    }

    /// <summary>The first so many numbers of a vector, or all, as a vector of length 1.</summary>
    /// <exception cref="ApiError">It has fewer.</exception>
    private static float[] Normalised(double[] sum, int? dimensions)
    {
        if (dimensions > sum.Length) throw ApiError.Invalid($"'dimensions' is {dimensions}, and this model's embeddings have {sum.Length}.", "dimensions", "integer_above_max_value");
        var part = sum.AsSpan(0, dimensions ?? sum.Length);
        var length = 0.0;
        foreach (var value in part) length += value * value;
        length = Math.Sqrt(length);
        var vector = new float[part.Length];
        for (var i = 0; i < vector.Length && length > 0; i++) vector[i] = (float)(part[i] / length);
        return vector;
    }

    /// <summary>Little-endian float32, as OpenAI's clients read it.</summary>
    private static string Base64(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>A text, texts, the tokens of one, or of several.</summary>
    private static IReadOnlyList<int[]> Texts(JsonFields request, IServedModel model)
    {
        if (request.Get("input") is not { } input) throw request.Missing("input");
        if (input.ValueKind == JsonValueKind.String) return [Encoded(request.Text("input")!, "input", model)];
        var items = request.Items("input", MostTexts);
        if (items.Count == 0) throw ApiError.Invalid("'input' is empty: there is nothing to read.", "input", "empty_array");
        return items[0].Value.ValueKind switch
        {
            JsonValueKind.Number => [Checked([.. items.Select(i => Token(i.Value, i.Path, model))], "input", model)],
            JsonValueKind.Array => [.. items.Select(i => Checked(Tokens(i.Value, i.Path, model), i.Path, model))],
            _ => [.. items.Select(i => Encoded(JsonFields.TextOf(i.Value, i.Path), i.Path, model))],
        };
    }

    private static int[] Encoded(string text, string path, IServedModel model) =>
        text.Length == 0 ? throw ApiError.Invalid($"'{path}' is an empty text.", path) : Checked(model.Format.Tokenizer.Encode(text, addSpecialTokens: true), path, model);

    private static int[] Tokens(JsonElement value, string path, IServedModel model) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(t => Token(t, path, model))] : throw ApiError.Invalid($"'{path}' has to be an array of tokens like those before it.", path, "invalid_type");

    private static int Token(JsonElement value, string path, IServedModel model) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var token) && token >= 0 && token < model.Format.Tokenizer.VocabularySize ? token : throw ApiError.Invalid($"'{path}' holds what is no token of this model.", path);

    private static int[] Checked(int[] tokens, string path, IServedModel model)
    {
        if (tokens.Length == 0) throw ApiError.Invalid($"'{path}' has no tokens.", path);
        return tokens.Length <= model.Context ? tokens : throw new ApiError(400, $"This model's context holds {model.Context} tokens, and '{path}' has {tokens.Length}. Shorten it.", path, "context_length_exceeded");
    }
}
