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
        foreach (var option in new Option[] { _family, _level, _prompt, _count, _samples, _temperature, _maxTokens, _stop, _seed, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var choice = CheckpointChoice.Find(parsed.GetRequiredValue(_checkpoint));
        using var asked = ProblemChoice.For(choice, parsed.GetValue(_family), parsed.GetValue(_level));
        var (seed, samples) = (parsed.GetValue(_seed), parsed.GetValue(_samples));
        var problems = parsed.GetValue(_prompt) is { } prompt
            ? [asked.Prompted(prompt)]
            : asked.Draw(parsed.GetValue(_count), seed);
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), parsed.GetValue(_maxTokens), parsed.GetValue(_stop)!);
        var requests = problems.Select(p => loaded.Request(p, [.. Enumerable.Range(0, samples).Select(s => new RandomStream(seed, StreamStage.Evaluation, problem: p.Index, sample: s))])).ToArray();
        using var sampler = loaded.Sampler(requests.Length * samples, requests.Max(r => r.Prompt.Length));
        var rollouts = sampler.Sample(requests, new SamplingOptions { Temperature = parsed.GetValue(_temperature) }, loaded.Encoder.StopIds, cancellation: stop.Token);
        var isGraded = parsed.GetValue(_prompt) is null || asked.Family is not null;
        var graded = asked.GraderOf(isGraded).Grade(loaded.Encoder, problems, rollouts, stop.Token);
        if (parsed.GetValue(_json)) WriteJson(choice, problems, graded);
        else Write(asked.Family, problems, graded, isGraded);
        return ExitCode.Success;
    }

    private static void Write(ITaskFamily? family, Problem[] problems, GradedSample[][] graded, bool isGraded)
    {
        for (var i = 0; i < problems.Length; i++)
        {
            Console.Out.WriteLine($"{problems[i].Prompt}{(problems[i].Answer.Length > 0 ? $"   (answer {problems[i].Answer})" : "")}");
            foreach (var sample in graded[i])
            {
                Console.Out.Write(family is null ? Render(sample, isGraded) : ProblemPreview.Render(family, problems[i], sample.Text, sample.Truncated, sample.ThoughtOpenedBy));
                Console.Out.WriteLine();
            }
        }
    }

    /// <summary>The text as it is, and what the verifier says of it.</summary>
    private static string Render(GradedSample sample, bool isGraded)
    {
        var verdict = !isGraded ? "" : $"    = {sample.Grade.Answer ?? "(no answer)"}   [{sample.Grade.Reason}]{Environment.NewLine}";
        return $"    {sample.ThoughtOpenedBy}{sample.Text.ReplaceLineEndings($"{Environment.NewLine}    ")}{(sample.Truncated ? " ..." : "")}{Environment.NewLine}{verdict}";
    }

    private static void WriteJson(CheckpointChoice choice, Problem[] problems, GradedSample[][] graded) => JsonOutput.Write(new
    {
        Checkpoint = choice.Location,
        Problems = problems.Select((problem, i) => new
        {
            problem.Family,
            problem.Level,
            problem.Index,
            problem.Prompt,
            Answer = problem.Answer.Length > 0 ? problem.Answer : null,
            Samples = graded[i].Select(s => new { s.Text, s.CompletionTokens, s.ThoughtTokens, s.Truncated, ThoughtOpenedBy = s.ThoughtOpenedBy.Length > 0 ? s.ThoughtOpenedBy : null, Grade = GradeJson.Of(s.Grade) }),
        }),
    });
}
