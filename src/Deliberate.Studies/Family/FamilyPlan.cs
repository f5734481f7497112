using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of <c>reproduce family</c>: one recipe at two sizes, and two ways from the larger to the smaller.</summary>
/// <param name="Seed">Of all of it.</param>
/// <param name="Quick">Whether only to see that it works.</param>
internal sealed record FamilyPlan(ulong Seed, bool Quick) : ReleasePlan(Seed, Quick)
{
    /// <summary>The runs: the larger, the smaller by itself, the smaller from the larger's samples, and by the larger's opinion of its own.</summary>
    public const string Larger = "larger", Alone = "smaller-alone", FromSamples = "smaller-from-samples", FromOpinion = "smaller-from-opinion";

    /// <summary>What both are asked: sums of nested brackets, of the deeper level that they are trained on.</summary>
    public const string Task = "family:arithmetic@3";

    /// <summary>The gate of their cards.</summary>
    public const string Policy = "frontier-framework";

    /// <summary>The models, in the order in which they are made.</summary>
    public static IReadOnlyList<string> Models { get; } = [Larger, Alone, FromSamples, FromOpinion];

    /// <summary>Those that go out with a card.</summary>
    public static IReadOnlyList<string> Released { get; } = [Larger, FromSamples, FromOpinion];

    public int MaxTokens => Quick ? 40 : 96;

    /// <summary>Held-out problems, the same for every model.</summary>
    public int Problems => Quick ? 8 : 300;

    public override StudyClaim Claim => new(StudyClaim.NewestFormat, FamilyStudy.Name, Quick, [Seed], string.Join('\n', Models.Select(m => Text(m, name => name)).Append(FormattableString.Invariant($"{Task} {Policy} {Problems} {MaxTokens}"))));

    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <param name="checkpoint">Where that of another is.</param>
    public TrainRecipe Recipe(string model, Func<string, string> checkpoint) => TrainRecipe.Parse(Text(model, checkpoint), $"reproduce family, {model}");

    private string Text(string model, Func<string, string> checkpoint) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: {{model}}
        seed: {{Seed}}
        family: { name: arithmetic, levels: [2, 3] }
        evaluation: { problems: {{Problems}}, quick_problems: {{Math.Min(Problems, 60)}}, max_tokens: {{MaxTokens}} }
        health: { kl_every: 0 }
        checkpoint: { every: 100000, keep_last: 1 }
        {{Own(model, checkpoint)}}
        """);

    private string Own(string model, Func<string, string> checkpoint) => model switch
    {
        Larger => Sized(Quick ? "hidden: 32, layers: 2, heads: 2, intermediate: 64" : "hidden: 128, layers: 4, heads: 4, intermediate: 256", Quick ? 6_000 : 2_000_000, Quick ? 2 : 20),
        Alone => Sized(Quick ? "hidden: 16, layers: 1, heads: 2, intermediate: 32" : "hidden: 48, layers: 2, heads: 2, intermediate: 96", Quick ? 3_000 : 1_000_000, 0),
        FromSamples => Taught($"expert_iteration: {{ rounds: 1, prompts: {(Quick ? 4 : 512)}, samples: 4, max_tokens: {MaxTokens}, sampler: teacher, keep: {(Quick ? "all" : "right")} }}\nreinforcement: {{ steps: 0 }}", checkpoint),
        _ => Taught($"reinforcement: {{ steps: {(Quick ? 2 : 32)}, prompts: {(Quick ? 2 : 16)}, samples: {(Quick ? 2 : 4)}, max_tokens: {MaxTokens}, objective: reinforce, advantage: reverse_kl }}", checkpoint),
    };

    /// <summary>The one recipe.</summary>
    private string Sized(string size, int tokens, int steps) => string.Create(CultureInfo.InvariantCulture, $"model: {{ {size}, context: 160 }}\nsupervised: {{ tokens: {tokens}{(Quick ? ", batch_tokens: 1000" : "")} }}\nreinforcement: {{ steps: {steps}, prompts: {(Quick ? 2 : 32)}, samples: {(Quick ? 2 : 8)}, max_tokens: {MaxTokens} }}");

    private static string Taught(string stage, Func<string, string> checkpoint) => $"model: {{ from: \"{checkpoint(Alone)}\", context: 160 }}\nteacher: {{ from: \"{checkpoint(Larger)}\" }}\nsupervised: {{ tokens: 0 }}\n{stage}";
}
