using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Draws completions of a checkpoint for held-out problems, or for one that the user writes, and marks every step.</summary>
internal sealed class SampleCommand : CliCommand
{
    private readonly Argument<string> _checkpoint = CheckpointChoice.Argument();
    private readonly Option<string?> _adapter = LoadedModel.AdapterOption();
    private readonly Option<string?> _family = CheckpointChoice.FamilyOption();
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of the problems; 0 for the one that the run evaluates on.", 0, 0, 1000);
    private readonly Option<string?> _prompt = new("--prompt") { HelpName = "text", Description = "A problem of your own instead of generated ones, for example \"(3+4)*2-5\" or \"1,5,7=2\"." };
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Problems.", 3, 1, 10_000);
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Completions of each.", 1, 1, 1000);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "0 takes the most likely token.", 1, 0, 100);
    private readonly Option<int> _maxTokens = CommonOptions.Whole("--max-tokens", "Token budget of a completion; 0 for the run's.", 0, 0, 1 << 20);
    private readonly Option<string[]> _stop = CommonOptions.Stop();
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("problems and graded completions");

    public SampleCommand()
        : base(
            "sample",
            "Draw completions from a checkpoint and show them, each step marked right or wrong.",
            "deliberate sample runs/quickstart/arithmetic",
            "deliberate sample runs/quickstart/arithmetic/checkpoints/base --count 5 --temperature 0",
            "deliberate sample runs/quickstart/countdown --prompt 3,7,12=24 --samples 8")
    {
        Add(_checkpoint);
        foreach (var option in new Option[] { _adapter, _family, _level, _prompt, _count, _samples, _temperature, _maxTokens, _stop, _seed, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var choice = CheckpointChoice.Find(parsed.GetRequiredValue(_checkpoint), parsed.GetValue(_adapter));
        using var asked = ProblemChoice.For(choice, parsed.GetValue(_family), parsed.GetValue(_level));
        var (seed, samples) = (parsed.GetValue(_seed), parsed.GetValue(_samples));
        var (problems, set, isJudged) = parsed.GetValue(_prompt) is { } prompt && asked.Prompted(prompt) is var own
            ? ([own.Problem], own.Set, own.IsJudged)
            : (asked.Set.Draw(Split.Test, parsed.GetValue(_count), seed), asked.Set, true);
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), parsed.GetValue(_maxTokens), parsed.GetValue(_stop)!, parsed.GetRequiredValue(_device));
        using var sampler = loaded.Sampler(problems.Length * samples, problems.Max(p => loaded.Request(p, []).Prompt.Length));
        var groups = new SampleLoop(sampler, loaded.Encoder, set).Run(
            problems, samples, loaded.MaxTokens, new SamplingOptions { Temperature = parsed.GetValue(_temperature) },
            (i, s) => new RandomStream(seed, StreamStage.Evaluation, problem: problems[i].Index, sample: s), cancellation: stop.Token);
        if (parsed.GetValue(_json)) WriteJson(choice, groups);
        else Write(groups, isJudged);
        return ExitCode.Success;
    }

    private static void Write(SampleGroup[] groups, bool isJudged)
    {
        foreach (var (problem, _, samples) in groups)
        {
            Console.Out.WriteLine($"{problem.Prompt}{(problem.Answer.Length > 0 ? $"   (answer {problem.Answer})" : "")}");
            foreach (var sample in samples)
            {
                Console.Out.Write(sample.Verdict.Steps.Count > 0 ? ProblemPreview.Render(sample) : Render(sample, isJudged));
                Console.Out.WriteLine();
            }
        }
    }

    /// <summary>The text as it is, and what the scorer says of it.</summary>
    private static string Render(ScoredSample sample, bool isJudged)
    {
        var verdict = !isJudged ? "" : $"    = {sample.Answer ?? "(no answer)"}   [{sample.Verdict.Reason}]{Environment.NewLine}";
        return $"    {sample.Sample.ThoughtOpenedBy}{sample.Sample.Completion.ReplaceLineEndings($"{Environment.NewLine}    ")}{(sample.Truncated ? " ..." : "")}{Environment.NewLine}{verdict}";
    }

    private static void WriteJson(CheckpointChoice choice, SampleGroup[] groups) => JsonOutput.Write(new
    {
        Checkpoint = choice.Location,
        Problems = groups.Select(group => new
        {
            group.Problem.Family,
            group.Problem.Level,
            group.Problem.Index,
            group.Problem.Prompt,
            Answer = group.Problem.Answer.Length > 0 ? group.Problem.Answer : null,
            Samples = group.Samples.Select(s => new { s.Sample.Id, Text = s.Sample.Completion, s.CompletionTokens, s.Sample.ThoughtTokens, s.Truncated, ThoughtOpenedBy = s.Sample.ThoughtOpenedBy.Length > 0 ? s.Sample.ThoughtOpenedBy : null, Grade = GradeJson.Of(s) }),
        }),
    });
}
