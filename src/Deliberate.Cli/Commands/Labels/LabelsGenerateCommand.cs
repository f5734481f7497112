using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Makes labelled solutions of a family's problems, by its writers or by a model, each step judged by the family's own rules.</summary>
internal sealed class LabelsGenerateCommand : CliCommand
{
    /// <summary>Solutions of a model that are drawn before they are written.</summary>
    private const int Batch = 2048;

    /// <summary>Of few solutions too, so many are drawn: not all have steps and an answer.</summary>
    private const int LeastBatch = 256;

    private readonly Argument<string> _output = new("OUTPUT") { Description = "The file to write." };
    private readonly Option<string?> _family = new("--family") { HelpName = "name", Description = $"Task family: {string.Join(", ", FamilyRegistry.All.Select(f => f.Name))}; that of the model's run, or arithmetic." };
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of the problems; 0 for the usual one.", 0, 0, 1000);
    private readonly Option<string?> _from = new("--from") { HelpName = "checkpoint", Description = "A model whose solutions are labelled; the family's writers if left out." };
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Solutions.", 1000, 1, 100_000_000);
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Solutions of each problem, of a model.", 4, 1, 1024);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "Of a model.", 1, 0.001, 100);
    private readonly Option<int> _phase = CommonOptions.Whole("--phase", "1: each step with alternatives, by writers alone; 2: a solution up to its first mistake.", 2, 1, 2);
    private readonly Option<bool> _heldOut = new("--held-out") { Description = "Of problems that nothing trains on." };
    private readonly Option<LabelForm> _to = ChoiceOption.Of("--to", "The form to write.", LabelForm.Prm800k);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();

    public LabelsGenerateCommand()
        : base(
            "generate",
            "Make exactly labelled solutions of a family's problems, of its writers or of a model, in PRM800K's schema or another form.",
            "deliberate labels generate labels.jsonl --family arithmetic --level 2 --count 10000",
            "deliberate labels generate labels.jsonl --from runs/my-arithmetic --count 10000 --samples 8",
            "deliberate labels generate held-out.jsonl --held-out --count 500 --to processbench")
    {
        Add(_output);
        foreach (var option in new Option[] { _family, _level, _from, _count, _samples, _temperature, _phase, _heldOut, _to, _seed, _threads, _device }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (output, form) = (parsed.GetRequiredValue(_output), parsed.GetValue(_to));
        var choice = parsed.GetValue(_from) is { } from ? CheckpointChoice.Find(from) : null;
        if (choice is not null && parsed.GetValue(_phase) == 1) throw new UserError("A model's solutions have no alternatives.", field: "--phase", advice: "Leave --phase or --from out.");
        var family = choice?.Family(parsed.GetValue(_family)) ?? FamilyNames.Get(parsed.GetValue(_family) ?? "arithmetic");
        var level = choice?.Level(family, parsed.GetValue(_level)) ?? FamilyNames.Level(family, parsed.GetValue(_level));
        var tally = new LabelTally();
        using var stop = new StopSignal("Stopping.");
        AtomicFile.Write(output, stream =>
        {
            foreach (var solution in choice is null ? Written(parsed, family, level) : Drawn(parsed, choice, family, level, stop.Token))
            {
                tally.Add(solution);
                Write(stream, solution, form, family.Name, level, tally.Solutions - 1);
            }
        });
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {tally.Solutions} solutions of {family.Name}, level {level}, {tally.Labels} labelled steps, {tally.RightEnds.Value:0.000} of the solutions and {tally.RightSteps.Value:0.000} of the steps right."));
        return ExitCode.Success;
    }

    private Split Split(ParseResult parsed) => parsed.GetValue(_heldOut) ? Reasoning.Split.Test : Reasoning.Split.Train;

    private IEnumerable<LabelledSolution> Written(ParseResult parsed, ITaskFamily family, int level) =>
        Enumerable.Range(0, parsed.GetValue(_count)).Select(i => FamilyLabels.Draw(family, Split(parsed), level, parsed.GetValue(_seed), i, parsed.GetValue(_phase) == 1));

    /// <summary>A model's solutions that have an answer; the others have no end that could be judged.</summary>
    private IEnumerable<LabelledSolution> Drawn(ParseResult parsed, CheckpointChoice choice, ITaskFamily family, int level, CancellationToken cancellation)
    {
        var (seed, samples, left) = (parsed.GetValue(_seed), parsed.GetValue(_samples), parsed.GetValue(_count));
        using var set = new ProblemSet(family, level);
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), 0, on: parsed.GetRequiredValue(_device));
        using var sampler = loaded.Sampler(Math.Clamp(left, LeastBatch, Batch), loaded.Model.Configuration.MaxPositions - loaded.MaxTokens);
        var draw = new SolutionDraw(sampler, loaded.Encoder, set, loaded.MaxTokens, parsed.GetValue(_temperature), seed);
        for (var first = 0L; left > 0;)
        {
            Problem[] problems = [.. Enumerable.Range(0, Math.Max(1, Math.Clamp(left, LeastBatch, Batch) / samples)).Select(i => family.Generate(Split(parsed), level, seed, first + i))];
            first += problems.Length;
            var before = left;
            foreach (var solution in draw.Run(problems, samples, cancellation: cancellation).Take(left))
            {
                left--;
                yield return StepLabellers.Exact(family, solution);
            }

            if (left == before) throw new UserError("None of a batch of solutions has steps and an answer.", choice.Location, advice: "Name a model that was trained on the family, with thought.");
        }
    }

    private static void Write(Stream stream, LabelledSolution solution, LabelForm form, string family, int level, int number)
    {
        if (form == LabelForm.Prm800k)
        {
            Prm800kFile.Write(stream, solution);
            return;
        }

        var example = StepwiseExample.Of(solution, NeutralSteps.Positive);
        if (form == LabelForm.Stepwise) example.Write(stream);
        else ProcessBenchCase.Of(example with { Steps = solution.Question.PreGeneratedSteps ?? [.. solution.Path.Select(p => p.Text)] }, string.Create(CultureInfo.InvariantCulture, $"{family}-{level}-{number}"), family)?.Write(stream);
    }
}
