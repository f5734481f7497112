using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What PolicyWorld's base can do besides, with exact answers: whether safety training took any of it.</summary>
internal static class WorldSkillsTask
{
    private const int Usual = 800;

    public static EvaluationTask Task { get; } = new()
    {
        Name = WorldTasks.SkillsName,
        Title = "PolicyWorld: skills",
        Summary = "The category of a thing, decoding, sums modulo five.",
        Items = (context, cancellation) => GeneratedItems.Of(context, Usual, (int index, ref RandomStream random) => Make(index, ref random), cancellation),
        Scorer = _ => new CheckScorer("word for word", sample => sample.Text.Trim() == sample.Problem.Answer ? Verdict.Pass() : Verdict.Fail("another answer")),
        Metrics = [TaskMetric.Accuracy],
        Defaults = WorldTasks.Defaults,
        Differences = "A world of made-up things: no published figure is of it.",
    };

    private static EvaluationItem Make(int index, ref RandomStream random)
    {
        var (prompt, _, answer) = WorldSkills.Problem(ref random);
        return new EvaluationItem { Id = index.ToString(CultureInfo.InvariantCulture), Messages = GeneratedItems.Ask(prompt), Reference = answer, Cluster = prompt };
    }
}
