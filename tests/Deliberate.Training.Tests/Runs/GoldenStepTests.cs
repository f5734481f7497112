using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>
/// For every objective with its own advantages, one whole step as a recipe makes it, from rewards to the weights of a tiny model after the
/// optimizer: advantages against the golden values of TRL and verl, loss and gradient against formulas that are held against theirs.
/// </summary>
public sealed class GoldenStepTests
{
    private const int Vocabulary = 11, MaxTokens = 9;
    private const double Rate = 0.5;

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    /// <summary>The golden cases whose options are the objective's own but for ε.</summary>
    [Theory]
    [InlineData("grpo", "policy_trl.json", "grpo_default", "grpo_wide_ratios")]
    [InlineData("dr_grpo", "policy_trl.json", "dr_grpo_default", "dr_grpo_wide_ratios")]
    [InlineData("dapo", "policy_trl.json", "dapo_default", "dapo_wide_ratios")]
    [InlineData("bnpo", "policy_trl.json", "bnpo_default", "bnpo_wide_ratios")]
    [InlineData("cispo", "policy_trl.json", "cispo_default", "cispo_wide_ratios")]
    [InlineData("sapo", "policy_trl.json", "sapo_default", "sapo_wide_ratios")]
    [InlineData("luspo", "policy_trl.json", "luspo_default", "luspo_wide_ratios")]
    [InlineData("vespo", "policy_trl.json", "vespo_default", "vespo_wide_ratios")]
    [InlineData("gmpo", "policy_trl.json", "gmpo_eps_0.4", "gmpo_eps_0.2")]
    [InlineData("rloo", "policy_rloo_trl.json", "rloo_loss_0", "rloo_loss_1")]
    [InlineData("ppo", "policy_verl.json", "ppo_token-mean", "ppo_wide_token-mean")]
    [InlineData("cispo_band", "policy_verl.json", "cispo_token-mean", "cispo_token-mean")]
    [InlineData("reinforce", "policy_verl.json", "reinforce_token-mean", "gpg_token-mean")]
    [InlineData("gspo_token", "policy_verl.json", "gspo_token_0.0003", "gspo_token_0.2")]
    [InlineData("kl_cov", "policy_verl.json", "kl_cov_0.0002", "kl_cov_0.2")]
    public void The_formulas_are_those_of_the_golden_values(string objective, string file, params string[] names)
    {
        var (cases, _, _) = Golden.Read("fixtures", "objectives", file);
        foreach (var name in names)
        {
            var item = cases.Single(c => c.Name() == name);
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var lengths = item.Integers("lengths");
            double Epsilon(params string[] keys) => keys.Select(k => config.Get(k)).First(v => v is not null)!.Value.Number();
            var options = PolicyObjectives.Find(objective).Defaults with { EpsilonLow = Epsilon("clip_ratio_low", "epsilon_low"), EpsilonHigh = Epsilon("clip_ratio_high", "epsilon_high") };
            if (config.Get("kl_cov_ratio") is { } ratio) options = options with { KlCovRatio = ratio.Number() };
            var (l, o) = (inputs.Numbers("logp_new"), inputs.Numbers("logp_old"));
            var gradient = new double[l.Length];
            var loss = new PolicyOracle(options, (int?)config.Get("max_completion_length")?.Number() ?? 1).Evaluate(objective, lengths, l, o, Spread(inputs.Numbers("advantages"), lengths), gradient);
            Golden.Close(gradient, expected.Numbers("grad_logp_new"), 1e-7, $"{name} gradient");
            Golden.Close(loss, expected.Number("loss"), 1e-7, $"{name} loss");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_whole_step_ends_in_the_weights_that_the_formulas_give(string objective)
    {
        // Plain descent: the change of the weights is the gradient.
        var recipe = TrainRecipe.Parse(
            $"name: a\nmodel: {{ context: 32 }}\nmicro_batch_tokens: 64\nevaluation: {{ problems: 0, max_tokens: 9 }}\nreinforcement: {{ objective: {objective}, max_tokens: {MaxTokens}, optimizer: {{ kind: sgd, learning_rate: {Rate}, momentum: 0, clip_norm: 0 }} }}", "a.yaml");
        var stage = recipe.Reinforcement;
        using var device = Device.Cpu(1);
        using var model = TinyModel(device);
        using var graph = new TrainingGraph(model, 64, 16, 32);
        var (groups, lengths, advantages) = Rewarded(stage.Advantage);

        // The policy that sampled is a little off, so that ratios, clips and levels differ.
        var samples = groups.SelectMany(g => g.Rollouts.Select(r => new PolicySample(g.Prompt, r, 0))).ToArray();
        var offsets = PolicyScorer.Offsets(samples);
        var l = new double[offsets[^1]];
        new PolicyScorer(graph, 1).Score(samples, offsets, l, []);
        var old = new double[l.Length];
        for (var i = 0; i < samples.Length; i++)
            for (var t = 0; t < lengths[i]; t++)
            {
                samples[i].Rollout.BehaviourLogProbabilities[t] = (float)(l[offsets[i] + t] + (0.35 * Math.Sin((7 * i) + (3.7 * t))));
                old[offsets[i] + t] = samples[i].Rollout.BehaviourLogProbabilities[t];
            }

        using var critic = Critic.For(recipe, model);
        using var updates = new PolicyUpdates(recipe, graph, null, critic: critic);
        var metrics = new MetricValues();
        new StepAdvantages(stage, critic: critic).Set(groups, metrics);
        double[] made = [.. groups.SelectMany(g => g.Rollouts.SelectMany((r, i) => g.TokenAdvantages?[i] ?? Enumerable.Repeat(g.Advantages[i], r.Tokens.Length)))];
        Golden.Close(made, advantages, 1e-9, $"{objective} advantages");

        // What the step should be, by the formulas, through one backward of the same model.
        var gradient = new double[l.Length];
        var loss = new PolicyOracle(stage.Options, MaxTokens).Evaluate(objective, lengths, l, old, advantages, gradient);
        var expected = Descended(model, samples, offsets, gradient);
        updates.Run(0, groups, metrics, (in update, _, _, _) => update.Applied.ShouldBeTrue());
        metrics.Single(m => m.Key == "rl/loss").Value.ShouldBe(loss, 1e-6 * Math.Max(1, Math.Abs(loss)));
        var after = Weights(model);
        var moved = expected.After.Zip(expected.Before, (a, b) => Math.Abs((double)a - b)).Max();
        moved.ShouldBeGreaterThan(1e-4);
        after.Zip(expected.After, (a, b) => Math.Abs((double)a - b)).Max().ShouldBeLessThan(1e-4 * moved + 1e-7);
    }

    /// <summary>Groups with rewards of a golden case, and an advantage a token.</summary>
    private static (PolicyGroup[] Groups, int[] Lengths, double[] Advantages) Rewarded(string estimator)
    {
        var (file, name) = estimator switch
        {
            "group" => ("advantages_trl.json", "grpo_group_real"),
            "none" => ("advantages_trl.json", "grpo_none_real"),
            "rloo" => ("advantages_trl.json", "rloo_real_norm_False"),
            "reinforce_pp" => ("advantages_verl.json", "reinforce_pp_gamma_1_real"),
            "gae" => ("advantages_verl.json", "reinforce_pp_gamma_1_real"),
            _ => ("advantages_verl.json", estimator + "_real"),
        };
        var item = Golden.Read("fixtures", "objectives", file).Cases.Single(c => c.Name() == name);
        var (inputs, expected) = (item.GetProperty("inputs"), item.GetProperty("expected"));
        var ofTrl = inputs.Get("group_size") is not null;
        var rewards = ofTrl ? inputs.Rows("rewards") : inputs.Numbers("rewards");
        int[] lengths = ofTrl ? [.. rewards.Select((_, i) => 1 + (i * 5 % 8))] : item.Integers("lengths");
        int[] sizes = ofTrl ? [.. Enumerable.Repeat((int)inputs.Number("group_size"), rewards.Length / (int)inputs.Number("group_size"))]
            : inputs.Get("groups") is { } ids ? [.. ids.EnumerateArray().GroupBy(id => id.GetInt32()).Select(g => g.Count())] : [.. rewards.Select(_ => 1)];
        var stream = new RandomStream(5, StreamStage.Test);
        var groups = new List<PolicyGroup>();
        for (int g = 0, at = 0; g < sizes.Length; at += sizes[g++])
        {
            Rollout[] rollouts = [.. Enumerable.Range(at, sizes[g]).Select(i => new Rollout([.. Enumerable.Range(0, lengths[i]).Select(_ => stream.Next(Vocabulary))], new float[lengths[i]], new float[lengths[i]], FinishReason.Stop))];
            groups.Add(new PolicyGroup([1, 2 + g], rollouts, rewards[at..(at + sizes[g])]) { GreedyReward = inputs.Get("reward_baselines") is not null ? inputs.Numbers("reward_baselines")[at] : double.NaN });
        }

        // A critic that knows nothing says 0: what is left of GAE is (γλ)^k of the reward at the end, whitened.
        if (estimator == "gae") return ([.. groups], lengths, Whitened([.. rewards.SelectMany((r, i) => Enumerable.Range(0, lengths[i]).Select(t => r * Math.Pow(0.95, lengths[i] - 1 - t)))]));
        return ([.. groups], lengths, ofTrl ? Spread(expected.Numbers("advantages"), lengths) : expected.Numbers("token_advantages"));
    }

    private static double[] Whitened(double[] values)
    {
        var mean = values.Average();
        var variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
        return [.. values.Select(v => (v - mean) / Math.Sqrt(variance + 1e-8))];
    }

    private static double[] Spread(double[] advantages, int[] lengths) => advantages.Length == lengths.Sum() && advantages.Length != lengths.Length ? advantages : [.. advantages.SelectMany((a, i) => Enumerable.Repeat(a, lengths[i]))];

    private static LanguageModel TinyModel(Device device)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = 16,
            IntermediateSize = 24,
            LayerCount = 1,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadSize = 8,
            TieWordEmbeddings = true,
        });
        model.Initialise(3);
        model.Pack(training: true);
        return model;
    }

    /// <summary>The weights after one step of descent along a gradient of the tokens' log-probabilities, on a copy.</summary>
    private static (float[] Before, float[] After) Descended(LanguageModel model, PolicySample[] samples, int[] offsets, double[] gradient)
    {
        using var copy = TinyModel(model.Device);
        copy.LoadShared(model);
        copy.Pack(training: true);
        using var graph = new TrainingGraph(copy, 512, 16, 32);
        var scorer = new PolicyScorer(graph, 1);
        scorer.Forward(samples, 0, offsets, new double[gradient.Length], []).ShouldBe(samples.Length);
        copy.Parameters.Gradients.Clear(0, copy.Parameters.BufferLength);
        var upstream = new double[2 * graph.Batch.Tokens];
        for (var i = 0; i < samples.Length; i++)
            for (var t = offsets[i]; t < offsets[i + 1]; t++) upstream[2 * (scorer.Row(i) + t - offsets[i])] = gradient[t];
        graph.Head.Upstream.Value.Write(0, upstream);
        graph.Backward();
        var before = Weights(copy);
        var slopes = new float[before.Length];
        copy.Parameters.Gradients.Read(0, slopes);
        return (before, [.. before.Zip(slopes, (w, g) => (float)(w - (Rate * g)))]);
    }

    private static float[] Weights(LanguageModel model)
    {
        var weights = new float[model.Parameters.BufferLength];
        model.Parameters.Values.Read(0, weights);
        return weights;
    }
}
