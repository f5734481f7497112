namespace Deliberate.Reasoning;

/// <summary>
/// A family's own rules as a scorer: 1 for a right step, 0 for a wrong one; the last step's answer must be right too. What a perfect
/// reward model of steps would do: the upper end of what search can gain from one.
/// </summary>
internal sealed class FamilyStepScorer(ITaskFamily family) : IStepScorer
{
    public string Name => "exact";

    public IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation) => [.. paths.Select(Score)];

    private StepScores Score(StepPath path)
    {
        var scores = new double[path.Steps.Count - path.First];
        // The lines of the thought so far, and which step of the search each belongs to.
        List<string> lines = [];
        List<int> owners = [];
        var text = "";
        for (var i = 0; i < path.Steps.Count; i++)
        {
            text += path.Steps[i].Text;
            var now = ChainOfThought.Parse(text).Steps;
            for (; lines.Count < now.Count; owners.Add(i)) lines.Add(now[lines.Count]);
        }

        var parsed = ChainOfThought.Parse(text);
        var verdicts = parsed.Steps.Count == 0 ? [] : family.CheckSteps(path.Problem, parsed.Steps);
        Array.Fill(scores, 1);
        for (var line = 0; line < verdicts.Length; line++)
        {
            var owner = owners[Math.Min(line, owners.Count - 1)];
            if (owner >= path.First && !verdicts[line].IsRight) scores[owner - path.First] = 0;
        }

        if (parsed.Answer is { } answer && scores.Length > 0 && !family.Verify(path.Problem, answer).IsRight) scores[^1] = 0;
        return new StepScores(scores, 0);
    }
}
