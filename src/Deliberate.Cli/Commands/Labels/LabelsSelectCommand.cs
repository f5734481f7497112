using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Draws fresh solutions and chooses which are worth a label: for people, or labelled at once by the family's rules or by a model.</summary>
internal sealed class LabelsSelectCommand : CliCommand
{
    private const string Exact = "exact", Nobody = "none";

    private readonly Argument<string> _output = new("OUTPUT") { Description = "The file to write: labels in PRM800K's schema, or, where nobody labels, solutions with priorities for label create and label add." };
    private readonly Option<string> _from = new("--from") { HelpName = "checkpoint", Description = "The model that solutions are drawn of.", Required = true };
    private readonly Option<string?> _selector = new("--selector") { HelpName = "judge", Description = $"Whose mistakes are looked for: {SolutionJudges.Help}." };
    private readonly Option<string?> _family = CheckpointChoice.FamilyOption();
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of the problems; 0 for the one that the run evaluates on.", 0, 0, 1000);
    private readonly Option<int> _problems = CommonOptions.Whole("--problems", "Problems.", 100, 1, 10_000_000);
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Solutions drawn of each problem, to choose from.", 64, 1, 100_000);
    private readonly Option<int> _perProblem = CommonOptions.Whole("--per-problem", "Solutions of each problem to label.", new SelectionOptions().PerProblem, 1, 1_000_000);
    private readonly Option<double> _wrongShare = CommonOptions.Real("--wrong-share", "Share of them that are the most convincing with a wrong answer; the rest are the most convincing of what is left.", new SelectionOptions().WrongShare, 0, 1);
    private readonly Option<int> _most = CommonOptions.Whole("--most", "Most over all problems, the first of the queue; 0 for all.", 0, 0, 100_000_000);
    private readonly Option<SelectionRule> _rule = ChoiceOption.Of<SelectionRule>("--rule", "convincing: what the selector takes for right; uniform: any, the control.");
    private readonly Option<string> _labeller = new("--labeller") { HelpName = "who", Description = $"Who labels them: {Exact} (the family's own rules), {Nobody} (people will: deliberate label create), or {SolutionJudges.Help}.", DefaultValueFactory = _ => Exact };
    private readonly Option<double> _threshold = CommonOptions.Real("--threshold", "P(wrong) above which a labelling model calls a step wrong.", StepLabellers.UsualThreshold, 0, 1);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "Of the solutions.", 1, 0.001, 100);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("what was chosen");

    public LabelsSelectCommand()
        : base(
            "select",
            "Active learning: draw fresh solutions, and choose those whose labels teach a reward model most: convincing ones with wrong answers.",
            "deliberate labels select labels.jsonl --from runs/my-arithmetic/checkpoints/base --selector runs/prm",
            "deliberate labels select control.jsonl --from runs/my-arithmetic/checkpoints/base --rule uniform",
            "deliberate labels select queue.jsonl --from runs/my-arithmetic/checkpoints/base --selector runs/prm --most 200 --labeller none   # then: deliberate label create hunt queue.jsonl",
            "deliberate labels select labels.jsonl --from runs/my-arithmetic/checkpoints/base --selector runs/prm --labeller runs/larger-prm   # synthetic supervision")
    {
        Add(_output);
        foreach (var option in new Option[] { _from, _selector, _family, _level, _problems, _samples, _perProblem, _wrongShare, _most, _rule, _labeller, _threshold, _temperature, _seed, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (output, seed, labeller) = (parsed.GetRequiredValue(_output), parsed.GetValue(_seed), parsed.GetValue(_labeller)!);
        var options = new SelectionOptions { Rule = parsed.GetValue(_rule), PerProblem = parsed.GetValue(_perProblem), WrongShare = parsed.GetValue(_wrongShare), Most = parsed.GetValue(_most) };
        if (options.Rule == SelectionRule.Convincing && parsed.GetValue(_selector) is null) throw new UserError("Convincing solutions convince somebody, and nobody is named.", field: "--selector", advice: $"Name {SolutionJudges.Help}; or choose with --rule uniform.");
        var choice = CheckpointChoice.Find(parsed.GetRequiredValue(_from));
        var family = choice.Family(parsed.GetValue(_family));
        using var set = new ProblemSet(family, choice.Level(family, parsed.GetValue(_level)));
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), 0, on: parsed.GetRequiredValue(_device));
        // Before anything is drawn: a name that is wrong is found at once.
        using var selector = options.Rule == SelectionRule.Convincing ? SolutionJudges.Open(parsed.GetValue(_selector)!, Find, loaded.Device) : null;
        using var judge = labeller is Exact or Nobody ? null : SolutionJudges.Open(labeller, Find, loaded.Device);
        var drawn = ProgressViews.Run(view => Draw(parsed, view, loaded, set, seed, stop.Token));
        if (drawn.Count == 0) throw new UserError("None of the solutions has steps and an answer.", choice.Location, advice: "Name a model that was trained on the family, with thought.");
        double[] scores = selector is null ? new double[drawn.Count] : [.. selector.Judge([.. drawn.Select(d => d.Text)], cancellation: stop.Token).Select(s => SolutionScores.Of(selector, s))];
        var chosen = LabelSelection.Choose(SelectionCandidate.Of(drawn, scores), options, seed);
        DrawnSolution[] solutions = [.. chosen.Select(c => drawn[c.Index])];
        double?[] said = [.. chosen.Select(c => selector is null ? (double?)null : scores[c.Index])];
        var labels = labeller == Nobody ? [] : StepLabellers.Label(solutions, judge, family, parsed.GetValue(_threshold), stop.Token);
        AtomicFile.Write(output, stream =>
        {
            if (labeller == Nobody) QueuedSolution.Write(stream, solutions.Select((s, i) => new QueuedSolution(s, said[i], chosen[i].Priority)));
            foreach (var label in labels) Prm800kFile.Write(stream, label);
        });
        Report(parsed, drawn, chosen, labels, output);
        return ExitCode.Success;
    }

    private List<DrawnSolution> Draw(ParseResult parsed, IProgressView view, LoadedCheckpoint loaded, ProblemSet set, ulong seed, CancellationToken cancellation)
    {
        var (problems, samples) = (set.Draw(Split.Train, parsed.GetValue(_problems), seed), parsed.GetValue(_samples));
        view.Begin("solutions", problems.Length, unit: "problems");
        using var sampler = loaded.Sampler(problems.Length * samples, problems.Max(p => loaded.Request(p, []).Prompt.Length));
        return [.. new SolutionDraw(sampler, loaded.Encoder, set, loaded.MaxTokens, parsed.GetValue(_temperature), seed).Run(problems, samples, done => view.Advance(done, ""), cancellation)];
    }

    private static string Find(string path) => CheckpointChoice.Find(path).Location;

    private void Report(ParseResult parsed, List<DrawnSolution> drawn, IReadOnlyList<SelectedSolution> chosen, IReadOnlyList<LabelledSolution> labels, string output)
    {
        var hunted = chosen.Count(c => c.IsConvincingWrong);
        var (right, steps) = (chosen.Count(c => drawn[c.Index].IsRight), labels.Sum(l => l.Path.Count()));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { File = output, Drawn = drawn.Count, Chosen = chosen.Count, ConvincingWrong = hunted, RightAnswers = right, Labelled = labels.Count, Steps = steps, WithMistake = labels.Count(l => l.FirstError >= 0) });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {chosen.Count} of {drawn.Count} solutions, {right} with a right answer{(hunted > 0 ? $", {hunted} convincing with a wrong one" : "")}{(labels.Count > 0 ? $"; {steps} steps labelled, {labels.Count(l => l.FirstError >= 0)} solutions with a mistake" : "")}."));
    }
}
