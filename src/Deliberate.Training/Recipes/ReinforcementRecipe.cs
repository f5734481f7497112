using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Reinforcement learning: every step samples completions of fresh problems, grades them, turns rewards into advantages within
/// each problem's group, and makes one or more optimizer steps with the objective.
/// </summary>
[ObjectiveDefaults]
internal sealed record ReinforcementRecipe : ICheckedRecipe
{
    [Description("Sampled batches; 0 skips the stage.")]
    [InRange(0)]
    public int Steps { get; init; } = 100;

    [Description("Passes over the problems of your own to train on, in place of steps, which are then computed; each pass asks every problem once. Steps that --set says count before the file's passes.")]
    [InRange(0, 1_000_000, MinExclusive = true)]
    public double? Epochs { get; init; }

    [Description("Ends the stage when evaluations no longer get better; at the last step if left out.")]
    public EarlyStoppingRecipe? EarlyStopping { get; init; }

    [Description("Problems of a step.")]
    [InRange(1, 1 << 20)]
    public int Prompts { get; init; } = 32;

    [Description("Completions of each problem: a group.")]
    [InRange(1, 4096)]
    public int Samples { get; init; } = 8;

    [Description("Policy objective.")]
    [ObjectiveName]
    public string Objective { get; init; } = "dapo";

    [Description("A .dll of yours that holds the objective: a public static PolicyObjectiveEntry of that name; relative to the recipe.")]
    public string? Assembly { get; init; }

    [Description("The objective's options; those left out are its own defaults.")]
    public PolicyOptions Options { get; init; } = DapoObjective.Entry.Defaults;

    [Description("Advantage estimator; the objective's own if left out.")]
    [AdvantageName]
    public string Advantage { get; init; } = DapoObjective.Entry.Advantage;

    [Description("Factor, a token, of rewards on their way to the tokens before them.")]
    [InRange(0, 1, MinExclusive = true)]
    public double Discount { get; init; } = 1;

    [Description("Trained beside the policy with the advantages of gae; none with others.")]
    public CriticRecipe? Critic { get; init; }

    [Description("Mini-batches, an optimizer step each, that a sampled batch is cut into by problems.")]
    [InRange(1, 1 << 16)]
    public int Updates { get; init; } = 1;

    [Description("Passes over each sampled batch, all its mini-batches each time: PPO's epochs.")]
    [InRange(1, 1000)]
    public int Iterations { get; init; } = 1;

    [Description("Steps that the policy which samples may be older than the one that is trained: it is renewed that many steps after it was.")]
    [InRange(0, 10_000)]
    public int Staleness { get; init; }

    [Description("Samples with an engine and a copy of the weights of its own, so many steps ahead of training: with 1 the next step is sampled while this one trains, from the weights that this one begins with; with 0 they take turns, to the bits of a run without this key.")]
    [InRange(0, 1)]
    public int? Lag { get; init; }

    [Description("Reads each prompt once for all of its samples in the update, packed behind it: the same gradient to rounding, for less time where prompts are long. If left out (auto), on where all weights of a model with a vocabulary of 16,384 tokens or more are trained, as those of pretrained models are; else off.")]
    public AutoSwitch SharedPrompt { get; init; }

    [Description("Makes no pass over samples that the loss has no slope at, such as those of groups that are all right or all wrong where neither a KL nor an entropy bonus is in the loss. They count as before in every mean: the same gradient to rounding, for less time. If left out (auto), on for vocabularies of 16,384 tokens or more, as those of pretrained models are; else off.")]
    public AutoSwitch SkipIdleSamples { get; init; }

