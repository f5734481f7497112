using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Deliberate.Benchmarks;

/// <summary>What one client of a load asks for.</summary>
/// <param name="Text">The user's message.</param>
/// <param name="Seed">Of the request: the same request alone draws the same tokens.</param>
internal sealed record LoadRequest(string Text, int MaxTokens, int Seed)
{
    public string Body(string model, bool streams) => JsonSerializer.Serialize(streams
        ? new { model, messages = new[] { new { role = "user", content = Text } }, seed = Seed, max_tokens = MaxTokens, temperature = 1.0, stream = true, stream_options = new { include_usage = true } }
        : (object)new { model, messages = new[] { new { role = "user", content = Text } }, seed = Seed, max_tokens = MaxTokens, temperature = 1.0 });
}

/// <summary>What came of it.</summary>
/// <param name="IsWhole">Whether the stream came to its end: a finish reason, the usage, and [DONE].</param>
internal sealed record LoadAnswer(LoadRequest Request, string Text, int Tokens, bool IsWhole, double FirstSeconds);

/// <summary>A client that reads a stream of chat completions over a socket of its own, as fast as it comes, one byte a second, or not to its end.</summary>
internal static class LoadStream
{
    /// <param name="leaveAfter">Bytes after which the client goes away; null for never.</param>
    /// <param name="slowUntil">Until then one byte a second is read; null for as fast as it comes.</param>
    /// <returns>Null where the client went away.</returns>
    public static async Task<LoadAnswer?> ReadAsync(Uri address, string model, LoadRequest request, int? leaveAfter, DateTimeOffset? slowUntil, CancellationToken cancellation)
    {
        using var client = new TcpClient { NoDelay = true };
        if (slowUntil is not null) client.ReceiveBufferSize = 4096;
        await client.ConnectAsync(address.Host, address.Port, cancellation);
        var stream = client.GetStream();
        var body = Encoding.UTF8.GetBytes(request.Body(model, streams: true));
        var head = string.Create(CultureInfo.InvariantCulture, $"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        var started = Stopwatch.GetTimestamp();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
        await stream.WriteAsync(body, cancellation);
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var first = 0.0;
        while (true)
        {
            var isSlow = slowUntil > DateTimeOffset.UtcNow;
            var read = await stream.ReadAsync(buffer.AsMemory(0, isSlow ? 1 : buffer.Length), cancellation);
            if (read == 0) break;
            all.Write(buffer, 0, read);
            if (first == 0 && all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf("\"content\":\""u8) >= 0 && HasText(all)) first = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (all.Length >= leaveAfter) return null;
            if (isSlow) await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }

        return Parse(request, Unchunked(all.ToArray()), first);
    }

    /// <summary>Whether a chunk has come that brings text: the first of a stream names the role alone.</summary>
    private static bool HasText(MemoryStream all) => Unchunked(all.ToArray()) is var text && text.Split("\"content\":\"").Skip(1).Any(t => !t.StartsWith('"'));

    private static LoadAnswer Parse(LoadRequest request, string text, double first)
    {
        var (said, tokens, finished, done) = (new StringBuilder(), 0, false, false);
        foreach (var line in text.Split('\n'))
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            if (line == "data: [DONE]")
            {
                done = true;
                continue;
            }

            using var chunk = JsonDocument.Parse(line["data: ".Length..]);
            if (chunk.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object) tokens = usage.GetProperty("completion_tokens").GetInt32();
            if (!chunk.RootElement.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0) continue;
            if (choices[0].GetProperty("delta").TryGetProperty("content", out var content)) said.Append(content.GetString());
            finished |= choices[0].GetProperty("finish_reason").ValueKind == JsonValueKind.String;
        }

        return new LoadAnswer(request, said.ToString(), tokens, finished && done && tokens > 0, first);
    }

    /// <summary>The body of an answer that is sent in chunks.</summary>
    private static string Unchunked(byte[] answer)
    {
        var at = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        if (at < 4) return "";
        var head = Encoding.ASCII.GetString(answer, 0, at);
        if (!head.Contains("chunked", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8.GetString(answer, at, answer.Length - at);
        using var body = new MemoryStream();
        while (at < answer.Length)
        {
            var end = answer.AsSpan(at).IndexOf("\r\n"u8);
            if (end < 0 || !int.TryParse(Encoding.ASCII.GetString(answer, at, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length) || length == 0) break;
            at += end + 2;
            body.Write(answer, at, Math.Min(length, answer.Length - at));
            at += length + 2;
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }
}
