using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What one model answered to one family's held-out problems, in their order.</summary>
internal sealed record Answers(IReadOnlyList<bool> Right, IReadOnlyList<bool> StepsRight, IReadOnlyList<int> Tokens, int Truncated);

/// <summary>Which models are looked at: a kind, on problems of the levels trained on or of the deeper ones.</summary>
internal readonly record struct Subject(ExperimentModel Model, bool Deeper = false)
{
    public string Name => Deeper ? $"deeper problems, {ExperimentModels.Name(Model)}" : ExperimentModels.Name(Model);

    public string Key => Deeper ? ExperimentModels.Key(Model) + "-deeper" : ExperimentModels.Key(Model);
}

/// <summary>All answers of an experiment, read from its evaluation files: of every kind of model, family and seed that there is.</summary>
internal sealed class ExperimentEvidence
{
    private readonly Dictionary<(Subject Subject, string Family, ulong Seed), Answers> _answers = [];

    private ExperimentEvidence(ExperimentPlan plan) => Plan = plan;

    public ExperimentPlan Plan { get; }

    public IReadOnlyList<string> Families => Plan.Families;

    /// <summary>Seconds in all, and whether that is all of them.</summary>
    public (double Seconds, bool IsWhole) Time { get; private init; }

    /// <summary>Instruction set and precision of the runs.</summary>
    public string Device { get; private init; } = "";

    public DateTimeOffset Started { get; private init; }

    /// <exception cref="UserError">A cell is not finished, or its files do not fit together.</exception>
    public static ExperimentEvidence Read(ExperimentPlan plan, ExperimentFolder folder)
    {
        var times = plan.Cells.Select(c => folder.Time(c) ?? throw new UserError($"the experiment is not finished: {c.Name} is missing.", folder.Root, advice: "Run its command again: it goes on.")).ToArray();
        var info = RunInfo.Read(new RunFolder(folder.Run(plan.Cells[0].Name)).Info);
        var evidence = new ExperimentEvidence(plan) { Time = (times.Sum(t => t.Seconds), times.All(t => !t.Resumed)), Device = info.Device, Started = info.Started };
        var asked = new Dictionary<CellTest, string[]>();
        foreach (var cell in plan.Cells)
        {
            foreach (var test in cell.Tests)
            {
                var path = folder.Evaluation(cell, test);
                var graded = EvaluationFile.Read(path);
                string[] problems = [.. graded.Select(g => g.Problem.Canonical)];
                if (!asked.TryAdd(test, problems) && !asked[test].AsSpan().SequenceEqual(problems))
                    throw new UserError("the file has other problems than those of the other models.", path, advice: "Delete it and the cell.json beside it, and run the command again.");
                evidence.Add(new Subject(cell.Model, test.Deeper), test.Family, cell.Seed, graded);
            }
        }

        return evidence;
    }

    /// <summary>From answers that are in memory.</summary>
    public static ExperimentEvidence Of(ExperimentPlan plan, IEnumerable<(Subject Subject, string Family, ulong Seed, Answers Answers)> answers)
    {
        var evidence = new ExperimentEvidence(plan) { Time = (0, true), Device = "none" };
        foreach (var (subject, family, seed, one) in answers) evidence._answers.Add((subject, family, seed), one);
        return evidence;
    }

    /// <summary>Null where this was not measured.</summary>
    public Answers? Find(Subject subject, string family, ulong seed) => _answers.GetValueOrDefault((subject, family, seed));

    /// <summary>The seeds in which a kind of model answered a family.</summary>
    public IEnumerable<ulong> Seeds(Subject subject, string family) => Plan.Seeds.Where(s => _answers.ContainsKey((subject, family, s)));

    private void Add(Subject subject, string family, ulong seed, List<ScoredSample> graded) => _answers.Add(
        (subject, family, seed),
        new Answers(
            [.. graded.Select(g => g.IsRight)], [.. graded.Select(g => g.AllStepsRight)], [.. graded.Select(g => g.CompletionTokens)], graded.Count(g => g.Truncated)));
}
