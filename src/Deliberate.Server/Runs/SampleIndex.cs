using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>Where a sample stands in samples.jsonl, and what lists are filtered by.</summary>
/// <param name="Offset">Of its line.</param>
/// <param name="Length">Of its line, in bytes.</param>
/// <param name="Line">Its number, from 1.</param>
internal readonly record struct IndexedSample(long Offset, int Length, int Line, RunStage Stage, int Step, SampleOutcome Outcome);

/// <summary>
/// The lines of a run's samples.jsonl by stage, step and outcome, kept up to date as the file grows; the samples themselves are read
/// when they are shown. Of each line only the fields before its tokens are looked at.
/// </summary>
internal sealed class SampleIndex(string folder) : IDisposable
{
    private readonly string _path = Path.Combine(folder, SampleStore.FileName);
    private readonly LineTail _tail = new(Path.Combine(folder, SampleStore.FileName));
    private readonly SemaphoreSlim _one = new(1);
    private readonly List<IndexedSample> _samples = [];

    /// <summary>Lines that are no samples.</summary>
    public int Damaged { get; private set; }

    /// <summary>What has been read so far, from first to last.</summary>
    public T Look<T>(Func<IReadOnlyList<IndexedSample>, T> look)
    {
        lock (_samples) return look(_samples);
    }

    /// <summary>Reads on.</summary>
    /// <returns>Whether there is anything new.</returns>
    public async Task<bool> ReadAsync(CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => _tail.Read(Add, Restart, cancellation), cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A sample whole.</summary>
    /// <exception cref="UserError">It cannot be read.</exception>
    public SampleRecord Read(IndexedSample sample)
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            file.Position = sample.Offset;
            var bytes = new byte[sample.Length];
            file.ReadExactly(bytes);
            return SampleStore.Parse(_path, sample.Line, Encoding.UTF8.GetString(bytes));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(_path, error);
        }
    }

    public void Dispose() => _one.Dispose();

    private void Restart()
    {
        lock (_samples) _samples.Clear();
        Damaged = 0;
    }

    private void Add(ReadOnlySpan<byte> line, long offset, int number)
    {
        try
        {
            var sample = Index(line, offset, number);
            lock (_samples) _samples.Add(sample);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            Damaged++;
        }
    }

    private static IndexedSample Index(ReadOnlySpan<byte> line, long offset, int number)
    {
        var (step, stage, right) = (0, RunStage.Reinforcement, false);
        SampleOutcome? outcome = null;
        var json = new Utf8JsonReader(line);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // The arrays of tokens come last, and are most of the line.
            if (json.ValueTextEquals("prompt_tokens"u8)) break;
            if (json.ValueTextEquals("step"u8)) step = Next(ref json).GetInt32();
            else if (json.ValueTextEquals("stage"u8)) stage = RecordLine.ReadName<RunStage>(Next(ref json).GetString());
            else if (json.ValueTextEquals("outcome"u8)) outcome = RecordLine.ReadName<SampleOutcome>(Next(ref json).GetString());
            else if (json.ValueTextEquals("rewards"u8)) right = IsRight(ref json);
            else json.Skip();
        }

        return new IndexedSample(offset, line.Length, number, stage, step, outcome ?? (right ? SampleOutcome.Pass : SampleOutcome.Fail));
    }

    private static bool IsRight(ref Utf8JsonReader json)
    {
        var right = false;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isCorrect = json.ValueTextEquals("correct"u8);
            json.Read();
            if (isCorrect && json.TokenType == JsonTokenType.Number) right = json.GetDouble() > 0;
        }

        return right;
    }

    private static ref Utf8JsonReader Next(ref Utf8JsonReader json)
    {
        json.Read();
        return ref json;
    }
}
