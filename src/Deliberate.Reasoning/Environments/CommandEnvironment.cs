using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Deliberate.Reasoning;

/// <summary>
/// An environment that is a program: a line of JSON in, a line of JSON out, in the sandbox that verifiers run in. A process plays one
/// episode at a time; as a worker it goes on to the next, otherwise each episode has a fresh one. Out: <c>op</c> (start or step), <c>id</c>, with a start
/// <c>prompt, answer, level, problem</c> (the line of the problem file), with a step <c>text</c>. In: <c>id</c> repeated, <c>reply</c>,
/// and where they are not their defaults <c>reward</c> (0), <c>over</c> (false), <c>solved</c> (false), <c>message</c>; nothing but the id of a start.
/// Whatever else it does is a failure of that episode, in words.
/// </summary>
internal sealed class CommandEnvironment : IEnvironment, IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CommandVerifierOptions _options;
    private readonly ConcurrentBag<SandboxProcess> _idle = [];
    private readonly Sandbox _sandbox;
    private long _asked;

    /// <exception cref="Core.UserError">The command cannot be started as the options ask.</exception>
    public CommandEnvironment(CommandVerifierOptions options)
    {
        _options = options;
        _sandbox = Sandbox.For(options.Specification());
    }

    public string Name => _options.Name;

    /// <summary>That it runs without a sandbox although one was wanted, and why; null otherwise.</summary>
    public string? Notice => _sandbox.Notice;

    public async ValueTask<IEpisode> StartAsync(Problem problem, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out var process)) process = await SandboxProcess.Start(_sandbox).ConfigureAwait(false);
        var episode = new Played(this, process);
        try
        {
            await episode.Ask("start", json =>
            {
                json.WriteString("prompt", Whole(problem.Prompt));
                json.WriteString("answer", Whole(problem.Answer));
                json.WriteNumber("level", problem.Level);
                json.WritePropertyName("problem");
                if (OwnProblem.IsLine(problem)) json.WriteRawValue(problem.State);
                else json.WriteNullValue();
            }, cancellationToken).ConfigureAwait(false);
            return episode;
        }
        catch
        {
            await episode.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var process)) process.Dispose();
        _sandbox.Dispose();
    }

    /// <summary>Half a surrogate pair, which JSON in UTF-8 cannot hold, becomes U+FFFD.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>What is wrong with what the program did.</summary>
    private sealed class Wrong(string what) : Exception(what);

    private sealed class Played(CommandEnvironment environment, SandboxProcess process) : IEpisode
    {
        private bool _isSound;

        public async ValueTask<EpisodeReply> StepAsync(string said, CancellationToken cancellationToken)
        {
            var reply = await Ask("step", json => json.WriteString("text", Whole(said)), cancellationToken).ConfigureAwait(false);
            var text = reply.TryGetProperty("reply", out var written) && written.ValueKind == JsonValueKind.String ? written.GetString()! : "";
            var reward = 0.0;
            if (reply.TryGetProperty("reward", out var paid) && (paid.ValueKind != JsonValueKind.Number || !paid.TryGetDouble(out reward) || !double.IsFinite(reward))) throw Unsound("its \"reward\" is not a finite number");
            var message = reply.TryGetProperty("message", out var why) && why.ValueKind == JsonValueKind.String ? why.GetString()! : "";
            if (message.Length > 500) message = message[..500];
            if (!Flag(reply, "over")) return Flag(reply, "solved") ? throw Unsound("it says \"solved\" and not \"over\"") : EpisodeReply.Next(text, reward);
            return Flag(reply, "solved") ? EpisodeReply.Solved(reward, message.Length > 0 ? message : "solved") : EpisodeReply.Failed(message.Length > 0 ? message : "not solved", reward);
        }

        public ValueTask DisposeAsync()
        {
            if (_isSound && environment._options.Mode == CommandMode.Worker) environment._idle.Add(process);
            else process.Dispose();
            return ValueTask.CompletedTask;
        }

        public async Task<JsonElement> Ask(string op, Action<Utf8JsonWriter> write, CancellationToken cancellation)
        {
            var id = Interlocked.Increment(ref environment._asked).ToString(CultureInfo.InvariantCulture);
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, Options))
            {
                json.WriteStartObject();
                json.WriteString("op", op);
                json.WriteString("id", id);
                write(json);
                json.WriteEndObject();
            }

            buffer.Write("\n"u8);
            _isSound = false;
            var timeout = process.Answered == 0 ? environment._options.Timeout + environment._options.StartAllowance : environment._options.Timeout;
            var (reply, problem) = await process.AskLine(buffer.WrittenSpan.ToArray(), environment._options.OutputBytes, timeout, cancellation).ConfigureAwait(false);
            if (problem is not null) throw new Wrong(problem);
            JsonElement read;
            try
            {
                read = JsonSerializer.Deserialize<JsonElement>(reply!);
            }
            catch (JsonException)
            {
                throw new Wrong($"it wrote {SandboxProcess.Quote(reply!)}, which is not a JSON object");
            }

            if (read.ValueKind != JsonValueKind.Object) throw new Wrong($"it wrote {SandboxProcess.Quote(reply!)}, not a JSON object");
            if (!read.TryGetProperty("id", out var said) || said.ValueKind != JsonValueKind.String || said.GetString() != id) throw new Wrong($"its reply does not repeat the id \"{id}\": {SandboxProcess.Quote(reply!)}");
            _isSound = true;
            return read;
        }

        private bool Flag(JsonElement reply, string name)
        {
            if (!reply.TryGetProperty(name, out var flag)) return false;
            return flag.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Unsound($"its \"{name}\" is neither true nor false") };
        }

        private Wrong Unsound(string what)
        {
            _isSound = false;
            return new Wrong(what);
        }
    }
}
