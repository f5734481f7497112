using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Searches for solutions at test time, by several methods side by side, and measures what each makes of its tokens.</summary>
internal sealed class SearchCommand : CliCommand
{
    private readonly Argument<string> _checkpoint = CheckpointChoice.Argument();
    private readonly Option<string?> _family = CheckpointChoice.FamilyOption();
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of the problems; 0 for the one that the run evaluates on.", 0, 0, 1000);
    private readonly Option<int> _problems = CommonOptions.Whole("--problems", "Held-out problems.", 30, 1, 1_000_000);
    private readonly Option<string> _method = new("--method") { HelpName = "names", Description = $"Methods, separated by commas: {string.Join(", ", SearchMethods.Names)}; all for all of them.", DefaultValueFactory = _ => "all" };
    private readonly Option<string> _n = new("--n") { HelpName = "numbers", Description = "What a method may spend, in solutions: several numbers, separated by commas, make a curve.", DefaultValueFactory = _ => "4,16" };
    private readonly Option<string?> _scorer = new("--scorer") { HelpName = "scorer", Description = "Who says whether steps are right: exact for the family's own rules, the folder of a reward model, ask:MODEL for a language model that is asked, or free:MODEL for one that tells right steps by itself, without labels." };
    private readonly Option<StepAggregation> _aggregation = ChoiceOption.Of<StepAggregation>("--aggregation", "How scores of steps become that of a solution.");
    private readonly Option<NeutralSteps> _neutral = ChoiceOption.Of<NeutralSteps>("--neutral", "What a neutral step counts as, of a reward model with three labels.");
    private readonly Option<int> _expand = CommonOptions.Whole("--expand", "Proposals for each step.", 4, 1, 1024);
    private readonly Option<int> _lookahead = CommonOptions.Whole("--lookahead", "Steps that a lookahead goes.", 2, 1, 1000);
    private readonly Option<double> _exploration = CommonOptions.Real("--exploration", "c of mcts.", 1.25, 0, 1000);
    private readonly Option<int> _budget = CommonOptions.Whole("--budget", "Most tokens that the policy may draw for a problem; 0 for no limit.", 0, 0);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "Of proposals and samples.", 1, 0.001, 100);
    private readonly Option<int> _maxTokens = CommonOptions.Whole("--max-tokens", "Token budget of a solution; 0 for the run's.", 0, 0, 1 << 20);
    private readonly Option<int> _stepTokens = CommonOptions.Whole("--step-tokens", "Most tokens of a step.", 128, 1, 1 << 20);
    private readonly SeparatorOption _separator = new();
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<string?> _trace = new("--trace") { HelpName = "file.jsonl", Description = "Write every tree, a line each." };
    private readonly Option<string?> _report = new("--report") { HelpName = "file", Description = "Write a page with the chart, the table and a problem's trees drawn; a name that ends in .svg the chart alone." };
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");

    public SearchCommand()
        : base(
            "search",
            "Search for solutions at test time: best-of-n, votes, beams, tree searches, side by side, with accuracy against tokens.",
            "deliberate search runs/quickstart/arithmetic --scorer exact",
            "deliberate search runs/quickstart/arithmetic --scorer runs/prm --method beam,best-of-n --n 4,16,64 --report search.html",
            "deliberate search runs/quickstart/arithmetic --method majority --n 1,4,16,64",
            "deliberate search runs/quickstart/arithmetic/checkpoints/base --scorer free:runs/quickstart/arithmetic --method best-of-n --n 16")
    {
        Add(_checkpoint);
        foreach (var option in new Option[] { _family, _level, _problems, _method, _n, _scorer, _aggregation, _neutral, _expand, _lookahead, _exploration, _budget, _temperature, _maxTokens, _stepTokens, _separator.Option, _seed, _threads, _device, _trace, _report, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var choice = CheckpointChoice.Find(parsed.GetRequiredValue(_checkpoint));
        using var asked = ProblemChoice.For(choice, parsed.GetValue(_family), parsed.GetValue(_level));
        var (methods, ns, seed) = (Methods(parsed), Numbers(parsed.GetValue(_n)!), parsed.GetValue(_seed));
        var problems = asked.Set.Draw(Split.Test, parsed.GetValue(_problems), seed);
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), parsed.GetValue(_maxTokens), on: parsed.GetRequiredValue(_device));
        var longest = problems.Max(p => loaded.Request(p, []).Prompt.Length);
        var needsScores = methods.Any(m => SearchMethods.Get(m, new SearchOptions()).NeedsScores);
        var scorer = needsScores ? ScorerOf(parsed, asked, loaded, longest) : null;
        using var owned = scorer as IDisposable;
        var drawing = new SearchDrawing(loaded.MaxTokens, parsed.GetValue(_stepTokens), new SamplingOptions { Temperature = parsed.GetValue(_temperature) }, _separator.Of(parsed), seed);
        if (scorer is LabelFreeJudge free) LabelFreeSearch.Fit(free, loaded.Model, loaded.Encoder, asked.Set, drawing, stop.Token);
        using var trace = parsed.GetValue(_trace) is { } path ? new SearchTraceFile(path) : null;
        var study = new SearchStudy(loaded.Model, loaded.Encoder, asked.Set, scorer, drawing, longest);
        List<SearchMeasurement> measured = [];
        List<(string Method, SearchTree Tree)> drawn = [];
        ProgressViews.Run(view =>
        {
            view.Begin(asked.Name, methods.Length * ns.Length * problems.Length, unit: "problems");
            var done = 0;
            foreach (var name in methods)
            {
                foreach (var n in ns)
                {
                    var method = SearchMethods.Get(name, new SearchOptions { N = n, Expand = parsed.GetValue(_expand), Lookahead = parsed.GetValue(_lookahead), Exploration = parsed.GetValue(_exploration), Aggregation = parsed.GetValue(_aggregation) });
                    var (measurement, trees) = study.Run(method, n, problems, parsed.GetValue(_budget), () => view.Advance(++done, $"{name}, n = {n}"), stop.Token);
                    measured.Add(measurement);
                    if (n == ns[^1]) drawn.Add(($"{name}, n = {n}", trees[0]));
                    foreach (var tree in trees) trace?.Write(method, tree);
                }
            }

            return true;
        });
        trace?.Commit();
        if (parsed.GetValue(_report) is { } report) WriteReport(report, choice, asked, scorer, measured, drawn, seed);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Checkpoint = choice.Location, Problems = asked.Set.Name, asked.Level, Scorer = scorer?.Name, Seed = seed, loaded.MaxTokens, Measurements = measured });
        else Write(choice, asked, scorer, measured);
        return ExitCode.Success;
    }

    private string[] Methods(ParseResult parsed)
    {
        var given = parsed.GetValue(_method)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (given is ["all"]) given = [.. SearchMethods.Names];
        if (given.Length == 0) throw new UserError("No method is named.", field: "--method", advice: $"There are {string.Join(", ", SearchMethods.Names)}, and all.");
        foreach (var name in given) SearchMethods.Get(name, new SearchOptions());
        return given;
    }

    private static int[] Numbers(string given)
    {
        var numbers = new List<int>();
        foreach (var part in given.Split(',', StringSplitOptions.TrimEntries))
            numbers.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 4096 ? n : throw new UserError($"\"{part}\" is not a whole number from 1 to 4096.", field: "--n"));
        return [.. numbers.Distinct().Order()];
    }

    private IStepScorer ScorerOf(ParseResult parsed, ProblemChoice asked, LoadedCheckpoint loaded, int longest)
    {
        var named = parsed.GetValue(_scorer) ?? throw new UserError("The methods choose by scores of steps, and nobody is named to give them.", field: "--scorer", advice: "Name a reward model's folder, or exact for the family's own rules; or ask for --method majority.");
        if (named.StartsWith(RewardScorers.Asked, StringComparison.Ordinal)) return RewardScorers.Ask(named[RewardScorers.Asked.Length..], loaded.Device, longest + loaded.MaxTokens, loaded.Policy);
        if (named.StartsWith(SolutionJudges.LabelFree, StringComparison.Ordinal)) return LabelFreeJudge.Open(CheckpointChoice.Find(named[SolutionJudges.LabelFree.Length..]).Location, loaded.Device, longest + loaded.MaxTokens);
        if (named != "exact") return RewardScorers.Open(Directory.Exists(named) ? CheckpointChoice.Find(named).Location : named, loaded.Encoder, loaded.Device, longest + loaded.MaxTokens, parsed.GetValue(_neutral), loaded.Policy);
        return asked.Set.Family is { } family ? new FamilyStepScorer(family) : throw new UserError("Nobody checks steps of these problems.", field: "--scorer", advice: "Name a reward model's folder.");
    }

    private static void WriteReport(string path, CheckpointChoice choice, ProblemChoice asked, IStepScorer? scorer, List<SearchMeasurement> measured, List<(string Method, SearchTree Tree)> drawn, ulong seed)
    {
        if (path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.WriteText(path, StandaloneSvg.Render(SearchReport.Chart(measured)));
            return;
        }

        var facts = new List<(string, string)> { ("Model", choice.Location), ("Problems", asked.Name) };
        if (scorer is not null) facts.Add(("Scorer", scorer.Name));
        AtomicFile.WriteText(path, ReportPage.Render(SearchReport.Build(asked.Name, measured, drawn, new Provenance(ShellCommand.Of(["deliberate", .. Environment.GetCommandLineArgs().Skip(1)]), [seed], facts))));
    }

    private static void Write(CheckpointChoice choice, ProblemChoice asked, IStepScorer? scorer, List<SearchMeasurement> measured)
    {
        var hasSteps = measured.Any(m => m.StepsRight is not null);
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{choice.Location} on {measured[0].Accuracy.N} held-out problems of {asked.Name}{(scorer is null ? "" : $", steps scored by {scorer.Name}")}:"),
            ["method", "settings", "right", .. hasSteps ? new[] { "steps right" } : [], "tokens drawn", "tokens scored", "answered"],
            measured.Select(m => (string[])[m.Method, m.Settings, m.Accuracy.WithRange(NumberStyle.Share), .. hasSteps ? new[] { m.StepsRight?.WithRange(NumberStyle.Share) ?? "" } : [], m.PolicyTokens.Value(NumberStyle.Tenths), m.ScorerTokens.Value(NumberStyle.Tenths), m.Answered.Value(NumberStyle.Share)]), words: 2);
    }
}
