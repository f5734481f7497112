using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Learning from preferences without a reward model: the supervised stage, whose data then holds pairs of answers.</summary>
internal sealed record PreferenceRecipe : ICheckedRecipe
{
    [Description("One or several losses, by the names of docs/reward-models.md: dpo, ipo, kto, orpo, simpo and others.")]
    public IReadOnlyList<string> Losses { get; init; } = ["dpo"];

    [Description("Weights of several losses; 1 each if left out.")]
    [InRange(0)]
    public IReadOnlyList<double> Weights { get; init; } = [];

    [Description("β: how much a difference of log-probabilities weighs; each loss has a usual value of its own (0.1; of simpo 2).")]
    [InRange(0, MinExclusive = true)]
    public double? Beta { get; init; }

    [Description("Share of pairs that are taken to be labelled the wrong way round; exo_pair and robust need one.")]
    [InRange(0, 0.5, MaxExclusive = true)]
    public double LabelSmoothing { get; init; }

    [Description("What the reference's divergence makes of a log ratio: reverse_kl, forward_kl or js_divergence.")]
    public PreferenceDivergence Divergence { get; init; }

    [Description("What of the log-probability behind the shorter answer's length counts (LD-DPO); all of it if left out.")]
    [InRange(0, 1)]
    public double? LengthAlpha { get; init; }

    [Description("Margin γ of simpo.")]
    [InRange(0)]
    public double Gamma { get; init; } = 0.5;

    [Description("Exponent α of simpo's reward (AlphaPO); 0 for log-probabilities.")]
    public double Alpha { get; init; }

    [Description("Weight of the better answer's cross-entropy beside orpo, cpo and simpo; 1 for orpo and cpo, 0 for simpo if left out.")]
    [InRange(0)]
    public double? Imitation { get; init; }

    [Description("Weight of kto's better answers.")]
    [InRange(0)]
    public double DesirableWeight { get; init; } = 1;

    [Description("Weight of kto's worse answers.")]
    [InRange(0)]
    public double UndesirableWeight { get; init; } = 1;

    [Description("Compare with no reference: its log-probabilities count as 0.")]
    public bool ReferenceFree { get; init; }

    [JsonIgnore]
    public PreferenceOptions Options => new()
    {
        Beta = Beta ?? (Losses.Contains("simpo") ? 2 : 0.1),
        LabelSmoothing = LabelSmoothing,
        Divergence = Divergence,
        LengthAlpha = LengthAlpha,
        Gamma = Gamma,
        Alpha = Alpha,
        DesirableWeight = DesirableWeight,
        UndesirableWeight = UndesirableWeight,
    };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Losses.Count == 0) yield return ("losses", "No loss is named.");
        foreach (var loss in Losses)
            if (!PreferenceObjective.Names.Contains(loss)) yield return ("losses", $"There is no loss \"{loss}\". {NearestName.Suggest(loss, [.. PreferenceObjective.Names]) ?? $"There are {string.Join(", ", PreferenceObjective.Names)}."}");
        if (Losses.Count > 1 && Losses.Any(l => PreferenceObjective.IsAlone(l))) yield return ("losses", "Only losses of pairs against a reference are mixed; kto, orpo, simpo and cpo stand alone.");
        if (Weights.Count > 0 && Weights.Count != Losses.Count) yield return ("weights", $"There are {Weights.Count} weights for {Losses.Count} losses.");
        if (LabelSmoothing == 0 && Losses.Contains("exo_pair")) yield return ("label_smoothing", "exo_pair needs a share above 0: its target is not certain.");
    }
}
