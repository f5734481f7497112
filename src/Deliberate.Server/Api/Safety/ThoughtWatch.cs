using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>Monitors that read the thoughts of live traffic.</summary>
/// <param name="Monitors">Which.</param>
/// <param name="Keep">File to which flagged thoughts are added with prompt and answer, a line of JSON each; null, the default, keeps no contents.</param>
/// <param name="Timeout">For one judgement.</param>
internal sealed record WatchSettings(IReadOnlyList<IThoughtMonitor> Monitors, string? Keep, TimeSpan Timeout);

/// <summary>
/// Lets monitors read thoughts behind the answers' backs: no answer waits for them. What they find is counted for <c>/metrics</c>; contents are kept
/// only where the operator named a file. Where more thoughts come than are read, some are passed over, and counted.
/// </summary>
internal sealed class ThoughtWatch : IAsyncDisposable
{
    private const int Waiting = 1024;

    private readonly Channel<Watched> _thoughts = Channel.CreateBounded<Watched>(new BoundedChannelOptions(Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly CancellationTokenSource _stop = new();
    private readonly WatchSettings _settings;
    private readonly ApiMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Task _reading;
    private int _number;
    private bool _told;

    public ThoughtWatch(WatchSettings settings, ApiMetrics metrics, TimeProvider time)
    {
        (_settings, _metrics, _time) = (settings, metrics, time);
        if (settings.Keep is { } file) Append(file, "");
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>From any thread; returns at once.</summary>
    public void Offer(string model, IReadOnlyList<ChatMessage> conversation, string thought, string answer)
    {
        if (_thoughts.Writer.TryWrite(new Watched(model, conversation, thought, answer))) return;
        foreach (var monitor in _settings.Monitors) _metrics.CountMonitored(model, monitor.Name, "passed_over", null);
    }

    /// <summary>Reads what waits, for a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        _thoughts.Writer.TryComplete();
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(10)));
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var watched in _thoughts.Reader.ReadAllAsync(_stop.Token))
                foreach (var monitor in _settings.Monitors) await JudgeAsync(monitor, watched);
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task JudgeAsync(IThoughtMonitor monitor, Watched watched)
    {
        Verdict verdict;
        try
        {
            verdict = await Monitoring.JudgeAsync(monitor, new LabelledThought(Asked(watched.Conversation), watched.Thought, watched.Answer, Finding: null).ToSample(Interlocked.Increment(ref _number)), _settings.Timeout, _stop.Token);
        }
        catch (UserError error)
        {
            // A wrong key of the judge's provider: said once, counted always.
            if (!_told) Console.Error.WriteLine($"monitor {monitor.Name}: {error.Message}");
            _told = true;
            _metrics.CountMonitored(watched.Model, monitor.Name, "undecided", null);
            return;
        }

        var flagged = verdict.Scores.FirstOrDefault(s => s.Name == MonitorVerdict.Flagged)?.Value;
        var finding = flagged >= 0.5 && MonitorVerdict.FindingOf(verdict) is { } found ? MonitorVerdict.NameOf(found) : null;
        _metrics.CountMonitored(watched.Model, monitor.Name, flagged is null ? "undecided" : flagged >= 0.5 ? "flagged" : "clean", finding);
        if (flagged >= 0.5 && _settings.Keep is { } file) Keep(file, monitor, watched, verdict, finding);
    }

    private void Keep(string file, IThoughtMonitor monitor, Watched watched, Verdict verdict, string? finding)
    {
        var line = ApiJson.Text(new JsonObject
        {
            ["time"] = _time.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["model"] = watched.Model,
            ["monitor"] = monitor.Name,
            ["finding"] = finding,
            ["reason"] = verdict.Reason,
            ["evidence"] = MonitorVerdict.EvidenceOf(verdict),
            ["messages"] = new JsonArray([.. watched.Conversation.Select(m => new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]),
            ["thought"] = watched.Thought,
            ["answer"] = watched.Answer,
            ["label"] = finding,
        });
        try
        {
            Append(file, line + "\n");
        }
        catch (UserError error)
        {
            if (!_told) Console.Error.WriteLine(error.Message);
            _told = true;
        }
    }

    /// <summary>What was asked; monitors read the latest message as the prompt.</summary>
    private static IReadOnlyList<ChatMessage> Asked(IReadOnlyList<ChatMessage> conversation) => conversation.Count > 0 ? conversation : [new ChatMessage("user", "")];

    private static void Append(string file, string text)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
            // Thoughts are for the operator's eyes.
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(file, options);
            MendEnd(stream);
            // In one piece, for whoever reads meanwhile.
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(file, "Name another file: --monitor-keep FILE.", error);
        }
    }

    /// <summary>Goes to the end of the last whole line: a program that was killed, or a full disk, may have left half a line behind it, and no reader takes a file with one.</summary>
    private static void MendEnd(FileStream stream)
    {
        var end = stream.Seek(0, SeekOrigin.End);
        var start = end;
        var tail = Array.Empty<byte>();
        while (start > 0)
        {
            var piece = new byte[Math.Min(64 * 1024, start)];
            stream.Position = start -= piece.Length;
            stream.ReadExactly(piece);
            if (Array.LastIndexOf(piece, (byte)'\n') is var at and >= 0)
            {
                start += at + 1;
                tail = [.. piece.AsSpan(at + 1), .. tail];
                break;
            }

            tail = [.. piece, .. tail];
        }

        stream.Position = end;
        if (tail.Length == 0) return;
        try
        {
            using var whole = JsonDocument.Parse(tail);
            stream.WriteByte((byte)'\n');
        }
        catch (JsonException)
        {
            stream.SetLength(start);
        }
    }

    private sealed record Watched(string Model, IReadOnlyList<ChatMessage> Conversation, string Thought, string Answer);
}
