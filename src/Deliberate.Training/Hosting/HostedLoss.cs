using System.Collections.Frozen;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// A loss that programs elsewhere may ask for: a sum over tokens, so that passes add up. Names and formulas are those of Tinker's
/// documentation (docs/losses.mdx of its cookbook); policy losses are this program's own objectives with the numbers that they have there,
/// a token's term divided by nothing.
/// </summary>
/// <param name="Name">In requests.</param>
/// <param name="Settings">What a request may set, and what it is if left out.</param>
/// <param name="Objective">Of the settings; null for cross-entropy.</param>
internal sealed record HostedLoss(string Name, IReadOnlyDictionary<string, double> Settings, Func<IReadOnlyDictionary<string, double>, IPolicyObjective>? Objective)
{
    private const string Low = "clip_low_threshold", High = "clip_high_threshold", Beta = "beta";

    private static readonly PolicyOptions Sum = new() { Aggregation = LossAggregation.TokenSumNorm, ScaleFactor = 1 };

    public static IReadOnlyList<HostedLoss> All { get; } =
    [
        new("cross_entropy", FrozenDictionary<string, double>.Empty, null),
        new("importance_sampling", FrozenDictionary<string, double>.Empty, _ => PolicyObjectives.Create("ppo", _ => Sum with { EpsilonLow = 1, EpsilonHigh = double.PositiveInfinity })),
        new("ppo", Band, s => PolicyObjectives.Create("ppo", _ => Clipped(s))),
        new("cispo", Band, s => PolicyObjectives.Create("cispo_band", _ => Clipped(s))),
        new("dro", new Dictionary<string, double>(StringComparer.Ordinal) { [Beta] = 0.05 }.ToFrozenDictionary(StringComparer.Ordinal), s => new DroObjective(Sum, s[Beta])),
    ];

    /// <summary>Ratios from 0.8 to 1.2, unless a request says otherwise.</summary>
    private static FrozenDictionary<string, double> Band => new Dictionary<string, double>(StringComparer.Ordinal) { [Low] = 0.8, [High] = 1.2 }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a token's weight or advantage of zero leaves it out; DRO holds every token to what it was sampled with.</summary>
    public bool SkipsZeros => Name != "dro";

    /// <exception cref="UserError">There is no such loss; those there are are named.</exception>
    public static HostedLoss Find(string name) => All.FirstOrDefault(l => l.Name == name)
        ?? throw new UserError($"the loss \"{Excerpt.Of(name, 60)}\" is not supported.", field: "loss_fn", advice: $"Take {string.Join(", ", All.Select(l => l.Name))}, or compute one of your own from log-probabilities (forward_backward_custom).");

    /// <summary>The settings of a request over those of the loss.</summary>
    /// <exception cref="UserError">One is not known, or out of its range.</exception>
    public IReadOnlyDictionary<string, double> With(IEnumerable<KeyValuePair<string, double>> asked)
    {
        var settings = new Dictionary<string, double>(Settings, StringComparer.Ordinal);
        foreach (var (key, value) in asked)
        {
            if (!settings.ContainsKey(key)) throw new UserError($"\"{Excerpt.Of(key, 60)}\" is no setting of {Name}.", field: "loss_fn_config", advice: Settings.Count == 0 ? "It has none." : $"It has {string.Join(" and ", Settings.Keys)}.");
            if (!double.IsFinite(value) || value < 0) throw new UserError($"{key} has to be a number from 0.", field: "loss_fn_config");
            settings[key] = value;
        }

        if (Settings.ContainsKey(Low) && (settings[Low] > 1 || settings[High] < 1)) throw new UserError($"{Low} has to be at most 1 and {High} at least 1.", field: "loss_fn_config");
        return settings;
    }

    private static PolicyOptions Clipped(IReadOnlyDictionary<string, double> settings) => Sum with { EpsilonLow = 1 - settings[Low], EpsilonHigh = settings[High] - 1 };
}
