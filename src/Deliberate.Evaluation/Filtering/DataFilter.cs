using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Evaluation;

/// <summary>
/// Reads JSON Lines to the end and writes those lines that nothing speaks against; the others go into <c>OUTPUT.dropped.jsonl</c>, each with its
/// reason. Until the end both grow beside their names (<c>.unfinished</c>), with a note of how far they are: whoever is stopped goes on there
/// and ends in the same bytes. What grows in memory is a hash a line, and 450 bytes where near duplicates are looked for.
/// </summary>
/// <param name="options">What is asked for.</param>
/// <param name="contamination">The tests to keep out; null for none.</param>
/// <param name="harmful">The classifier of prompts; null for none.</param>
internal sealed class DataFilter(FilterOptions options, ContaminationIndex? contamination, HarmfulPrompts? harmful)
{
    public const string DroppedSuffix = ".dropped.jsonl", UnfinishedSuffix = ".unfinished", NoteSuffix = ".filter.unfinished.json";

    /// <summary>Lines between notes.</summary>
    private const int NoteEvery = 2000;

    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<UInt128, int> _seen = [];
    private readonly NearDuplicates _near = new(options.Similarity);
    private Counts _counts = new();

    /// <param name="input">JSON Lines.</param>
    /// <param name="output">What is kept.</param>
    /// <param name="notChecked">What could not be looked for, for the summary.</param>
    /// <param name="progress">Told of lines done and dropped.</param>
    /// <param name="cancellation">Stops between lines; what is done is kept.</param>
    /// <exception cref="UserError">What was begun was begun otherwise.</exception>
    public FilterSummary Run(string input, string output, IReadOnlyList<string> notChecked, Action<long, long> progress, CancellationToken cancellation)
    {
        var hash = HashOf(input);
        // Everything that decides a line: what there is beside the options is told by its sizes.
        var conditions = JsonSerializer.Serialize(new { Input = hash, options, Tasks = contamination?.Tasks.Select(t => t.ToString()), harmful?.Sources }, FilterSummary.Json);
        conditions = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(conditions)));
        string kept = output + UnfinishedSuffix, dropped = output + DroppedSuffix + UnfinishedSuffix, note = output + NoteSuffix;
        var done = Resume(note, conditions, kept, dropped);
        using (var keptStream = new AppendStream(kept))
        using (var droppedStream = new AppendStream(dropped))
        {
            keptStream.TruncateTo(done.KeptBytes);
            droppedStream.TruncateTo(done.DroppedBytes);
            var earlier = DroppedLines(dropped, done.Line);
            _counts = done.Counts;
            UserError? broken = null;
            var (sinceNote, line) = (0, done.Line);
            foreach (var read in JsonLines.Read(input, Broken))
            {
                if (read.Number <= done.Line)
                {
                    if (!earlier.Contains(read.Number)) Remember(read);
                    continue;
                }

                line = read.Number;
                if (Judge(read) is { } reason) Drop(droppedStream, read.Number, reason.Check, reason.Detail, read.Root);
                else
                {
                    keptStream.Append(read.Root.GetRawText().Replace("\r", "", StringComparison.Ordinal));
                    _counts.Kept++;
                }

                _counts.Lines++;
                if (++sinceNote < NoteEvery && !cancellation.IsCancellationRequested) continue;
                sinceNote = 0;
                Note(note, conditions, line, keptStream, droppedStream);
                progress(_counts.Lines, _counts.Lines - _counts.Kept);
                cancellation.ThrowIfCancellationRequested();
            }

            // Nothing that can be read is another kind of file, not data to be filtered.
            if (broken is not null && _counts.Lines == _counts.Dropped.GetValueOrDefault(NameOf(FilterCheck.Malformed))) throw broken;
            keptStream.Flush();
            droppedStream.Flush();

            void Broken(UserError error)
            {
                broken ??= error;
                if (error.Line <= done.Line) return;
                Drop(droppedStream, error.Line, FilterCheck.Malformed, error.Problem, null);
                _counts.Lines++;
            }
        }

        var summary = Summary(input, hash, HashOf(kept), notChecked);
        File.Move(dropped, output + DroppedSuffix, overwrite: true);
        summary.Write(output + FilterFacts.Suffix);
        File.Move(kept, output, overwrite: true);
        File.Delete(note);
        progress(_counts.Lines, _counts.Lines - _counts.Kept);
        return summary;
    }

    /// <summary>Why a line is dropped; null where it is kept, and from then on known.</summary>
    private (FilterCheck Check, string Detail)? Judge(JsonLine line)
    {
        if (TextOf(line) is not { } text) return (FilterCheck.Malformed, "no text: messages, prompt, completion, chosen, rejected, answer, question or text");
        if (options.Has(FilterCheck.Length) && (text.Whole.Trim().Length < options.Shortest || (options.Longest > 0 && text.Whole.Length > options.Longest)))
            return (FilterCheck.Length, string.Create(CultureInfo.InvariantCulture, $"{text.Whole.Length} characters"));
        if (options.Languages.Count > 0 && options.Has(FilterCheck.Language) && LanguageGuess.Of(text.Whole) is { } language && !options.Languages.Contains(language)) return (FilterCheck.Language, language);
        var key = text.Key();
        if (options.Has(FilterCheck.Duplicate) && _seen.TryGetValue(key, out var first)) return (FilterCheck.Duplicate, $"as line {first}");
        var words = FilteredText.Words(text.Whole);
        var signature = options.Has(FilterCheck.NearDuplicate) ? NearDuplicates.Signature(words) : null;
        if (signature is not null && _near.Find(signature) is { } near) return (FilterCheck.NearDuplicate, string.Create(CultureInfo.InvariantCulture, $"{near.Similarity:0.00} as line {near.Line}"));
        if (options.Has(FilterCheck.PersonalData) && Personal(text.Whole) is { } personal) return (FilterCheck.PersonalData, personal);
        if (options.Has(FilterCheck.Contamination) && contamination?.Find(words) is { } item)
        {
            Count(_counts.Contamination, item.Task);
            return (FilterCheck.Contamination, $"{item.Task}/{item.Id}");
        }

        if (options.Has(FilterCheck.Harmful) && harmful?.Probability(text.Asked) is { } probability && probability >= options.Harmful)
            return (FilterCheck.Harmful, string.Create(CultureInfo.InvariantCulture, $"probability {probability:0.00}"));
        _seen.TryAdd(key, line.Number);
        if (signature is not null) _near.Add(line.Number, signature);
        return null;
    }

    private string? Personal(string text)
    {
        var found = PersonalData.In(text).Select(f => f.Kind.Name).ToArray();
        foreach (var kind in found) Count(_counts.PersonalData, kind);
        return found.Length == 0 ? null : string.Join(", ", found);
    }

    /// <summary>A line that was kept before this process began.</summary>
    private void Remember(JsonLine line)
    {
        if (TextOf(line) is not { } text) return;
        _seen.TryAdd(text.Key(), line.Number);
        if (options.Has(FilterCheck.NearDuplicate) && NearDuplicates.Signature(FilteredText.Words(text.Whole)) is { } signature) _near.Add(line.Number, signature);
    }

    private static FilteredText? TextOf(JsonLine line)
    {
        try
        {
            return FilteredText.Of(line);
        }
        catch (UserError)
        {
            // Half a surrogate pair: no text.
            return null;
        }
    }

    private void Drop(AppendStream stream, int line, FilterCheck check, string detail, JsonElement? record)
    {
        var name = NameOf(check);
        Count(_counts.Dropped, name);
        var said = new JsonObject { ["line"] = line, ["reason"] = name, ["detail"] = detail };
        if (record is { } root) said["record"] = JsonNode.Parse(root.GetRawText());
        stream.Append(said.ToJsonString(s_relaxed));
    }

    private void Note(string path, string conditions, int line, AppendStream kept, AppendStream dropped)
    {
        kept.Flush();
        dropped.Flush();
        AtomicFile.WriteJson(path, new Progress(conditions, line, kept.Length, dropped.Length, _counts), FilterSummary.Json);
    }

    private static Progress Resume(string note, string conditions, string kept, string dropped)
    {
        if (!File.Exists(note)) return new Progress(conditions, 0, 0, 0, new Counts());
        Progress? there;
        try
        {
            there = JsonSerializer.Deserialize<Progress>(File.ReadAllText(note), FilterSummary.Json);
        }
        catch (JsonException error)
        {
            throw new UserError("the note of a filter that was stopped is damaged.", note, advice: "Delete it to begin anew.", inner: error);
        }

        if (there is null || there.Conditions != conditions)
            throw new UserError("a filter with this output was stopped that had another input, other options or other data.", note, advice: "Give the same ones to go on, or delete this file to begin anew.");
        if (!File.Exists(kept) || !File.Exists(dropped)) throw new UserError("what a stopped filter had written is gone.", kept, advice: $"Delete {note} to begin anew.");
        return there;
    }

    private static HashSet<int> DroppedLines(string path, int upTo)
    {
        if (upTo == 0) return [];
        return [.. JsonLines.Read(path).Select(line => line.GetInt32("line"))];
    }

    private FilterSummary Summary(string input, string hash, string outputHash, IReadOnlyList<string> notChecked)
    {
        var personal = options.Has(FilterCheck.PersonalData) ? PersonalDataFigures.Measure() : [];
        return new FilterSummary
        {
            Input = Path.GetFileName(input),
            InputSha256 = hash,
            OutputSha256 = outputHash,
            Options = options,
            Lines = _counts.Lines,
            Kept = _counts.Kept,
            Dropped = Enum.GetValues<FilterCheck>().Select(NameOf).Where(_counts.Dropped.ContainsKey).ToDictionary(name => name, name => _counts.Dropped[name], StringComparer.Ordinal),
            PersonalData = _counts.PersonalData,
            Contamination = _counts.Contamination,
            Checks = [.. Checks()],
            NotChecked = notChecked,
            PersonalDataFigures = personal,
            HarmfulFigures = harmful is null || !options.Has(FilterCheck.Harmful)
                ? []
                :
                [
                    new("harmful prompts found", harmful.All.Sensitivity, NumberStyle.Percent), new("harmless prompts let through", harmful.All.Specificity, NumberStyle.Percent),
                    new("XSTest's unsafe prompts found", harmful.Contrasts.Sensitivity, NumberStyle.Percent), new("XSTest's safe prompts let through", harmful.Contrasts.Specificity, NumberStyle.Percent),
                ],
        };
    }

    private IEnumerable<string> Checks()
    {
        if (options.Has(FilterCheck.Length)) yield return string.Create(CultureInfo.InvariantCulture, $"length: {options.Shortest} to {(options.Longest > 0 ? options.Longest : "any number of")} characters");
        if (options.Languages.Count > 0 && options.Has(FilterCheck.Language)) yield return $"language: {string.Join(", ", options.Languages)}, or not to be told";
        if (options.Has(FilterCheck.Duplicate)) yield return "duplicates: the same text but for case and spaces";
        if (options.Has(FilterCheck.NearDuplicate)) yield return string.Create(CultureInfo.InvariantCulture, $"near duplicates: estimated similarity of {options.Similarity:0.##} or more, MinHash of runs of five words");
        if (options.Has(FilterCheck.PersonalData)) yield return $"personal data: {string.Join(", ", PersonalData.Kinds.Select(k => k.Name))}";
        if (options.Has(FilterCheck.Contamination) && contamination is not null) yield return $"contamination: {options.Ngram} words in a row of {string.Join(", ", contamination.Tasks.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Task} ({t.Items:N0} items, {t.TooShort} too short)")))}";
        if (options.Has(FilterCheck.Harmful) && harmful is not null) yield return string.Create(CultureInfo.InvariantCulture, $"harmful prompts: probability of {options.Harmful:0.##} or more, a linear classifier of words trained on {string.Join(", ", harmful.Sources)}");
    }

    private static string NameOf(FilterCheck check) => JsonNamingPolicy.SnakeCaseLower.ConvertName(check.ToString());

    private static void Count(Dictionary<string, long> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    private static string HashOf(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    /// <summary>Counts so far.</summary>
    private sealed class Counts
    {
        public long Lines { get; set; }

        public long Kept { get; set; }

        public Dictionary<string, long> Dropped { get; init; } = new(StringComparer.Ordinal);

        public Dictionary<string, long> PersonalData { get; init; } = new(StringComparer.Ordinal);

        public Dictionary<string, long> Contamination { get; init; } = new(StringComparer.Ordinal);
    }

    /// <param name="Line">The last one that was looked at.</param>
    private sealed record Progress(string Conditions, int Line, long KeptBytes, long DroppedBytes, Counts Counts);
}
