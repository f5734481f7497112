using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// <c>POST /v1/responses/compact</c>: a conversation in short. The model itself writes down what a reader has to know to go on; the answer is
/// one item that holds it sealed, to be given instead of everything that it stands for.
/// </summary>
internal static class CompactEndpoint
{
    /// <summary>Most tokens of what is written down.</summary>
    private const int MostTokens = 1024;

    private const string Ask = "Write down, for somebody who takes over this conversation without having read it, everything that is needed to go on: what is asked for, what was found out or decided, names and numbers, and what is still to be done. Write nothing else.";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "input", "instructions", "model", "previous_response_id", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "service_tier" };

    public static async Task HandleAsync(ApiExchange exchange)
    {
        var api = exchange.Api;
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(Known);
        var entry = api.Models.Get(request.Needed("model", 1000));
        exchange.Model = entry.Model.Name;
        ChatRequest.ServiceTier(request);
        var id = Identifiers.New("resp");
        var input = ResponseItems.Read(request, "input", (prefix, at) => ResponseItems.IdOf(prefix, id, 'i', at), api.Options);
        var before = request.Text("previous_response_id", 100) is { } previous ? ResponseRequest.Earlier(previous, api, exchange.Caller) : [];
        if (input.Count + before.Count == 0) throw request.Missing("input");
        var items = before.Select(i => (i, ItemConversation.Stored)).Concat(input.Select((i, at) => (i!.AsObject(), string.Create(CultureInfo.InvariantCulture, $"input[{at}]"))));
        var messages = new ItemConversation(api, exchange.Caller, entry.Model).Read(request.Text("instructions"), items, allTurns: false);
        var task = new AnswerTask
        {
            Model = entry.Model,
            Messages = [.. messages, new ChatMessage("user", Ask)],
            Sampling = new GenerationOverrides { MaxTokens = null },
            MessagesField = "input",
            Effort = ReasoningEfforts.None,
        };
        var prepared = PreparedAnswer.Of(task, entry.Writer, api.Options with { MaxTokens = Math.Min(MostTokens, api.Options.MaxTokens) });
        using var limit = exchange.Limit();
        using var place = await entry.Queue.EnterAsync(exchange.Caller.Id, 1, limit.Token);
        var text = new StringBuilder();
        var usage = new AnswerUsage();
        await foreach (var happened in AnswerStream.Read(prepared, place, 0, limit.Token))
        {
            if (happened is TextPiece piece) text.Append(piece.Text);
            else if (happened is AnswerEnd end) usage.Add(end);
        }

        exchange.Use(usage);
        var item = ResponseItems.IdOf("cmp", id, 'o', 0);
        await ApiJson.WriteAsync(exchange.Context, new JsonObject
        {
            ["id"] = id,
            ["object"] = "response.compaction",
            ["created_at"] = api.Time.GetUtcNow().ToUnixTimeSeconds(),
            ["output"] = new JsonArray(new JsonObject { ["id"] = item, ["type"] = "compaction", ["encrypted_content"] = api.Seal.Seal(text.ToString().Trim(), ThoughtSeal.Summary, item, entry.Model.Hash, exchange.Caller.Id) }),
            ["usage"] = usage.Response(),
        });
    }
}
