using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>A family that models are rewarded on and that is left out.</summary>
/// <param name="Name">In the registry.</param>
/// <param name="Share">Of the base's corpus: values to 99 take more examples than digits modulo 10.</param>
internal sealed record TransferFamily(string Name, int Share);

/// <summary>What is asked of the study: its seeds, and whether only to see that it works.</summary>
internal sealed record TransferPlan(IReadOnlyList<ulong> Seeds, bool Quick)
{
    public const int Level = 2;

    /// <summary>Budget of a solution: the longest careful one fits, with room.</summary>
    public const int MaxTokens = 48;

    /// <summary>Of all families: how the base's writers are mixed. Those that hold a misconception are a third.</summary>
    private const string Writers = "{ careful: 0.35, slip_prone: 0.20, systematically_wrong: 0.35, gives_up_early: 0.10 }";

    /// <summary>
    /// Families that share sub-skills: sums and products up to 99 and modulo 10, asked for the number or compared with one, and assignments whose right
    /// sides are such sums.
    /// </summary>
    public IReadOnlyList<TransferFamily> Families { get; } = [new("arithmetic", 4), new("variables", 2), new("arithmetic-mod10", 2), new("arithmetic-compare", 4), new("arithmetic-mod10-compare", 2)];

    /// <summary>A family of which the base has seen the format, which shares no skill with the others, and which nothing is rewarded on.</summary>
    public TransferFamily Far { get; } = new("horn-proofs", 1);

    /// <summary>All that are tested.</summary>
    public IEnumerable<string> Tested => [.. Families.Select(f => f.Name), Far.Name];

    /// <summary>Numbers of families that models are rewarded on, beside all of them.</summary>
    public IReadOnlyList<int> Counts => Quick ? [1, 4] : [1, 2, 4];

    /// <summary>Held-out problems of each family, the same for every model and seed; assignments of this level have 122.</summary>
    public int Problems => Quick ? 8 : 120;

    /// <summary>Samples of each.</summary>
    public int Samples => Quick ? 1 : 3;

    public IReadOnlyList<TransferArm> Arms => TransferArm.Of(this);

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyClaim Claim => new(
        StudyClaim.NewestFormat, TransferStudy.Name, Quick, Seeds,
        string.Join('\n', [BaseText(1), .. Arms.Where(a => a.Families.Count >= Families.Count - 1).Select(a => ArmText(a, 1, "base")), FormattableString.Invariant($"{string.Join(',', Counts)} {Problems} {Samples}")]));

    /// <summary>Imitates writers good and bad of all families: where every model begins.</summary>
    public TrainRecipe Base(ulong seed) => TrainRecipe.Parse(BaseText(seed), $"{TransferStudy.Name}, base");

    /// <param name="arm">Which model.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="checkpoint">Of the base.</param>
    public TrainRecipe Recipe(TransferArm arm, ulong seed, string checkpoint) => TrainRecipe.Parse(ArmText(arm, seed, checkpoint), $"{TransferStudy.Name}, {arm.Key}");

    /// <summary>Steps of reinforcement learning, as many for every model.</summary>
    public int Steps => Quick ? 1 : 60;

    private string BaseText(ulong seed) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: base
        seed: {{seed}}
        family:
          name: all
          parts:
        {{Parts([.. Families, Far])}}
        model: { {{(Quick ? "hidden: 32, layers: 1, heads: 2, intermediate: 64" : "hidden: 64, layers: 3, heads: 4, intermediate: 192")}}, context: 96 }
        supervised: { tokens: {{(Quick ? 20_000 : 2_500_000)}}, batch_tokens: 1024 }
        reinforcement: { steps: 0 }
        {{Rest}}
        """);

    private string ArmText(TransferArm arm, ulong seed, string checkpoint) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: {{arm.Key}}
        seed: {{seed}}
        family:
          name: rewarded
          parts:
        {{Parts(arm.Families.Select(f => new TransferFamily(f, 1)))}}
        model: { from: "{{checkpoint}}" }
        supervised: { tokens: 0 }
        reinforcement:
          steps: {{Steps}}
          prompts: {{(Quick ? 5 : 32)}}
          samples: {{(Quick ? 2 : 8)}}
          objective: grpo
          max_tokens: {{MaxTokens}}
          store_samples: false
          optimizer: { kind: adamw, learning_rate: 1e-3 }
          {{(arm.IsHeld ? "options: { kl_coefficient: 0.3 }" : "")}}
        {{Rest}}
        """);

    private static string Parts(IEnumerable<TransferFamily> families) =>
        string.Join('\n', families.Select(f => FormattableString.Invariant($"    - {{ name: {f.Name}, levels: [{Level}], share: {f.Share}, mixture: {Writers} }}")));

    private static string Rest => FormattableString.Invariant($"evaluation: {{ problems: 0, max_tokens: {MaxTokens} }}\nhealth: {{ kl_every: 0 }}\ncheckpoint: {{ every: 100000, keep_last: 1 }}");
}
