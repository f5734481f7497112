// The example of docs/own-problems.md, between the marks; a test compares the two.
// guide: begin
using System.Globalization;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace MyVerifiers;

/// <summary>Right is any number between the two of the problem: {"prompt": "23&lt;?&lt;61", "low": 23, "high": 61}.</summary>
public sealed class BetweenVerifier : IScorer
{
    public string Name => "between";

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(Judge)]);

    private static Verdict Judge(Sample sample)
    {
        using var line = System.Text.Json.JsonDocument.Parse(sample.Problem.State);
        var (low, high) = (line.RootElement.GetProperty("low").GetInt32(), line.RootElement.GetProperty("high").GetInt32());
        if (!int.TryParse(sample.Answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Verdict.Unscored("not a number");
        var miss = Math.Max(0, Math.Max(low + 1 - number, number - high + 1));
        var verdict = miss == 0 ? Verdict.Pass() : Verdict.Fail($"off by {miss}");
        return verdict with { Scores = [new Score("near", 1 - (Math.Min(miss, 50) / 50.0))] };
    }
}

public static class Guide
{
    public static void Train(string recipe, string folder)
    {
        VerifierRegistry.Register("between", () => new BetweenVerifier());
        var (run, finished) = RecipeTraining.Run(recipe, folder, observer: RunObserver.InWords(Console.WriteLine));
        Console.WriteLine($"{run}: {(finished ? "finished" : "stopped; run it again to go on")}");
    }
}

// guide: end