    [Description("Token budget of a completion.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 192;

    /// <summary>Below a hundredth, the roundings of logits, divided by it, would drown the differences that are learned from.</summary>
    [Description("Samples and trains on the distribution at this temperature.")]
    [InRange(0.01, 100)]
    public double Temperature { get; init; } = 1;

    [Description("Samples from the most likely tokens whose mass reaches this; 1 for all. Needs a correction.")]
    [InRange(0, 1, MinExclusive = true)]
    public double TopP { get; init; } = 1;

    [Description("Samples from so many most likely tokens; 0 for all. Needs a correction.")]
    [InRange(0)]
    public int TopK { get; init; }

    [Description("Samples from tokens with at least this share of the most likely one's probability; 0 for all. Needs a correction.")]
    [InRange(0, 1)]
    public double MinP { get; init; }

    [Description("Strings that end a completion behind its thought, in evaluations too.")]
    public IReadOnlyList<string> Stop { get; init; } = [];

    [Description("Leaves completions that the budget cut off out of the loss; they stay in their group's mean.")]
    public bool MaskTruncated { get; init; }

    [Description("Distance from a reference policy.")]
    public KlRecipe Kl { get; init; } = new();

    [Description("Importance weights for samples of another policy (filters, staleness), as TRL's; none if left out.")]
    public SamplerCorrectionRecipe? SamplerCorrection { get; init; }

    [Description("The same as verl's, with rejection; none if left out.")]
    public RolloutCorrectionRecipe? RolloutCorrection { get; init; }

    [Description("Replaces problems whose samples are all right or all wrong, whatever else they were rewarded for.")]
    public bool DynamicSampling { get; init; }

    [Description("Most rounds of replacements a step.")]
    [InRange(0, 1000)]
    public int ResamplingRounds { get; init; } = 3;

    [Description("Keeps every completion in samples.jsonl.")]
    public bool StoreSamples { get; init; } = true;

    [Description("Levels that move on with the policy; the family's levels throughout if left out.")]
    public CurriculumRecipe Curriculum { get; init; } = new();

    [Description("What a completion earns: the sum of these, each a kind with its weight and its own options.")]
    public IReadOnlyList<RewardRecipe> Rewards { get; init; } = [new CorrectReward()];

    [Description("Of this stage.")]
    public OptimizerRecipe Optimizer { get; init; } = new() { Kind = OptimizerKind.AdamW, LearningRate = 3e-4, MuonLearningRate = 2e-3 };

    [Description("Of its learning rates, over the steps; a warm-up begins above 0, so that no sampled batch is without effect.")]
    public ScheduleRecipe Schedule { get; init; } = new() { Kind = ScheduleKind.Constant, Warmup = 0, MinimumRatio = 0 };

    /// <summary>How completions are drawn.</summary>
    [JsonIgnore]
    public SamplingOptions Sampling => new() { Temperature = Temperature, TopP = TopP, TopK = TopK, MinP = MinP };

    /// <summary>Whether samples of one prompt share it in the update. Runs of before did not.</summary>
    [JsonIgnore]
    public bool SharesPrompts => SharedPrompt == AutoSwitch.On;

    /// <summary>Whether samples that the loss has no slope at need no pass. Runs of before made one.</summary>
    [JsonIgnore]
    public bool SkipsIdle => SkipIdleSamples == AutoSwitch.On;

    /// <summary>Whether log-probabilities are computed anew before the updates, to weigh samples by their difference from the sampler's.</summary>
    [JsonIgnore]
    public bool Corrects => SamplerCorrection is not null || RolloutCorrection is not null;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var known = PolicyObjectives.All.Select(entry => entry.Name).ToArray();
        if (!PolicyObjectives.Knows(Objective)) yield return ("objective", $"There is no objective \"{Objective}\". {NearestName.Suggest(Objective, known)}");
        var estimators = AdvantageEstimators.All.Select(e => e.Name).ToArray();
        if (!estimators.Contains(Advantage)) yield return ("advantage", $"There is no advantage estimator \"{Advantage}\". {NearestName.Suggest(Advantage, estimators)}");
        var estimator = AdvantageEstimators.Find(Advantage);
        if (PolicyObjectives.Find(Objective).Refusal(estimator, Options) is { } refusal) yield return ("advantage", refusal);
        if (Critic is not null && !estimator.NeedsCritic) yield return ("critic", $"The advantages of {Advantage} have no use for a critic. Name advantage: gae, or leave the critic out.");
        if (Critic is null && estimator.NeedsCritic) yield return ("critic", $"The advantages of {Advantage} are made from a critic's values: leave the key out for one with its defaults.");
        if (Discount != 1 && !estimator.Discounts) yield return ("discount", $"The advantages of {Advantage} belong to whole samples: nothing is discounted. Those that discount are {string.Join(", ", AdvantageEstimators.All.Where(e => e.Discounts).Select(e => e.Name))}.");
        if (Steps > 0 && Samples == 1 && estimator.NeedsGroup) yield return ("samples", "A group of one sample has nothing to compare with: its advantage is 0 and nothing is learned. Draw at least 2.");
        foreach (var problem in RewardProblems()) yield return problem;
        if (DynamicSampling && Samples == 1) yield return ("dynamic_sampling", "A group of one sample is always all right or all wrong: every problem would be replaced.");
        foreach (var problem in OffPolicyProblems(PolicyObjectives.Find(Objective))) yield return problem;
        if (estimator.NeedsTeacher && DynamicSampling) yield return ("dynamic_sampling", $"{Advantage} learns from every sample, right or wrong: leave dynamic sampling out.");
        if (estimator.NeedsTeacher && Kl.InReward > 0) yield return ("kl", $"in_reward: {Advantage} does not look at rewards. Put the KL into the loss (options.kl_coefficient).");
        if (Updates > Prompts) yield return ("updates", $"{Prompts} problems cannot be cut into {Updates} updates.");
    }

    /// <summary>What does not go together of samples of another policy, and of the distance from a reference.</summary>
    private IEnumerable<(string Key, string Problem)> OffPolicyProblems(PolicyObjectiveEntry objective)
    {
        if (Iterations > 1 && !objective.HasRatio) yield return ("iterations", $"{Objective} has no importance ratio: a second pass over the same samples would push on as if the policy had not moved. Use one pass, or an objective with a ratio (ppo, grpo, cispo, ...).");
        if (Staleness > 0 && !objective.HasRatio && !Corrects) yield return ("staleness", $"{Objective} has no importance ratio: samples of an older policy would count as its own. Name sampler_correction or rollout_correction, or an objective with a ratio.");
        if (!Sampling.Unfiltered && !Corrects) yield return (TopP < 1 ? "top_p" : TopK > 0 ? "top_k" : "min_p", "Filtered samples are not the policy's own: training on them as if they were shifts it. Name sampler_correction or rollout_correction.");
        if (SamplerCorrection is not null && RolloutCorrection is not null) yield return ("rollout_correction", "sampler_correction weighs the same difference already: name one of them.");
        if (Stop.Contains("")) yield return ("stop", "A stop string is empty: it would end every completion before it begins.");
        if (Kl.InReward > 0 && Options.KlCoefficient > 0) yield return ("kl", $"in_reward: the KL stands in the loss already (options.kl_coefficient {Options.KlCoefficient}), and would count twice. Set one of them to 0.");
        if (Kl is { InReward: 0 } && Options.KlCoefficient == 0 && (Kl.Target is not null || Kl.RenewEvery > 0)) yield return ("kl", "Nothing compares with a reference: set kl.in_reward or options.kl_coefficient above 0.");
        if (Kl.InReward > 0 && AdvantageEstimators.Find(Advantage).NeedsParts) yield return ("kl", $"in_reward: {Advantage} scales each part of the reward by itself, and the KL would drown or be drowned. Put it into the loss (options.kl_coefficient).");
    }

    /// <summary>The most that a completion can earn, as far as the kinds say; 1 where nothing but punishments is known.</summary>
    public double MostReward()
    {
        var most = Rewards.Sum(term => Math.Max(0, Math.Max(term.Weight * term.Range.Low, term.Weight * term.Range.High)));
        return most > 0 ? most : 1;
    }

    private IEnumerable<(string Key, string Problem)> RewardProblems()
    {
        if (Steps > 0 && Rewards.All(term => term.Weight == 0)) yield return ("rewards", Rewards.Count == 0 ? "The list is empty: nothing is rewarded." : "All weights are 0: nothing is rewarded.");
        for (var i = 0; i < Rewards.Count; i++)
        {
            if (Rewards[i].ProblemWith(MaxTokens) is { } mistake) yield return ($"rewards[{i}].{mistake.Key}", mistake.Problem);
            var name = Rewards[i].Term;
            if (Rewards.Take(i).Any(term => term.Term == name)) yield return ($"rewards[{i}]", $"Two terms of the reward are called \"{name}\": give one of them another name (name: ...), so that samples, metrics and reports can tell them apart.");
        }
    }
}
