using System.Globalization;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of the study: its seeds, and whether only to see that it works.</summary>
internal sealed record VerifyPlan(IReadOnlyList<ulong> Seeds, bool Quick)
{
    public const string Family = "arithmetic-mod10-compare", OtherFamily = "arithmetic-mod10";

    public const int Level = 2;

    /// <summary>Budget of a solution: the longest careful one fits, with room.</summary>
    public const int MaxTokens = 32;

    private const string Flawed = "{ careful: 0.35, slip_prone: 0.25, systematically_wrong: 0.30, gives_up_early: 0.10 }", Careful = "{ careful: 1, slip_prone: 0, systematically_wrong: 0, gives_up_early: 0 }";

    /// <summary>Held-out problems of the family that reward models learn.</summary>
    public int Problems => Quick ? 12 : 400;

    /// <summary>Solutions of each.</summary>
    public int Samples => Quick ? 8 : 256;

    /// <summary>Held-out problems of the other family.</summary>
    public int OtherProblems => Quick ? 6 : 200;

    public int OtherSamples => Quick ? 8 : 64;

    /// <summary>Numbers of samples that are chosen among.</summary>
    public IReadOnlyList<int> Ladder => Quick ? [1, 4, 8] : [1, 4, 16, 64, 256];

    /// <summary>At which the small reward models are compared; the paper's is 500.</summary>
    public int At => Quick ? 8 : 64;

    /// <summary>Solutions that each of the large reward models learns from.</summary>
    public int Large => Quick ? 60 : 12_000;

    /// <summary>Solutions that the small ones learn from.</summary>
    public IReadOnlyList<int> Sizes => Quick ? [10, 20] : [16, 32, 64, 128, 256];

    /// <summary>Problems of which the small ones' solutions are chosen, the same for the active and the uniform choice.</summary>
    public int ChosenProblems => Quick ? 10 : 500;

    /// <summary>Solutions of each to choose from; the paper's are 1,000.</summary>
    public int ChosenSamples => Quick ? 8 : 64;

    public IReadOnlyList<RewardArm> Arms => RewardArm.Of(this);

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyClaim Claim => new(StudyClaim.NewestFormat, VerifyStudy.Name, Quick, Seeds, string.Join('\n', (string[])[LanguageText("policy", 1, Flawed, PolicyTokens), LanguageText("reader", 1, Careful, ReaderTokens), RewardText(Arms[0], 1, "reader", "labels"), FormattableString.Invariant($"{Problems} {Samples} {OtherProblems} {OtherSamples} {Large} {string.Join(',', Sizes)} {ChosenProblems} {ChosenSamples}")]));

    private int PolicyTokens => Quick ? 60_000 : 500_000;

    private int ReaderTokens => Quick ? 60_000 : 2_500_000;

    /// <summary>Draws all solutions: it imitates writers good and bad.</summary>
    public TrainRecipe Policy(ulong seed) => TrainRecipe.Parse(LanguageText("policy", seed, Flawed, PolicyTokens), $"{VerifyStudy.Name}, policy");

    /// <summary>What every reward model begins with and whose surprise it reads: it imitates careful writers only.</summary>
    /// <param name="seed">Of the model.</param>
    /// <param name="tokens">To train on at most; 0 for the study's.</param>
    public TrainRecipe Reader(ulong seed, int tokens = 0) => TrainRecipe.Parse(LanguageText("reader", seed, Careful, tokens == 0 ? ReaderTokens : Math.Min(tokens, ReaderTokens)), $"{VerifyStudy.Name}, reader");

    /// <param name="arm">Which reward model.</param>
    /// <param name="seed">Of its order.</param>
    /// <param name="reader">Checkpoint that it begins with.</param>
    /// <param name="labels">Its file.</param>
    public TrainRecipe Reward(RewardArm arm, ulong seed, string reader, string labels) => TrainRecipe.Parse(RewardText(arm, seed, reader, labels), $"{VerifyStudy.Name}, {arm.Key}");

    /// <summary>The family's problems, or the other one's.</summary>
    public static ITaskFamily FamilyOf(bool other) => FamilyRegistry.Get(other ? OtherFamily : Family);

    private string LanguageText(string name, ulong seed, string mixture, int tokens) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: {{name}}
        seed: {{seed}}
        family:
          name: both
          parts:
            - { name: {{Family}}, levels: [{{Level}}], share: 2, mixture: {{mixture}} }
            - { name: {{OtherFamily}}, levels: [{{Level}}], share: 1, mixture: {{mixture}} }
        model: { {{(Quick ? "hidden: 32, layers: 2, heads: 2, intermediate: 64" : "hidden: 64, layers: 3, heads: 4, intermediate: 192")}}, context: 64 }
        supervised: { tokens: {{tokens}}, batch_tokens: 1024 }
        reinforcement: { steps: 0 }
        evaluation: { problems: 0, max_tokens: {{MaxTokens}} }
        checkpoint: { every: 100000, keep_last: 1 }
        """);

    private string RewardText(RewardArm arm, ulong seed, string reader, string labels) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: {{arm.Key}}
        seed: {{seed}}
        model: { from: "{{reader}}" }
        reward_model: { kind: {{(arm.IsProcess ? "process" : "outcome")}}, surprise: true }
        supervised: { data: ["{{labels}}"], {{Length(arm)}}, batch_tokens: 512, validation: 0, duplicates: keep, optimizer: { kind: adamw, learning_rate: 0.02 } }
        evaluation: { problems: 0, max_tokens: {{MaxTokens}} }
        checkpoint: { every: 100000, keep_last: 1 }
        """);

    /// <summary>Small reward models learn equally long, however few labels they have: else a line over their number shows how long they learned.</summary>
    private string Length(RewardArm arm) => arm.IsSmall
        ? FormattableString.Invariant($"tokens: {(Quick ? 5_000 : 100_000)}")
        : FormattableString.Invariant($"epochs: {(arm.IsProcess ? 2 : 1)}");
}
