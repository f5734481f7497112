using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>
/// The output of a generation: a line for each answer, appended as it comes, so that a killed command goes on with what is
/// missing; put in the order of the input when all are there. Beside it <see cref="GenerationRecord"/>. A line that a crash left
/// unfinished is cut off. One writer at a time.
/// </summary>
internal sealed class GenerationOutput : IDisposable
{
    private readonly string _path;
    private readonly IReadOnlyList<GenerationLine> _lines;
    private readonly FileStream _lock;
    private readonly AppendStream _stream;

    /// <summary>Where each answer stands in the file, by the input's line.</summary>
    private readonly Dictionary<int, (long Begin, long End)> _places = [];

    private GenerationOutput(string path, IReadOnlyList<GenerationLine> lines, FileStream held)
    {
        (_path, _lines, _lock) = (path, lines, held);
        _stream = new AppendStream(path);
    }

    public List<GenerationAnswer> Answers { get; } = [];

    /// <summary>What is not answered yet, in the order of the input.</summary>
    public IReadOnlyList<GenerationLine> Missing => [.. _lines.Where(l => !_places.ContainsKey(l.Number))];

    /// <summary>Opens the file to go on with, or begins it.</summary>
    /// <exception cref="UserError">It was begun with other options, or by something else.</exception>
    /// <param name="earlier">What the file was begun with; null where there is none to go on with.</param>
    /// <param name="fresh">Replaces whatever is there.</param>
    public static GenerationOutput Open(string path, GenerationRecord record, GenerationRecord? earlier, IReadOnlyList<GenerationLine> lines, bool fresh)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a file.", path, field: "--output");
        var beside = GenerationRecord.PathFor(path);
        if (fresh)
        {
            if (File.Exists(beside)) Lock(beside).Dispose();
            Disk.TryDelete(path);
            Disk.TryDelete(beside);
        }

        if (earlier?.Differences(record) is { Count: > 0 } differences)
            throw new UserError($"The file was begun under other conditions, which differ in {string.Join(", ", differences)}.", path, field: "--output", advice: "Repeat the first command, choose another output, or begin again with --fresh.");
        if (earlier is null && File.Exists(path) && new FileInfo(path).Length > 0)
        {
            throw new UserError($"The file exists, and nothing says how it was made: there is no {Path.GetFileName(beside)}.", path, field: "--output", advice: "Choose another output, or replace it with --fresh.");
        }

        if (earlier is null) record.Write(beside);
        var held = Lock(beside);
        GenerationOutput? output = null;
        try
        {
            output = new GenerationOutput(path, lines, held);
            output.ReadAnswers(record);
            return output;
        }
        catch
        {
            output?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public void Append(GenerationAnswer answer)
    {
        var begin = _stream.Length;
        _stream.Append(answer.ToJson());
        _stream.Flush(toDisk: false);
        Add(answer, begin, _stream.Length);
    }

    /// <summary>All answers are there: puts them in the order of the input.</summary>
    public void Finish()
    {
        _stream.Dispose();
        var places = _lines.Select(l => _places[l.Number]).ToArray();
        if (places.Zip(places.Skip(1)).All(p => p.First.End == p.Second.Begin)) return;
        AtomicFile.Write(_path, target =>
        {
            using var unordered = File.OpenRead(_path);
            foreach (var (begin, end) in places)
            {
                var line = new byte[end - begin];
                unordered.Position = begin;
                unordered.ReadExactly(line);
                target.Write(line);
            }
        });
    }

    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    /// <summary>Holds the record, which the system gives to one process at a time, for as long as that process lives.</summary>
    private static FileStream Lock(string record)
    {
        try
        {
            return new FileStream(record, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException error)
        {
            throw GenerationRecord.InUse(record, error);
        }
    }

    private void ReadAnswers(GenerationRecord record)
    {
        _stream.TruncateTo(WholeLines());
        var byNumber = _lines.ToDictionary(l => l.Number);
        var begin = 0L;
        foreach (var bytes in File.ReadLines(_path))
        {
            var end = begin + System.Text.Encoding.UTF8.GetByteCount(bytes) + 1;
            var number = Answers.Count + 1;
            UserError Damaged(string problem, Exception? cause = null) => new(problem, _path, number, advice: "The file was changed after it was written; begin again with --fresh.", inner: cause);
            GenerationAnswer answer;
            try
            {
                answer = GenerationAnswer.Parse(JsonSerializer.Deserialize<JsonElement>(bytes));
            }
            catch (JsonException error)
            {
                throw Damaged("This is no answer that generate wrote.", error);
            }

            if (!byNumber.TryGetValue(answer.Line, out var line)) throw Damaged($"The input has no line {answer.Line}.");
            if (answer.PromptTokens != line.Prompt.Length || answer.Seed != record.Seed) throw Damaged($"This is no answer to the input's line {answer.Line}.");
            if (_places.ContainsKey(answer.Line)) throw Damaged($"The input's line {answer.Line} is answered twice.");
            Add(answer, begin, end);
            begin = end;
        }
    }

    private void Add(GenerationAnswer answer, long begin, long end)
    {
        _places.Add(answer.Line, (begin, end));
        Answers.Add(answer);
    }

    /// <summary>Bytes up to the end of the last whole line.</summary>
    private long WholeLines()
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var buffer = new byte[1 << 16];
        for (var end = file.Length; end > 0;)
        {
            var begin = Math.Max(0, end - buffer.Length);
            file.Position = begin;
            var part = buffer.AsSpan(0, (int)(end - begin));
            file.ReadExactly(part);
            var newline = part.LastIndexOf((byte)'\n');
            if (newline >= 0) return begin + newline + 1;
            end = begin;
        }

        return 0;
    }
}
