using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Active learning in generations: sample, choose, label, train, measure. Started again, it goes on where it was stopped, or with what people have labelled since.</summary>
internal sealed class LabelsLoopCommand : CliCommand
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "A YAML file; recipes/active.yaml is one (deliberate recipe copy writes it)." };
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where everything goes; runs/NAME if left out, NAME being the recipe's." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("what each generation came to");

    public LabelsLoopCommand()
        : base(
            "loop",
            "Active learning in generations: draw solutions, choose the convincing wrong ones, have them labelled, train a reward model of steps on all labels, measure it.",
            "deliberate labels loop recipes/active.yaml --set policy=runs/my-arithmetic/checkpoints/base",
            "deliberate labels loop recipes/active.yaml --set selection.rule=uniform --set name=control",
            "deliberate labels loop recipes/active.yaml --set labeller.kind=people --set labeller.project=hunt   # stops while people label; the same command goes on")
    {
        Add(_recipe);
        foreach (var option in new Option[] { _output, _set, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var recipe = ActiveRecipe.Read(ShippedRecipes.Named(parsed.GetRequiredValue(_recipe)), parsed.GetValue(_set));
        recipe = recipe with { Policy = CheckpointChoice.Find(recipe.Policy).Location };
        var folder = new ActiveFolder(parsed.GetValue(_output) ?? Path.Combine("runs", recipe.Name));
        using var stop = new StopSignal("Stopping; what is done stays done.");
        ActiveLoop? loop = null;
        var outcome = ProgressViews.Run(view =>
        {
            loop = new ActiveLoop(recipe, folder, path => CheckpointChoice.Find(path).Location, new PeopleLabels(recipe.Labeller), parsed.GetValue(_threads), new Progress(view, recipe.Name));
            return loop.Execute(stop.Token);
        });
        var generations = loop!.Generations.ToArray();
        if (generations.Length > 0) AtomicFile.WriteText(folder.Chart, StandaloneSvg.Render(Chart(generations)));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Folder = folder.Root, Outcome = outcome, Generations = generations });
        else Write(folder, generations);
        if (outcome == ActiveOutcome.Waiting) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{loop.Waiting.Done} of {loop.Waiting.Of} solutions of generation {generations.Length} are labelled in the project {recipe.Labeller.Project}. Label the others (deliberate label serve); then the same command goes on."));
        if (outcome == ActiveOutcome.Interrupted) Console.Error.WriteLine("Stopped. The same command goes on.");
        return outcome switch { ActiveOutcome.Completed => ExitCode.Success, ActiveOutcome.Waiting => ExitCode.Inconclusive, _ => ExitCode.Interrupted };
    }

    private static LineChart Chart(IReadOnlyList<ActiveGeneration> generations)
    {
        LineSeries Series(string name, ChartTone tone, Func<ActiveGeneration, Estimate> of) => new(name, tone, [.. generations.Select(g => (g.Labelled, Value: of(g))).Select(p => new ChartPoint(p.Labelled, p.Value.Value, p.Value.Low, p.Value.High))]);
        return new LineChart(
            "Active learning, generation by generation", new ChartAxis("solutions labelled (logarithmic)", Logarithmic: true, TicksAtData: true), ChartAxis.Share("share of held-out problems"),
            [
                Series(string.Create(CultureInfo.InvariantCulture, $"best of {generations[0].N}"), ChartTone.Blue, g => g.Best), Series("best, every step right", ChartTone.Green, g => g.BestStepsRight), Series("majority", ChartTone.Slate, g => g.Majority),
            ]);
    }

    private static void Write(ActiveFolder folder, IReadOnlyList<ActiveGeneration> generations)
    {
        if (generations.Count == 0) return;
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{folder.Root}, best of {generations[0].N} on {generations[0].Best.N} held-out problems:"), ["generation", "labelled", "steps", "with a mistake, of new", "best-of-n", "every step right", "majority", "F1 of first mistakes"],
            generations.Select(g => (string[])[Count(g.Generation), Count(g.Labelled), Count(g.Labels), $"{Count(g.WithMistake)} of {Count(g.Chosen)}", g.Best.WithRange(NumberStyle.Share), g.BestStepsRight.WithRange(NumberStyle.Share), g.Majority.WithRange(NumberStyle.Share), g.F1.WithRange(NumberStyle.Share)]));
        Console.Out.WriteLine($"Model     {folder.Run(generations[^1].Generation).Checkpoint(RunFolder.Final)}");
        Console.Out.WriteLine($"Chart     {folder.Chart}");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Progress(IProgressView view, string name) : ActiveObserver
    {
        public override void StageStarted(int generation, string stage, int count) => view.Begin(string.Create(CultureInfo.InvariantCulture, $"{name}, generation {generation}: {stage}"), count, unit: "problems");

        public override void StageAdvanced(int done) => view.Advance(done, "");

        public override void Done(ActiveGeneration generation) => view.Note(string.Create(CultureInfo.InvariantCulture, $"{name}, generation {generation.Generation}: {generation.Labelled} solutions labelled, best of {generation.N} {generation.Best.WithRange(NumberStyle.Share)}, majority {generation.Majority.Value(NumberStyle.Share)}"));

        public override IRunObserver Run(int generation) => new RunProgress(view, string.Create(CultureInfo.InvariantCulture, $"{name}, generation {generation}"));
    }
}
