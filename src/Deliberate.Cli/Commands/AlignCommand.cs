using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Aligns a model to a written specification: generate with it, judge, imitate without it, reinforce. Started again, it goes on where it was stopped.</summary>
internal sealed class AlignCommand : CliCommand
{
    private readonly Argument<string> _recipe = new("RECIPE") { Description = "A YAML file; recipes/policy-world/align.yaml is one (deliberate recipe copy writes it)." };
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where everything goes; runs/NAME if left out, NAME being the recipe's." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Do nothing: say what the recipe amounts to, or why it cannot be done." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("what it came to, or the plan");
    private readonly ConfigurationOptions _configuration = new();

    public AlignCommand()
        : base(
            "align",
            "Teach a model a written safety specification by deliberative alignment: answers with the specification, a judge that reads it, imitation without it, reinforcement learning.",
            "deliberate align recipes/policy-world/align.yaml",
            "deliberate align recipes/policy-world/align.yaml --dry-run",
            "deliberate align recipes/policy-world/align.yaml --set thought=false --set name=control")
    {
        Add(_recipe);
        foreach (var option in new Option[] { _output, _set, _dryRun, _threads, _json }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var recipe = AlignRecipe.Read(ShippedRecipes.Named(parsed.GetRequiredValue(_recipe)), parsed.GetValue(_set));
        var folder = parsed.GetValue(_output) ?? Path.Combine("runs", recipe.Name);
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, field: "--output", advice: "Choose another name.");
        recipe = recipe with { Model = CheckpointChoice.Find(recipe.Model).Location };
        var (threads, json) = (parsed.GetValue(_threads), parsed.GetValue(_json));
        if (parsed.GetValue(_dryRun)) return Plan(recipe, json);
        using var stop = new StopSignal("Stopping; what is done stays done.");
        using var handlers = recipe.Judge.Kind == JudgeKindName.Model || recipe.HeldOutJudge?.Kind == JudgeKindName.Model ? new ProviderHandlers(_configuration.Load(parsed)) : null;
        Func<string, EvaluationModel>? open = handlers is null ? null : new EvaluationModels(_configuration.Load(parsed), handlers) { Checkpoint = path => EvaluationSession.Checkpoint(path, threads) }.Open;
        var outcome = ProgressViews.Run(view => new AlignmentRun(recipe, folder, open, threads, new Progress(view, recipe.Name)).Execute(cancellation: stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine("Stopped. The same command goes on.");
            return ExitCode.Interrupted;
        }

        var summary = AlignmentSummary.Read(Path.Combine(folder, AlignmentRun.SummaryFile));
        var training = Path.Combine(folder, AlignmentRun.TrainingFolder);
        var report = RunReport.Write(Path.Combine(training, RunReport.FileName), ShellCommand.Of(["deliberate", "report", training]), training);
        if (json)
        {
            JsonOutput.Write(new { Folder = folder, Outcome = outcome, Summary = summary, Report = report });
            return ExitCode.Success;
        }

        if (summary.Generated > 0)
            Terminal.WriteTable(string.Create(CultureInfo.InvariantCulture, $"{summary.Generated} answers with {summary.Specification} in context:"), ["what became of them", "answers"], [["kept", Number(summary.Kept)], .. summary.Dropped.Select(d => (IReadOnlyList<string>)[d.Key, Number(d.Value)])]);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Judge     {summary.Judgements.All} judgements, the least of {summary.JudgeSamples} counts; {summary.Judgements.Failed} failed, {summary.Judgements.Refused} refused, {summary.Judgements.Nonsense} without grades{(summary.JudgeAlarm ? ": more than the recipe allows" : "")}"));
        if (recipe.Judge.Kind == JudgeKindName.Refusal) Console.Out.WriteLine($"Errors    of the model that it reads answers by, against people: {JudgeListCommand.Figures(RefusalClassifier.Shipped.Confusion)}");
        Console.Out.WriteLine($"Model     {new RunFolder(training).Checkpoint(RunFolder.Final)}");
        Console.Out.WriteLine($"Report    {report}");
        Console.Out.WriteLine($"Records   {Path.Combine(folder, AlignmentRun.FilterFile)}");
        return ExitCode.Success;
    }

    private static int Plan(AlignRecipe recipe, bool json)
    {
        var notes = new List<string>();
        var (specification, prompts) = AlignmentRun.Inputs(recipe, notes.Add);
        var answers = recipe.Supervised.Tokens > 0 ? prompts.Count * recipe.Generation.Samples : 0;
        var reinforced = recipe.Reinforcement.Steps * (long)recipe.Reinforcement.Prompts * recipe.Reinforcement.Samples;
        var judgements = (answers + (long)(reinforced * (1 - recipe.Capability.ReinforcementShare))) * recipe.Judge.Samples;
        if (json)
        {
            JsonOutput.Write(new { recipe.Name, Specification = specification.Specification.Name, specification.Specification.Hash, Requests = prompts.Count, Answers = answers, MostJudgements = judgements, SupervisedSteps = recipe.Supervised.Steps, ReinforcementSteps = recipe.Reinforcement.Steps, Notes = notes });
            return ExitCode.Success;
        }

        var behaviours = string.Join(", ", AlignmentPrompt.Ideals.Select(word => string.Create(CultureInfo.InvariantCulture, $"{prompts.Count(p => p.IdealWord == word)} {word}")));
        Console.Out.WriteLine($"specification    {specification.Specification.Name}, version {specification.Specification.Version}, {specification.Specification.Hash[..16]}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"requests         {prompts.Count} ({behaviours})"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"generation       {answers} answers with the specification in context"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"judge            {RecipeWriter.Scalar(recipe.Judge.Kind)}, at most {judgements} judgements, fewer where answers repeat"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"supervised       {recipe.Supervised.Steps} steps without the specification{(recipe.Thought ? "" : ", without the thought")}"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reinforcement    {recipe.Reinforcement.Steps} steps of {recipe.Reinforcement.Prompts} problems × {recipe.Reinforcement.Samples} samples, {100 * recipe.Capability.ReinforcementShare:0}% of capability"));
        foreach (var note in notes) Console.Out.WriteLine($"note             {note}");
        Console.Out.WriteLine();
        Console.Out.WriteLine("Nothing was done. Without --dry-run it is.");
        return ExitCode.Success;
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    private sealed class Progress(IProgressView view, string name) : AlignmentObserver
    {
        public override void StageStarted(string stage, int done, int count) => view.Begin($"{name}: {stage}", count, done, stage == "generation" ? "requests" : "answers");

        public override void StageAdvanced(int done) => view.Advance(done, "");

        public override void Notice(string message) => view.Note($"{name}: {message}");

        public override IRunObserver Run(string run) => new RunProgress(view, run);
    }
}
