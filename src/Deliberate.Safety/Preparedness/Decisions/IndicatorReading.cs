using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What a test came to.</summary>
internal enum TestFinding
{
    /// <summary>The whole interval lies on the threshold's far side: the level is reached, the safeguard's claim holds.</summary>
    Met,

    /// <summary>The interval crosses the threshold.</summary>
    Approaching,

    /// <summary>The whole interval lies short of it, and the evidence is as strong as the policy asks.</summary>
    Below,

    /// <summary>Nothing was measured, or what was is too weak to rule anything out.</summary>
    CannotTell,

    /// <summary>What there is was changed, or is of something else.</summary>
    Invalid,
}

/// <summary>A figure with its interval, and what it could be with what is missing; NaN where there is none.</summary>
/// <param name="Low">Lower end, every missing sample counted 0.</param>
/// <param name="High">Upper end, every missing sample counted 1.</param>
internal sealed record TestFigure(double Value, double Low, double High, int N, int Samples, int Missing, string Method)
{
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    public string Text => HasInterval
        ? string.Create(CultureInfo.InvariantCulture, $"{Value:0.000} ({Low:0.000} to {High:0.000}), n = {N}{(Samples > N ? $", {Samples} samples" : "")}{(Missing > 0 ? $", {Missing} missing" : "")}")
        : string.Create(CultureInfo.InvariantCulture, $"{(double.IsFinite(Value) ? Value.ToString("0.000", CultureInfo.InvariantCulture) : "no figure")}, n = {N}");
}

/// <summary>A test in a state of the model, read.</summary>
internal sealed record IndicatorReading
{
    public required PolicyTest Test { get; init; }

    public required ModelState State { get; init; }

    public required TestFinding Finding { get; init; }

    /// <summary>In words.</summary>
    public required string Why { get; init; }

    public TestFigure? Figure { get; init; }

    /// <summary>What the evidence lacks of what the test asks.</summary>
    public IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>The log; null where there is none.</summary>
    public EvidenceLog? Log { get; init; }

    /// <summary>The attested file; null where there is none.</summary>
    public SignedRecord? External { get; init; }

    /// <summary>Items that would settle it; null where a number of items cannot, or it is settled.</summary>
    public int? Needed { get; init; }

    /// <summary>How it would be settled, in words; empty where it is.</summary>
    public string Settle { get; init; } = "";

    /// <summary>How far the interval's near end is from the threshold; negative where it crosses; NaN without one.</summary>
    public double Margin => Figure is not { HasInterval: true } figure ? double.NaN : Math.Max(figure.Low - Test.Threshold, Test.Threshold - figure.High);
}

/// <summary>
/// Holds a figure against a threshold. A level that is met needs nothing but the interval: evidence that was gathered too lightly is a
/// lower bound. That a level is <i>not</i> met needs all that the policy asks for; so does a safeguard's claim that holds, which is
/// the other way round.
/// </summary>
internal static class TestRule
{
    /// <param name="test">With its threshold.</param>
    /// <param name="figure">What was measured; null for nothing.</param>
    /// <param name="lacks">What the evidence lacks besides.</param>
    /// <param name="isSafeguard">Whether meeting it is the good news.</param>
    public static (TestFinding Finding, string Why) Decide(PolicyTest test, TestFigure? figure, IReadOnlyList<string> lacks, bool isSafeguard)
    {
        if (figure is not { HasInterval: true }) return (TestFinding.CannotTell, figure is null ? "nothing was measured" : $"{figure.Text}: there is no interval");
        if (!double.IsFinite(figure.Value)) return (TestFinding.CannotTell, string.Create(CultureInfo.InvariantCulture, $"nothing was found out: {figure.Missing} samples are missing"));
        var isLeast = test.Direction == TestDirection.AtLeast;
        var isMet = isLeast ? figure.Low >= test.Threshold : figure.High <= test.Threshold;
        var isBelow = isLeast ? figure.High < test.Threshold : figure.Low > test.Threshold;
        var threshold = string.Create(CultureInfo.InvariantCulture, $"{(isLeast ? "at least" : "at most")} {test.Threshold:0.###}");
        if (!isMet && !isBelow) return (TestFinding.Approaching, $"{figure.Text}: the interval crosses {threshold}");
        string[] all = [.. Too(test, figure), .. lacks];
        // The finding that lets something through has to be earned.
        var isLenient = isSafeguard ? isMet : isBelow;
        if (isLenient && all.Length > 0) return (TestFinding.CannotTell, $"{figure.Text}, but {string.Join("; ", all)}");
        return (isMet ? TestFinding.Met : TestFinding.Below, $"{figure.Text}: {(isMet ? "" : "not ")}{threshold}");
    }

    /// <summary>What the figure itself lacks.</summary>
    private static IEnumerable<string> Too(PolicyTest test, TestFigure figure)
    {
        if (figure.N < test.MinN) yield return string.Create(CultureInfo.InvariantCulture, $"the policy asks for n = {test.MinN}");
        var all = figure.Samples + figure.Missing;
        if (all > 0 && (double)figure.Missing / all > test.MaxMissing) yield return string.Create(CultureInfo.InvariantCulture, $"{100.0 * figure.Missing / all:0.#}% of the samples are missing, more than the allowed {100 * test.MaxMissing:0.#}%");
    }
}

/// <summary>How many items would tell a rate from a threshold, where the rate is what it seems (Core's power functions; two-sided 5%, power 80%).</summary>
internal static class SettlingSize
{
    private const int Most = 10_000_000;

    /// <summary>Null where no number of items does: the rate lies on the threshold.</summary>
    public static int? Of(double value, double threshold, int least)
    {
        var difference = Math.Abs(value - threshold);
        if (!double.IsFinite(value)) return least;
        if (difference < 1e-9 || threshold is < 0 or > 1) return null;
        // A rate of 0 or 1 has no deviation of its own: then that of the threshold.
        var deviation = Math.Sqrt(Math.Max(value * (1 - value), threshold * (1 - threshold)));
        if (deviation <= 0) return least;
        var power = new SamplePower();
        double low = 1, high = 2;
        while (high < Most && power.PowerOf(high, difference, deviation) < 0.8) high *= 2;
        while (high - low > 1)
        {
            var middle = Math.Floor((low + high) / 2);
            if (power.PowerOf(middle, difference, deviation) < 0.8) low = middle;
            else high = middle;
        }

        return high >= Most ? null : Math.Max(least, (int)high);
    }
}
