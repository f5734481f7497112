using System.Globalization;

namespace Deliberate.Studies;

/// <summary>
/// A row of the study: a model, what it begins with and how it is trained. To add one, copy the nearest; each stands below those that it begins
/// with or learns from.
/// </summary>
/// <param name="Key">Its folder.</param>
/// <param name="Title">Its row.</param>
/// <param name="From">The model that it begins with; null for random weights.</param>
/// <param name="IsTaught">Whether the larger one is its teacher.</param>
/// <param name="Sections">The rest of its recipe.</param>
internal sealed record DistilledModel(string Key, string Title, string? From, bool IsTaught, Func<DistillationPlan, string> Sections)
{
    private const string NoReinforcement = "reinforcement: { steps: 0 }";

    public static DistilledModel Larger { get; } = new(
        "larger", "larger", null, false,
        plan => FormattableString.Invariant($"model: {{ hidden: 96, layers: 3, heads: 4, intermediate: 192, context: 128 }}\nsupervised: {{ tokens: {plan.Tokens}, batch_tokens: 1024 }}\n{NoReinforcement}"));

    public static DistilledModel Alone { get; } = new(
        "alone", "smaller, alone", null, false,
        plan => FormattableString.Invariant($"model: {{ hidden: 32, layers: 2, heads: 2, intermediate: 64, context: 128 }}\nsupervised: {{ tokens: {plan.Tokens / 2}, batch_tokens: 1024 }}\n{NoReinforcement}"));

    /// <summary>About as many tokens of the exact corpus as are kept of the teacher's samples.</summary>
    public static DistilledModel Corpus { get; } = new(
        "corpus", "smaller, more of the corpus", Alone.Key, false,
        plan => FormattableString.Invariant($"supervised: {{ tokens: {plan.Tokens / 40}, batch_tokens: 1024, optimizer: {{ kind: adamw, learning_rate: 0.001 }} }}\n{NoReinforcement}"));

    public static IReadOnlyList<DistilledModel> All { get; } =
    [
        Larger,
        Alone,
        Corpus,
        Taught("samples", "smaller, the teacher's samples, all", plan => Samples(plan, 1, plan.Prompts, "teacher", "all", "hard")),
        Taught("right-samples", "smaller, the teacher's samples, right", plan => Samples(plan, 1, plan.Prompts, "teacher", "right", "hard")),
        Taught("soft", "smaller, the teacher's distributions on its samples, all", plan => Samples(plan, 1, plan.Prompts, "teacher", "all", "soft")),
        Taught("soft-own", "smaller, the teacher's distributions on samples of its own", plan => Samples(plan, plan.Rounds, plan.Prompts / plan.Rounds, "policy", "all", "soft")),
        Taught(
            "reverse", "smaller, reverse KL on samples of its own",
            plan => FormattableString.Invariant($"reinforcement: {{ steps: {plan.Steps}, prompts: {4 * plan.Prompts / (2 * plan.Steps)}, samples: 2, max_tokens: 64, objective: reinforce, advantage: reverse_kl, optimizer: {{ kind: adamw, learning_rate: 0.001 }}, store_samples: false }}")),
    ];

    private static DistilledModel Taught(string key, string title, Func<DistillationPlan, string> sections) => new(key, title, Alone.Key, true, sections);

    private static string Samples(DistillationPlan plan, int rounds, int prompts, string sampler, string keep, string labels) => string.Create(
        CultureInfo.InvariantCulture, $"expert_iteration: {{ rounds: {rounds}, prompts: {prompts}, samples: 4, max_tokens: 64, batch_tokens: 1024, sampler: {sampler}, keep: {keep}, labels: {labels} }}\n{NoReinforcement}");
}
