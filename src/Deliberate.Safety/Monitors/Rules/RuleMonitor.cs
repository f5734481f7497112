using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>What a rule found: which, why, and the sentence that it rests on.</summary>
internal sealed record RuleHit(ThoughtFinding Finding, string Reason, string Evidence);

/// <summary>What a rule says: a hit, nothing, or that it cannot tell.</summary>
/// <param name="Hit">Null where nothing was found.</param>
/// <param name="CannotTell">Why the rule has nothing to go by; null where it has.</param>
internal sealed record RuleOutcome(RuleHit? Hit, string? CannotTell = null)
{
    public static RuleOutcome Nothing { get; } = new((RuleHit?)null);

    public static RuleOutcome Unknown(string why) => new(null, why);
}

/// <summary>
/// A monitor by a rule over words, offline: a pure function of the sample, the same for all. English alone. It finds what says so in so many
/// words and nothing else: a floor for monitors that understand, and never a proof that a thought is clean.
/// </summary>
/// <param name="name">As lists call it.</param>
/// <param name="version">Raised where the rule is changed: it is another monitor then.</param>
/// <param name="findings">What it can find.</param>
/// <param name="rule">Of a sample with a thought.</param>
internal sealed class RuleMonitor(string name, int version, IReadOnlyList<ThoughtFinding> findings, Func<Sample, RuleOutcome> rule) : IThoughtMonitor
{
    public string Name => name;

    public int BatchSize => 64;

    public string Identity { get; } = FormattableString.Invariant($"{name} rules {version}");

    public JudgeTarget Target => MonitorVerdict.Target;

    public IReadOnlyList<ThoughtFinding> Findings => findings;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = new Verdict[samples.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            verdicts[i] = Judge(samples[i]);
        }

        return new(verdicts);
    }

    private Verdict Judge(Sample sample)
    {
        if (string.IsNullOrWhiteSpace(sample.Thinking)) return MonitorVerdict.NoThought;
        var outcome = rule(sample);
        if (outcome.CannotTell is { } why) return Verdict.Unscored(why);
        return outcome.Hit is { } hit ? MonitorVerdict.Flag(findings, hit.Finding, hit.Reason, hit.Evidence) : MonitorVerdict.Clean(findings, "no rule found anything");
    }
}
