using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>
/// What goes to a command and comes back, a JSON object on one line each. Out: <c>id, prompt, answer, completion, thinking, text,
/// extracted, truncated, thought_opened, problem</c> (the line of the problem file). In: <c>score</c> (a number; null for an answer that cannot be read),
/// and optionally <c>passed</c> (score ≥ 1 if left out), <c>components</c> (numbers by name), <c>message</c>; a worker repeats the <c>id</c>.
/// </summary>
internal static class VerifierProtocol
{
    private const int LongestMessage = 500, MostComponents = 64;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request, with a newline.</summary>
    public static byte[] Request(Sample sample, string id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("prompt", Whole(sample.Problem.Prompt));
            json.WriteString("answer", Whole(sample.Problem.Answer));
            json.WriteString("completion", Whole(sample.Completion));
            json.WriteString("thinking", sample.Thinking is null ? null : Whole(sample.Thinking));
            json.WriteString("text", Whole(sample.Text));
            json.WriteString("extracted", sample.Answer is null ? null : Whole(sample.Answer));
            json.WriteBoolean("truncated", sample.Truncated);
            json.WriteBoolean("thought_opened", sample.ThoughtOpenedBy.Length > 0);
            json.WritePropertyName("problem");
            if (OwnProblem.IsLine(sample.Problem)) json.WriteRawValue(sample.Problem.State);
            else json.WriteNullValue();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The verdict, or what is wrong with the reply.</summary>
    /// <param name="reply">All that was written for the sample.</param>
    /// <param name="id">That the reply must repeat; null where it need not.</param>
    public static (Verdict? Verdict, string? Problem) Read(ReadOnlySpan<byte> reply, string? id)
    {
        // Some languages' consoles begin their output with a byte order mark.
        if (reply.StartsWith("\uFEFF"u8)) reply = reply[3..];
        reply = reply.Trim(" \t\r\n"u8);
        if (reply.IsEmpty) return (null, "it wrote nothing to standard output");
        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(reply);
            if (json.ValueKind != JsonValueKind.Object) return (null, $"it wrote {SandboxProcess.Quote(reply)}, not a JSON object");
            if (id is not null && !(json.TryGetProperty("id", out var said) && said.ValueKind == JsonValueKind.String && said.GetString() == id)) return (null, $"its reply does not repeat the id \"{id}\" of the sample: {SandboxProcess.Quote(reply)}");
            return Read(json);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (null, $"it wrote {SandboxProcess.Quote(reply)}, which is not one JSON object");
        }
    }

    private static (Verdict? Verdict, string? Problem) Read(JsonElement json)
    {
        if (!json.TryGetProperty("score", out var score)) return (null, "its reply has no \"score\"");
        var message = json.TryGetProperty("message", out var said) && said.ValueKind == JsonValueKind.String ? Short(said.GetString()!) : null;
        var (components, wrong) = Components(json);
        if (wrong is not null) return (null, wrong);
        if (score.ValueKind == JsonValueKind.Null) return (Verdict.Unscored(message ?? "the verifier found no answer that it could read") with { Scores = components }, null);
        if (score.ValueKind is JsonValueKind.True or JsonValueKind.False) return (null, "its \"score\" is true or false, not a number (\"passed\" is for that)");
        if (score.ValueKind != JsonValueKind.Number || !score.TryGetDouble(out var value) || !double.IsFinite(value)) return (null, "its \"score\" is not a finite number");
        var passed = value >= 1;
        if (json.TryGetProperty("passed", out var given))
        {
            if (given.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return (null, "its \"passed\" is neither true nor false");
            passed = given.GetBoolean();
        }

        var verdict = passed ? Verdict.Pass(value, message ?? "right") : Verdict.Fail(message ?? "wrong", value);
        return (verdict with { Scores = components }, null);
    }

    private static (List<Score> Components, string? Problem) Components(JsonElement json)
    {
        var components = new List<Score>();
        if (!json.TryGetProperty("components", out var parts) || parts.ValueKind == JsonValueKind.Null) return (components, null);
        if (parts.ValueKind != JsonValueKind.Object) return (components, "its \"components\" are not an object of numbers");
        foreach (var part in parts.EnumerateObject())
        {
            if (part.Value.ValueKind != JsonValueKind.Number || !part.Value.TryGetDouble(out var number) || !double.IsFinite(number) || components.Count == MostComponents) return (components, $"its component \"{Short(part.Name)}\" is not a finite number, or one of more than {MostComponents}");
            components.Add(new(part.Name, number));
        }

        return (components, null);
    }

    private static string Short(string text) => text.Length <= LongestMessage ? text : text[..LongestMessage] + "...";

    /// <summary>Half a surrogate pair, which JSON in UTF-8 cannot hold, becomes U+FFFD.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
