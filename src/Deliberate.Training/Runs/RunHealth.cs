namespace Deliberate.Training;

/// <summary>Tells the observer of signs that reinforcement learning has stopped learning, each sign once a run of the program.</summary>
internal sealed class RunHealth(IRunObserver observer)
{
    public static IReadOnlyList<(string Metric, Func<double, bool> IsIll, string Advice)> Signs { get; } =
    [
        ("rl/truncated", v => v > 0.5, "most completions are cut off by the token budget: raise reinforcement.max_tokens, or train the base longer."),
        ("rl/flat_groups", v => v > 0.9, "nearly all groups have the same reward throughout and teach nothing: choose another level, or more samples."),
        ("policy/entropy", v => v < 0.01, "the policy's entropy is all but gone: it samples the same text again and again. Lower the learning rate, or raise epsilon_high."),
        ("policy/approx_kl_k3", v => v > 0.5, "the updates move the policy far from the one that sampled: lower the learning rate or the number of updates."),
    ];

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    public void Check(int step, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        foreach (var (metric, isIll, advice) in Signs)
        {
            foreach (var (name, value) in metrics)
                if (name == metric && isIll(value) && _told.Add(metric)) observer.Notice($"Step {step}: {metric} is {value:0.###}; {advice}");
        }
    }
}
