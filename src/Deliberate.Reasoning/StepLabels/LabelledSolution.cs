namespace Deliberate.Reasoning;

/// <summary>Why labelling of a solution ended.</summary>
internal enum LabelFinish
{
    /// <summary>A step concluded in the right answer.</summary>
    Solution,

    /// <summary>At the first wrong step (phase 2).</summary>
    FoundError,

    /// <summary>The problem itself is broken.</summary>
    BadProblem,

    /// <summary>The labeller moved on.</summary>
    GiveUp,
}

/// <summary>A candidate for a step and what was thought of it.</summary>
/// <param name="Text">Of the step.</param>
/// <param name="Rating">-1 wrong, 0 right without progress, 1 right; null where it was not rated.</param>
/// <param name="Flagged">Whether the labeller did not know; null where nothing is said.</param>
internal sealed record LabelledCompletion(string Text, int? Rating, bool? Flagged);

/// <summary>A step that a labeller wrote, where no candidate was right.</summary>
/// <param name="Text">Of the step.</param>
/// <param name="Json">The value as it stands in the file, whatever else it holds.</param>
internal sealed record HumanCompletion(string Text, string Json);

/// <summary>A place in a solution: its candidates, and which the solution goes on with.</summary>
/// <param name="Chosen">Index of a candidate; null for what the labeller wrote, or where the solution ends.</param>
internal sealed record LabelledStep(IReadOnlyList<LabelledCompletion> Completions, HumanCompletion? Human, int? Chosen)
{
    /// <summary>What the solution goes on with; null where it ends here.</summary>
    public string? Text => Chosen is { } index ? Completions[index].Text : Human?.Text;

    /// <summary>The rating of what the solution goes on with, or else of the first candidate; what a human wrote is right.</summary>
    public int? Rating => Chosen is { } index ? Completions[index].Rating : Human is not null ? 1 : Completions.Count > 0 ? Completions[0].Rating : null;
}

/// <summary>What was asked; the last three of phase 2 alone.</summary>
internal sealed record LabelQuestion(string Problem, string? GroundTruthSolution, string? GroundTruthAnswer, IReadOnlyList<string>? PreGeneratedSteps, string? PreGeneratedAnswer, double? PreGeneratedVerifierScore);

/// <summary>
/// A labelled solution in the schema of PRM800K ("Let's Verify Step by Step", 2023), field for field: phase 1, in which each step has
/// alternatives and a labeller may write one, and phase 2, in which one solution is labelled up to its first mistake.
/// </summary>
internal sealed record LabelledSolution
{
    public required string Labeler { get; init; }

    public required string Timestamp { get; init; }

    /// <summary>Null in phase 1; -1 for the screening questions; else from 0 on.</summary>
    public required int? Generation { get; init; }

    public required bool IsQualityControlQuestion { get; init; }

    public required bool IsInitialScreeningQuestion { get; init; }

    public required LabelQuestion Question { get; init; }

    public required IReadOnlyList<LabelledStep> Steps { get; init; }

    /// <summary>Milliseconds; null where nobody took it.</summary>
    public required double? TotalTime { get; init; }

    public required LabelFinish Finish { get; init; }

    /// <summary>Whether steps have alternatives that were drawn while it was labelled.</summary>
    public bool IsPhaseOne => Question.PreGeneratedSteps is null;

    /// <summary>The solution as it was labelled: what each step went on with; where labelling ended at a mistake, that too.</summary>
    public IEnumerable<(string Text, int? Rating)> Path
    {
        get
        {
            foreach (var step in Steps)
            {
                if (step.Text is { } text)
                {
                    yield return (text, step.Rating);
                    continue;
                }

                if (step.Completions.Count > 0) yield return (step.Completions[0].Text, step.Completions[0].Rating);
                yield break;
            }
        }
    }

    /// <summary>The first step that was found wrong, from 0; -1 where none is.</summary>
    public int FirstError => Path.Select((step, i) => (step.Rating, Index: i)).Where(s => s.Rating == -1).Select(s => s.Index).DefaultIfEmpty(-1).First();
}
