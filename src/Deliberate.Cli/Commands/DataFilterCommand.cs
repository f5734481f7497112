using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// Leaves out of a data file what a model should not learn from: what stands there twice, personal data, prompts that ask for harm, other
/// languages, test questions. What was dropped is kept with its reason.
/// </summary>
internal sealed class DataFilterCommand : CliCommand
{
    private static readonly Dictionary<string, FilterCheck> s_checks = Enum.GetValues<FilterCheck>().Where(c => c != FilterCheck.Malformed)
        .ToDictionary(c => JsonNamingPolicy.KebabCaseLower.ConvertName(c.ToString()), StringComparer.Ordinal);

    private readonly Argument<string> _input = new("INPUT") { Description = "JSON Lines of examples, preferences, problems or texts." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The lines that are kept, as they were. Beside it OUTPUT.dropped.jsonl has the others with their reasons, and OUTPUT.filter.json the counts, which a run that trains on OUTPUT takes into its facts." };
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "Folder with public data sets (docs/suites.md): lines that share words with a test of theirs are dropped, and with XSTest there, prompts that ask for harm." };
    private readonly Option<string[]> _against = new("--against") { HelpName = "file", DefaultValueFactory = _ => [], Description = "Problems of yours that are tests too (JSON Lines); may be given again." };
    private readonly Option<string[]> _without = new("--without") { HelpName = "check", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true, Description = $"Checks to leave out: {string.Join(", ", s_checks.Keys)}." };
    private readonly Option<string[]> _language = new("--language") { HelpName = "code", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true, Description = $"Keep these languages, and what cannot be told: {string.Join(", ", LanguageGuess.Codes)}. All if left out." };
    private readonly Option<int> _shortest = CommonOptions.Whole("--shortest", "Least characters of a line's texts.", 1, 0);
    private readonly Option<int> _longest = CommonOptions.Whole("--longest", "Most characters; 0 for any number.", 0, 0);
    private readonly Option<double> _similarity = CommonOptions.Real("--similarity", "Least estimated similarity of near duplicates, of which the later one is dropped.", 0.8, 0.5, 1);
    private readonly Option<int> _ngram = CommonOptions.Whole("--ngram", "Words in a row that a line may not share with a test; of shorter tests all.", FilterOptions.DefaultNgram, 6, 100);
    private readonly Option<double> _harmful = CommonOptions.Real("--harmful", "Least probability of a prompt that is dropped as harmful.", 0.9, 0.5, 1);
    private readonly Option<bool> _force = new("--force") { Description = "Replace an output that is there." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public DataFilterCommand()
        : base(
            "filter",
            "Leave out duplicates, personal data, harmful prompts, other languages and test questions; what is dropped is kept with its reason. Ctrl-C stops; the same command goes on.",
            "deliberate data filter chats.jsonl filtered.jsonl",
            "deliberate data filter chats.jsonl filtered.jsonl --data public-data --language en --shortest 20",
            "deliberate data filter problems.jsonl filtered.jsonl --against held-out.jsonl --without near-duplicate personal-data")
    {
        Add(_input);
        Add(_output);
        foreach (var option in new Option[] { _data, _against, _without, _language, _shortest, _longest, _similarity, _ngram, _harmful, _force, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (input, output, data) = (parsed.GetRequiredValue(_input), parsed.GetRequiredValue(_output), parsed.GetValue(_data));
        if (Path.GetFullPath(input) == Path.GetFullPath(output)) throw new UserError("Input and output are the same file.", output, advice: "Name another output.");
        if (Directory.Exists(output)) throw new UserError("This is a folder, not a file.", output, advice: "Name a file in it.");
        if (File.Exists(output) && !parsed.GetValue(_force)) throw new UserError("The file exists.", output, advice: "Choose another output, or replace it with --force.");
        if (data is not null && !Directory.Exists(data)) throw new UserError("There is no such folder.", data, field: "--data");
        var options = OptionsOf(parsed);
        using var stop = new StopSignal("Stopping.");
        try
        {
            var summary = ProgressViews.Run(view => Filter(parsed, input, output, data, options, view, stop.Token));
            if (parsed.GetValue(_json)) JsonOutput.Write(new { Output = output, Summary = summary });
            else Write(summary, output);
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped. The same command goes on from there.");
            return ExitCode.Interrupted;
        }
    }

    private FilterOptions OptionsOf(ParseResult parsed)
    {
        var without = parsed.GetRequiredValue(_without).Select(name => s_checks.TryGetValue(name, out var check) ? check : throw new UserError($"There is no check \"{name}\".", field: "--without", advice: NearestName.Suggest(name, [.. s_checks.Keys]) ?? $"There are {string.Join(", ", s_checks.Keys)}."));
        var languages = parsed.GetRequiredValue(_language);
        foreach (var code in languages)
            if (!LanguageGuess.Codes.Contains(code)) throw new UserError($"The language \"{code}\" cannot be told.", field: "--language", advice: $"These can: {string.Join(", ", LanguageGuess.Codes)}.");
        if (parsed.GetValue(_longest) is > 0 and var longest && longest < parsed.GetValue(_shortest)) throw new UserError("the bounds leave nothing.", field: "--longest");
        return new FilterOptions
        {
            Without = [.. without.Distinct().Order()],
            Shortest = parsed.GetValue(_shortest),
            Longest = parsed.GetValue(_longest),
            Languages = languages,
            Similarity = parsed.GetValue(_similarity),
            Ngram = parsed.GetValue(_ngram),
            Harmful = parsed.GetValue(_harmful),
        };
    }

    private FilterSummary Filter(ParseResult parsed, string input, string output, string? data, FilterOptions options, IProgressView view, CancellationToken cancellation)
    {
        List<string> notChecked = [];
        ContaminationIndex? contamination = null;
        var against = parsed.GetRequiredValue(_against);
        if (options.Has(FilterCheck.Contamination) && (data is not null || against.Length > 0))
        {
            view.Begin("tests to keep out", 1, unit: "sets");
            contamination = ContaminationIndex.Of(data, against, options.Ngram, cancellation).GetAwaiter().GetResult();
            notChecked.AddRange(contamination.Missing.Select(m => $"contamination with {m.Task}: {m.Why}"));
            view.Advance(1, $"{contamination.Tasks.Count} tasks");
        }
        else if (options.Has(FilterCheck.Contamination))
        {
            notChecked.Add("contamination: no tests were named (--data, --against)");
        }

        HarmfulPrompts? harmful = null;
        if (options.Has(FilterCheck.Harmful) && data is not null)
        {
            view.Begin("classifier of harmful prompts", 1, unit: "classifiers");
            using var device = Device.Cpu(parsed.GetValue(_threads));
            harmful = HarmfulPrompts.Train(data, device, options.Harmful, cancellation).GetAwaiter().GetResult();
            view.Advance(1, "trained");
        }

        if (options.Has(FilterCheck.Harmful) && harmful is null) notChecked.Add($"harmful prompts: {(data is null ? "there is no folder" : "the folder has no XSTest")} to learn them from (--data)");
        var lines = Lines(input);
        view.Begin("lines", lines, unit: "lines");
        return new DataFilter(options, contamination, harmful).Run(input, output, notChecked, (done, dropped) => view.Advance(Math.Min(done, lines), $"{dropped:N0} dropped"), cancellation);
    }

    private static long Lines(string path)
    {
        // A missing file, a folder: the reader says so, with the nearest name.
        if (!File.Exists(path)) foreach (var _ in JsonLines.Read(path)) break;
        try
        {
            var count = 1L;
            using var stream = File.OpenRead(path);
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0;) count += buffer.AsSpan(0, read).Count((byte)'\n');
            return count;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static void Write(FilterSummary summary, string output)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {summary.Kept:N0} of {summary.Lines:N0} lines."));
        if (summary.Dropped.Count > 0)
        {
            Terminal.WriteTable($"Dropped, with their reasons in {output}{DataFilter.DroppedSuffix}:", ["reason", "lines"], summary.Dropped.Select(d => (string[])[d.Key.Replace('_', ' '), d.Value.ToString("N0", CultureInfo.InvariantCulture)]));
        }

        foreach (var (kind, count) in summary.PersonalData) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {kind}: {count:N0}"));
        foreach (var (task, count) in summary.Contamination) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {task}: {count:N0}"));
        if (summary.PersonalDataFigures.Count > 0)
        {
            Terminal.WriteTable(
                "How good the patterns are, on made-up texts (docs/data-filter.md):", ["personal data", "precision", "recall"],
                summary.PersonalDataFigures.Select(f => (string[])[f.Kind, f.Precision.WithRange(NumberStyle.Share), f.Recall.WithRange(NumberStyle.Share)]));
        }

        foreach (var figure in summary.HarmfulFigures) Console.Out.WriteLine($"{figure.Name}: {figure.Estimate.WithRange(figure.Style)}");
        foreach (var missing in summary.NotChecked) Console.Out.WriteLine($"not looked for: {missing}");
    }
}
