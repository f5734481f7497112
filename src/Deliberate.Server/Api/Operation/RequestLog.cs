using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A line of JSON a request: when, whose, what for, how it ended, how many tokens. Never what was asked or answered.</summary>
internal sealed class RequestLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer;

    private RequestLog(StreamWriter writer) => _writer = writer;

    public static RequestLog? Open(string? path)
    {
        if (path is null) return null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            return new RequestLog(new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true });
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(path, "Name another file: --request-log FILE.", error);
        }
    }

    public void Write(DateTimeOffset time, string id, string key, string method, string route, string model, int status, AnswerUsage? usage, TimeSpan elapsed)
    {
        var line = ApiJson.Text(new JsonObject
        {
            ["time"] = time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["request"] = id,
            ["key"] = key,
            ["method"] = method,
            ["route"] = route,
            ["model"] = model.Length > 0 ? model : null,
            ["status"] = status,
            ["prompt_tokens"] = usage?.Prompt,
            ["completion_tokens"] = usage?.Completion,
            ["reasoning_tokens"] = usage?.Thinking,
            ["milliseconds"] = (long)elapsed.TotalMilliseconds,
        });
        lock (_lock)
        {
            try
            {
                _writer.WriteLine(line);
            }
            catch (IOException)
            {
                // A full disk keeps nobody from an answer.
            }
        }
    }

    public void Dispose() => _writer.Dispose();
}
