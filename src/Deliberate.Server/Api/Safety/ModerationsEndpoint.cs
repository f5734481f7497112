using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Models;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary><c>POST /v1/moderations</c>: what the server's moderator says of texts, each as a prompt by itself.</summary>
internal static class ModerationsEndpoint
{
    private const int MostTexts = 256;

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "input", "model" };

    public static async Task HandleAsync(ApiExchange exchange)
    {
        var options = exchange.Api.Options;
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(Known);
        if (options.Moderation is not { } moderation) throw ApiError.Unsupported("This server has no moderation: it was started without --moderate.", null);
        ModerationFields.CheckName(request, options);
        var texts = Texts(request);
        using var limit = exchange.Limit();
        var results = new JsonArray();
        foreach (var text in texts)
        {
            var verdict = await moderation.Moderator.JudgePromptAsync([new ChatMessage("user", text)], limit.Token);
            if (verdict.Problem is { } problem) throw new ApiError(StatusCodes.Status503ServiceUnavailable, $"The moderator came to no verdict: {problem}", code: "moderation_failed") { RetryAfter = TimeSpan.FromSeconds(2) };
            exchange.Api.Metrics.CountModeration("", "text", verdict.IsFlagged ? "flagged" : "passed");
            results.Add(ModerationJson.Result(verdict));
        }

        await ApiJson.WriteAsync(exchange.Context, new JsonObject { ["id"] = "modr-" + Identifiers.Random(24), ["model"] = moderation.Moderator.Name, ["results"] = results });
    }

    /// <summary>A text, texts, or the texts of parts, which together are one.</summary>
    private static IReadOnlyList<string> Texts(JsonFields request)
    {
        if (request.Get("input") is not { } input) throw request.Missing("input");
        if (input.ValueKind == JsonValueKind.String) return [request.Text("input")!];
        var items = request.Items("input", MostTexts);
        if (items.Count == 0) throw ApiError.Invalid("'input' is empty: there is nothing to judge.", "input", "empty_array");
        if (items[0].Value.ValueKind != JsonValueKind.Object) return [.. items.Select(i => JsonFields.TextOf(i.Value, i.Path))];
        return [string.Join('\n', items.Select(i => Part(JsonFields.Of(i.Value, i.Path))))];
    }

    private static string Part(JsonFields part) => part.Needed("type", 100) switch
    {
        "text" => part.Needed("text"),
        var type => throw ApiError.Unsupported($"'{part.PathOf("type")}' is \"{JsonFields.Short(type)}\": this server's moderator reads text.", part.PathOf("type")),
    };
}
