namespace Deliberate.Reasoning;

/// <summary>
/// A real number within a tolerance of the reference: |answer - reference| ≤ tolerance · |reference|, and where the reference is 0,
/// ≤ tolerance. Reads whatever the math grader reads as one number, units and currency left aside; a percent sign divides by 100
/// where only one of the two has it.
/// </summary>
internal sealed class NumericGrader(double tolerance = NumericGrader.UsualTolerance) : IAnswerGrader
{
    public const double UsualTolerance = 1e-6;

    public string Name => "numeric";

    public string Description => "a number within a tolerance";

    public AnswerMatch Compare(string reference, string answer)
    {
        if (Read(reference) is not { } wanted || Read(answer) is not { } given) return AnswerMatch.Unreadable;
        if (Near(given.Value, wanted.Value)) return AnswerMatch.Equal;
        if (wanted.Percent == given.Percent) return AnswerMatch.Different;
        return wanted.Percent ? Near(given.Value, wanted.Value / 100) ? AnswerMatch.Equal : AnswerMatch.Different : Near(given.Value / 100, wanted.Value) ? AnswerMatch.Equal : AnswerMatch.Different;
    }

    public string? Objection(string reference) => Read(reference) is null ? "It is not a number." : null;

    private bool Near(double given, double wanted) => Math.Abs(given - wanted) <= tolerance * (wanted == 0 ? 1 : Math.Abs(wanted));

    private static (double Value, bool Percent)? Read(string text)
    {
        if (MathText.Clean(text) is not { } clean) return null;
        foreach (var reading in MathAnswer.Readings(clean))
        {
            var node = reading.Node is RelationNode { Operators: ["="] or ["~"], Sides: [SymbolNode, var side] } ? side : reading.Node;
            var value = new MathEvaluator().Evaluate(node);
            if (value.IsFinite && value.IsReal && double.IsFinite(value.Real)) return (value.Real, reading.Percent);
        }

        return null;
    }
}
