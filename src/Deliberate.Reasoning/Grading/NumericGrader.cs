namespace Deliberate.Reasoning;

/// <summary>
/// A real number within a tolerance of the reference: |answer - reference| ≤ tolerance · |reference|, and where the reference is 0,
/// ≤ tolerance. Reads whatever the math grader reads as one number; units, counted nouns and currency may be left out, but not
/// differ; a percent sign that only one of the two has may divide by 100.
/// </summary>
internal sealed class NumericGrader(double tolerance = NumericGrader.UsualTolerance) : IAnswerGrader
{
    public const double UsualTolerance = 1e-6;

    public string Name => "numeric";

    public string Description => "a number within a tolerance";

    public AnswerMatch Compare(string reference, string answer)
    {
        var budget = new MathBudget();
        if (Read(reference, budget, reference: true) is not { Count: > 0 } wanted || Read(answer, budget, reference: false) is not { Count: > 0 } given) return AnswerMatch.Unreadable;
        return wanted.Exists(w => given.Exists(g => Agree(w, g))) ? AnswerMatch.Equal : AnswerMatch.Different;
    }

    public string? Objection(string reference) => Read(reference, new MathBudget(), reference: true).Count == 0 ? "It is not a number." : null;

    private bool Agree((double Value, MathUnit? Unit) wanted, (double Value, MathUnit? Unit) given)
    {
        if (wanted.Unit is not null && given.Unit is not null && !MathUnit.Agree(wanted.Unit, given.Unit)) return false;
        var (percent, asked) = (wanted.Unit?.IsPercent == true, given.Unit?.IsPercent == true);
        if (percent == asked) return Near(given.Value, wanted.Value);

        // Half a per cent is no half: a sign that the reference lacks may be its unit only where the reference is no share itself.
        if ((percent || Math.Abs(wanted.Value) >= 1 || wanted.Value == 0) && Near(given.Value, wanted.Value)) return true;
        return percent ? Near(given.Value, wanted.Value / 100) : Near(given.Value / 100, wanted.Value);
    }

    private bool Near(double given, double wanted) => Math.Abs(given - wanted) <= tolerance * (wanted == 0 ? 1 : Math.Abs(wanted));

    /// <summary>The numbers that a text may mean: of the first reading that is one, both sides of an approximation.</summary>
    private static List<(double Value, MathUnit? Unit)> Read(string text, MathBudget budget, bool reference)
    {
        var numbers = new List<(double, MathUnit?)>();
        if (MathText.Clean(text) is not { } clean) return numbers;
        var scalars = new MathScalars(budget);
        var equations = new MathEquations(scalars);
        foreach (var answer in MathAnswer.Readings(clean))
        {
            foreach (var said in equations.Readings(answer.Node))
            {
                var node = equations.Given(said, reference)?.Value ?? said;
                var quantity = node as QuantityNode;
                var value = scalars.Constant(quantity?.Value ?? node);
                if (value.IsFinite && value.IsReal && double.IsFinite(value.Real)) numbers.Add((value.Real, quantity?.Unit));
            }

            if (numbers.Count > 0) return numbers;
        }

        return numbers;
    }
}
