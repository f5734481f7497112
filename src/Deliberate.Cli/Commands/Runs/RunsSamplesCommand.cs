using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Looks into what a run sampled while it trained: by step, problem, stage, right or wrong.</summary>
internal sealed class RunsSamplesCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder." };
    private readonly Option<int> _step = CommonOptions.Whole("--step", "Of this step only; 0 for all.", 0, 0);
    private readonly Option<string?> _problem = new("--problem") { HelpName = "id", Description = "Of this problem only: family/level/index, as the samples say it, or the index alone." };
    private readonly Option<string?> _stage = new("--stage") { HelpName = "name", Description = "reinforcement or expert_iteration; both if left out." };
    private readonly Option<bool> _right = new("--right") { Description = "Only samples with a right answer." };
    private readonly Option<bool> _wrong = new("--wrong") { Description = "Only samples without a right answer, those left out that nobody could judge." };
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Samples to show; 0 for all.", 10, 0);
    private readonly Option<bool> _json = CommonOptions.Json("the samples, one JSON object a line as the run keeps them,");

    public RunsSamplesCommand()
        : base(
            "samples",
            "Show what a run sampled while it trained, with rewards and advantages.",
            "deliberate runs samples runs/a --step 10",
            "deliberate runs samples runs/a --step 10 --wrong --count 3",
            "deliberate runs samples runs/a --problem arithmetic/3/1000000042 --json")
    {
        Add(_run);
        foreach (var option in new Option[] { _step, _problem, _stage, _right, _wrong, _count, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = Path.Combine(RunNames.Existing(parsed.GetRequiredValue(_run)), SampleStore.FileName);
        var (step, problem, stage) = (parsed.GetValue(_step), parsed.GetValue(_problem), Stage(parsed.GetValue(_stage)));
        var (right, wrong) = (parsed.GetValue(_right), parsed.GetValue(_wrong));
        if (right && wrong) throw new UserError("Right and wrong together are all: name one of them, or neither.", field: "--right, --wrong");
        if (!File.Exists(path) || new FileInfo(path).Length == 0) throw new UserError("The run has no samples.", path, advice: "Its recipe skips reinforcement learning and expert iteration, or says reinforcement.store_samples: false, or it has not come so far.");
        var isWhole = problem?.Contains('/', StringComparison.Ordinal) ?? true;
        var found = SampleStore.Read(path, step > 0 ? step : null, isWhole ? problem : null, stage)
            .Where(s => isWhole || s.Problem.EndsWith("/" + problem, StringComparison.Ordinal))
            .Where(s => (!right || IsRight(s)) && (!wrong || (!IsRight(s) && s.Outcome is not (SampleOutcome.HarnessError or SampleOutcome.JudgeError))));
        var count = parsed.GetValue(_count);
        var asked = Asked(parsed.GetRequiredValue(_run));
        var (shown, all) = (0, 0);
        foreach (var sample in found)
        {
            all++;
            if (count > 0 && shown >= count) continue;
            shown++;
            if (parsed.GetValue(_json)) Console.Out.WriteLine(SampleStore.Line(sample));
            else Write(sample, asked);
        }

        if (all == 0) throw new UserError("No sample is like that.", path, advice: Advice(path, step, stage));
        if (!parsed.GetValue(_json)) Console.Out.WriteLine(shown == all ? $"{all} sample{(all == 1 ? "" : "s")}." : $"{shown} of {all} samples; --count 0 shows all.");
        return ExitCode.Success;
    }

    private static RunStage? Stage(string? name) => name switch
    {
        null => null,
        "reinforcement" => RunStage.Reinforcement,
        "expert_iteration" => RunStage.ExpertIteration,
        _ => throw new UserError($"No samples are kept of a stage \"{name}\".", field: "--stage", advice: NearestName.Suggest(name, ["reinforcement", "expert_iteration"])),
    };

    private static bool IsRight(SampleRecord sample)
    {
        foreach (var (name, value) in sample.Rewards)
            if (name == RewardNames.Correct) return value > 0;
        return false;
    }

    private static string Verdict(SampleRecord sample) => sample.Outcome switch
    {
        null or SampleOutcome.Pass or SampleOutcome.Fail => IsRight(sample) ? "right" : "wrong",
        { } outcome => $"{RecipeWriter.Scalar(outcome).Replace('_', ' ')}{(sample.Reason is { } reason ? $" ({reason})" : "")}",
    };

    /// <summary>What the model read of a sample, its template's and system message's part included; as the problem says it where no checkpoint has the tokenizer.</summary>
    private static Func<SampleRecord, string> Asked(string run)
    {
        if (new RunFolder(run).Newest() is not { } checkpoint) return sample => sample.Prompt;
        var tokenizer = CheckpointChoice.TextOf(checkpoint).Tokenizer;
        return sample => tokenizer.Decode([.. sample.PromptTokens], skipSpecial: false);
    }

    private static void Write(SampleRecord s, Func<SampleRecord, string> asked)
    {
        var components = string.Join(", ", s.Rewards.Concat(s.Terms.Where(term => SampleRecord.Find(s.Rewards, term.Key) is null)).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key} {r.Value:0.###}")));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"step {s.Step} of {RunWords.Stage(s.Stage)}, {s.Problem}, sample {s.Sample}: {Verdict(s)}, reward {s.Reward:0.###} ({components}), advantage {s.Advantage:0.###}, {s.Tokens.Count} tokens, {(s.Truncated ? "cut off" : "ended")}{(s.Trained ? "" : ", not trained on")}"));
        foreach (var line in ModelText.Show(asked(s)).Split('\n')) Console.Out.WriteLine("  " + line);
        foreach (var line in ModelText.Show(s.ThoughtOpenedBy + s.Text).Split('\n')) Console.Out.WriteLine("  " + line);
        Console.Out.WriteLine();
    }

    /// <summary>Which steps there are, or which problems in the step that was asked for.</summary>
    private static string Advice(string path, int step, RunStage? stage)
    {
        var steps = new SortedSet<long>();
        var problems = new List<string>();
        foreach (var sample in SampleStore.Read(path, stage: stage))
        {
            steps.Add(sample.Step);
            if (sample.Step == step && !problems.Contains(sample.Problem)) problems.Add(sample.Problem);
        }

        if (problems.Count > 0) return $"Step {step} has the problems {string.Join(", ", problems.Take(5))}{(problems.Count > 5 ? ", ..." : "")}.";
        return steps.Count == 0 ? "The stage has no samples." : $"There are samples of steps {steps.Min} to {steps.Max}.";
    }
}
