using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary>
/// <c>POST /v1/completions</c>, the old interface: a text is continued as it stands, without the chat template. A thought that the model
/// writes is as hidden here as anywhere.
/// </summary>
internal static class CompletionsEndpoint
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "model", "prompt", "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n", "presence_penalty", "seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p", "user",
        "top_k", "min_p", "repetition_penalty",
    };

    public static async Task HandleAsync(ApiExchange exchange)
    {
        var api = exchange.Api;
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(Known);
        var entry = api.Models.Get(request.Needed("model", 1000));
        exchange.Model = entry.Model.Name;
        var count = (int)(request.Whole("n", 1, 128) ?? 1);
        if (request.Whole("best_of", 0, 20) is { } best && best > count) throw ApiError.Unsupported("This server gives every answer that it draws: 'best_of' may not be more than 'n'.", "best_of");
        if (request.Has("suffix") && request.Text("suffix")!.Length > 0) throw ApiError.Unsupported("This server cannot fill in the middle: 'suffix'.", "suffix");
        if (request.Object("logit_bias") is { } bias && bias.Element.EnumerateObject().Any()) throw ApiError.Unsupported("This server has no biases of single tokens.", "logit_bias");
        var streams = request.Flag("stream") ?? false;
        var includesUsage = request.Object("stream_options")?.Flag("include_usage") ?? false;
        var echoes = request.Flag("echo") ?? false;
        var alternatives = (int?)request.Whole("logprobs", 0, 5);
        if (echoes && alternatives is not null) throw ApiError.Unsupported("This server gives no log-probabilities of the prompt: leave out 'echo' or 'logprobs'.", "echo");
        var prompts = Prompts(request);
        var prepared = prompts.Select(prompt => Prepare(
            new AnswerTask
            {
                Model = entry.Model,
                Messages = [],
                Continued = prompt,
                Sampling = SamplingFields.Read(request, "max_tokens", 1) is { MaxTokens: null } open ? open with { MaxTokens = Math.Min(16, entry.Model.Context) } : SamplingFields.Read(request, "max_tokens", 1),
                MaxTokensField = "max_tokens",
                MessagesField = "prompt",
                Stop = SamplingFields.Stop(request),
                Seed = SamplingFields.Seed(request),
                Effort = api.Options.DefaultEffort,
                LogProbabilities = alternatives,
            })).ToArray();
        using var limit = exchange.Limit();
        using var place = await entry.Queue.EnterAsync(exchange.Caller.Id, count, limit.Token);

        // The first has its place before anything is sent; each that follows waits for its own.
        async Task<QueuePlace> PlaceAsync(int at) => at == 0 ? place : await entry.Queue.EnterAsync(exchange.Caller.Id, count, limit.Token);
        var form = new Form(entry, exchange, echoes, alternatives is not null);
        PreparedAnswer Prepare(AnswerTask task) => PreparedAnswer.Of(task, entry.Writer, api.Options) with { Guard = AnswerGuard.For(api, task, asked: null) };

        if (!streams)
        {
            var usage = new AnswerUsage();
            var choices = new JsonArray();
            foreach (var (at, one) in prepared.Index())
            {
                using var next = await PlaceAsync(at);
                foreach (var choice in await form.WholeAsync(one, count, choices.Count, next, usage, limit.Token)) choices.Add(choice);
            }

            exchange.Use(usage);
            var whole = form.Envelope(choices);
            whole["usage"] = usage.Chat();
            await ApiJson.WriteAsync(exchange.Context, whole);
            return;
        }

        await exchange.StreamAsync(async stream =>
        {
            var usage = new AnswerUsage();
            foreach (var (at, one) in prepared.Index())
            {
                using var next = await PlaceAsync(at);
                await form.StreamAsync(stream, one, count, at * count, next, usage, includesUsage, limit.Token);
            }

            exchange.Use(usage);
            if (includesUsage)
            {
                var last = form.Envelope([]);
                last["usage"] = usage.Chat();
                await stream.SendAsync(last);
            }

            await stream.DoneAsync();
        });
    }

    private static IReadOnlyList<string> Prompts(JsonFields request)
    {
        if (request.Get("prompt") is not { } prompt) throw request.Missing("prompt");
        if (prompt.ValueKind == JsonValueKind.String) return [request.Text("prompt")!];
        var items = request.Items("prompt", 64);
        if (items.Count == 0) throw ApiError.Invalid("'prompt' is empty.", "prompt", "empty_array");
        if (items[0].Value.ValueKind == JsonValueKind.Number || items[0].Value.ValueKind == JsonValueKind.Array) throw ApiError.Unsupported("This server takes prompts as text, not as tokens.", "prompt");
        return [.. items.Select(i => JsonFields.TextOf(i.Value, i.Path))];
    }

    /// <summary>Completions and their chunks, which have one shape.</summary>
    private sealed class Form(ServedEntry entry, ApiExchange exchange, bool echoes, bool hasProbabilities)
    {
        private readonly string _id = "cmpl-" + Identifiers.Random(29);
        private readonly long _created = exchange.Api.Time.GetUtcNow().ToUnixTimeSeconds();
        private readonly ChatJson _json = new(entry.Model.Name, entry.Model.Format, "", exchange.Api.Time.GetUtcNow());

        public JsonObject Envelope(JsonArray choices) => new()
        {
            ["id"] = _id,
            ["object"] = "text_completion",
            ["created"] = _created,
            ["model"] = entry.Model.Name,
            ["system_fingerprint"] = exchange.Fingerprint(entry.Model),
            ["choices"] = choices,
        };

        public async Task<IReadOnlyList<JsonObject>> WholeAsync(PreparedAnswer prepared, int count, int first, QueuePlace place, AnswerUsage usage, CancellationToken cancellation)
        {
            var texts = Enumerable.Range(0, count).Select(_ => new StringBuilder(echoes ? prepared.Prompt.Rendered : "")).ToArray();
            var tokens = Enumerable.Range(0, count).Select(_ => new List<TokenLogProbability>()).ToArray();
            var ends = new AnswerEnd[count];
            var own = new AnswerUsage();
            await foreach (var (number, happened) in AnswerMerge.Read(prepared, count, place, cancellation))
            {
                if (happened is AnswerEnd end) own.Add(ends[number] = end);
                if (happened is not TextPiece piece) continue;
                texts[number].Append(piece.Text);
                tokens[number].AddRange(piece.Tokens);
            }

            usage.Add(own);
            return [.. texts.Select((text, at) => Choice(first + at, text.ToString(), tokens[at], 0, ChatJson.Finish(ends[at]), ends[at]))];
        }

        public async Task StreamAsync(EventStream stream, PreparedAnswer prepared, int count, int first, QueuePlace place, AnswerUsage usage, bool includesUsage, CancellationToken cancellation)
        {
            var own = new AnswerUsage();
            var offsets = new int[count];
            for (var i = 0; echoes && i < count; i++) await Send(Choice(first + i, prepared.Prompt.Rendered, [], 0, null));
            await foreach (var (number, happened) in stream.Alive(AnswerMerge.Read(prepared, count, place, cancellation)))
            {
                if (happened is TextPiece piece)
                {
                    await Send(Choice(first + number, piece.Text, piece.Tokens, offsets[number], null));
                    offsets[number] += piece.Text.Length;
                }
                else if (happened is AnswerEnd end)
                {
                    own.Add(end);
                    await Send(Choice(first + number, "", [], offsets[number], ChatJson.Finish(end), end));
                }
            }

            usage.Add(own);

            Task Send(JsonObject choice)
            {
                var chunk = Envelope([choice]);
                if (includesUsage) chunk["usage"] = null;
                return stream.SendAsync(chunk);
            }
        }

        private JsonObject Choice(int index, string text, IReadOnlyList<TokenLogProbability> tokens, int offset, string? finish, AnswerEnd? end = null)
        {
            var choice = new JsonObject
            {
                ["text"] = text,
                ["index"] = index,
                ["logprobs"] = hasProbabilities ? Probabilities(tokens, offset) : null,
                ["finish_reason"] = finish,
            };
            if (ModerationJson.Response(end?.Moderation) is { } moderation) choice["moderation"] = moderation;
            return choice;
        }

        private JsonObject Probabilities(IReadOnlyList<TokenLogProbability> tokens, int offset)
        {
            var (names, values, offsets, tops) = (new JsonArray(), new JsonArray(), new JsonArray(), new JsonArray());
            foreach (var token in tokens)
            {
                var json = _json.Token(token);
                var name = json["token"]!.GetValue<string>();
                names.Add(name);
                values.Add(json["logprob"]!.GetValue<double>());
                offsets.Add(offset);
                offset += name.Length;
                var top = new JsonObject();
                foreach (var alternative in json["top_logprobs"]!.AsArray()) top[alternative!["token"]!.GetValue<string>()] = alternative["logprob"]!.GetValue<double>();
                tops.Add(top);
            }

            return new JsonObject { ["tokens"] = names, ["token_logprobs"] = values, ["top_logprobs"] = tops, ["text_offset"] = offsets };
        }
    }
}
