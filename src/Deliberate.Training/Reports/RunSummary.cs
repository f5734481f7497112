using System.Text.Json;

namespace Deliberate.Training;

/// <summary>The key numbers of the runs with their intervals, for scripts: <c>summary.json</c>.</summary>
internal static class RunSummary
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public static string Json(IReadOnlyList<RunEvidence> runs) => JsonSerializer.Serialize(runs.Select(run => new
    {
        run.Recipe.Name,
        Family = run.Recipe.Family.Name,
        run.Recipe.Family.ChainOfThought,
        Evaluations = run.Evaluations.Select(e =>
        {
            var samples = run.First(e.Samples);
            return new
            {
                e.Name,
                e.Step,
                Count = samples.Count,
                Accuracy = Ends(Measures.Accuracy(samples)),
                AllStepsRight = Ends(Measures.StepsRight(samples)),
                ThoughtTokens = Ends(Measures.Length(samples)),
                ThoughtTokensRight = Ends(Measures.Length(samples.Where(s => s.Grade.Correct > 0))),
                ThoughtTokensWrong = Ends(Measures.Length(samples.Where(s => s.Grade.Correct == 0))),
                Budgets = run.Recipe.Evaluation.Budgets.Select(b => new { Budget = b, Accuracy = Ends(Measures.Within(samples, b)) }),
            };
        }),
    }), Options) + "\n";

    private static double?[] Ends(Measured value) => [Finite(value.Value), Finite(value.Low), Finite(value.High)];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
