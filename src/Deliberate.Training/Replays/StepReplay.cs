using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>A number that a step recorded, and what training it again gives.</summary>
internal sealed record ReplayedNumber(string Name, double Recorded, double Again)
{
    public bool IsSame => BitConverter.DoubleToInt64Bits(Recorded) == BitConverter.DoubleToInt64Bits(Again);
}

/// <summary>
/// One step of reinforcement learning trained again from its stored samples: the checkpoint before it, the token ids,
/// log-probabilities and rewards of samples.jsonl, advantages computed anew. Nothing in the run's folder is changed. On the
/// instruction set that the run was made on, and with its own settings, every number is the same bit for bit; other settings
/// show what they would have made of the same samples.
/// </summary>
/// <param name="Checkpoint">That it began from.</param>
/// <param name="Groups">Trained on.</param>
/// <param name="Samples">The same.</param>
/// <param name="Numbers">Loss, gradient norm and what else the policy update recorded.</param>
/// <param name="DifferentAdvantages">How many samples' advantages are not the stored ones.</param>
/// <param name="After">The checkpoint after it, where there is one; null otherwise.</param>
/// <param name="WeightsDiffer">How many of the updated weights are not those of that checkpoint.</param>
/// <param name="Device">Of this machine, and of the run.</param>
internal sealed record StepReplay(
    int Step, string Checkpoint, int Groups, int Samples, IReadOnlyList<ReplayedNumber> Numbers, int DifferentAdvantages, string? After, long WeightsDiffer, (string Here, string Run) Device)
{
    public bool IsSame => Numbers.All(n => n.IsSame) && DifferentAdvantages == 0 && WeightsDiffer == 0;

    /// <param name="folder">Of the run.</param>
    /// <param name="step">From 1.</param>
    /// <param name="overrides">Settings to try instead of the run's own.</param>
    /// <exception cref="UserError">There is no checkpoint before the step, or its samples were not kept.</exception>
    public static StepReplay Run(string folder, int step, int threads = 0, IReadOnlyList<string>? overrides = null)
    {
        var paths = new RunFolder(folder);
        var recipe = RunRecipe.Read(paths, overrides);
        var name = step == 1 ? recipe.ReinforcementStart : RunFolder.StepName(RunStage.Reinforcement, step - 1);
        if (!Directory.Exists(paths.Checkpoint(name))) throw new UserError($"There is no checkpoint before step {step}.", paths.Checkpoint(name), field: "step", advice: $"Steps that can be trained again: {string.Join(", ", Trainable(paths, recipe))}.");
        var stored = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), step, stage: RunStage.Reinforcement).Where(s => s.Trained).ToList();
        var recorded = RecordedMetrics.Read(paths, overrides is null ? recipe : RunRecipe.Read(paths)).FirstOrDefault(m => m.Step == step && m.Values.Has(SampleMetrics.Reinforcement.Accuracy))
            ?? throw new UserError($"The run has not come to step {step} of reinforcement learning.", Path.Combine(folder, MetricsStream.MetricsFile), field: "step");
        if (stored.Count == 0)
            throw new UserError($"No sample of step {step} was trained on and kept.", Path.Combine(folder, SampleStore.FileName), field: "step", advice: recipe.Reinforcement.StoreSamples ? "All its groups were flat, or the file was cut." : "The recipe says reinforcement.store_samples: false.");
        using var device = Tensors.Device.Shared(recipe.Device, threads);
        var (model, _) = Training.Checkpoint.LoadModel(paths.Checkpoint(name), device, recipe.Adapter?.Storage);
        using var owned = model;
        if (recipe.IsLean) model.BecomeLean();
        model.Pack(training: true);
        using var graph = new TrainingGraph(model, recipe.MicroBatchTokens, RunSession.Segments(recipe.MicroBatchTokens), recipe.Model.Context, recomputation: recipe.Recompute);
        var before = step == 1 ? null : CheckpointState.Read(paths.Checkpoint(name));
        var kl = new KlControl(recipe.Reinforcement, before?.KlCoefficient);
        using var policies = new StagePolicies(recipe, model, () => StagePolicies.LoadStart(recipe, graph, paths));
        using var critic = Critic.For(recipe, model);
        using var teacher = Teacher.Compares(recipe) ? Teacher.Load(recipe, device) : null;
        using var updates = new PolicyUpdates(recipe, graph, policies.Reference, kl, critic);
        var training = Path.Combine(paths.Checkpoint(name), Training.Checkpoint.TrainingFolder);
        if (step > 1)
        {
            OptimizerFile.Read(Path.Combine(training, OptimizerFile.FileName), model.Trained, updates.Optimizer);
            policies.Read(training);
            critic?.Read(training);
        }

        policies.Renew(step - 1);
        var (groups, advantages) = Grouped(stored, recipe.Reinforcement.Rewards);
        var metrics = new MetricValues();
        updates.Rescore(groups);
        if (!recipe.SamplesElsewhere) updates.Recall(step - 1, groups);
        new StepAdvantages(recipe.Reinforcement, kl, policies.Reference, critic, teacher).Set(groups, metrics);
        updates.Run(step - 1, groups, metrics, (in _, _, _, _) => { });
        var numbers = metrics.Where(m => recorded.Values.ContainsKey(m.Key)).Select(m => new ReplayedNumber(m.Key, recorded.Values[m.Key], m.Value)).ToArray();
        var different = groups.SelectMany(g => g.Advantages).Zip(advantages, (again, before) => BitConverter.DoubleToInt64Bits(again) != BitConverter.DoubleToInt64Bits(before)).Count(d => d);
        var after = step == EarlyStopping.StepsOf(paths, recipe) ? RunFolder.Final : RunFolder.StepName(RunStage.Reinforcement, step);
        var hasAfter = Directory.Exists(paths.Checkpoint(after));
        return new StepReplay(step, name, groups.Count, stored.Count, numbers, different, hasAfter ? after : null, hasAfter ? Differing(model, paths.Checkpoint(after)) : 0, (device.Name, RunInfo.Read(paths.Info).Device));
    }

    /// <summary>The steps that have a checkpoint right before them.</summary>
    private static IEnumerable<int> Trainable(RunFolder folder, TrainRecipe recipe)
    {
        if (Directory.Exists(folder.Checkpoint(recipe.ReinforcementStart))) yield return 1;
        foreach (var checkpoint in folder.Checkpoints())
            if (RunFolder.Step(RunStage.Reinforcement, checkpoint) is { } done && done < recipe.Reinforcement.Steps) yield return done + 1;
    }

    /// <summary>The groups in the order of the batch, and each sample's stored advantage.</summary>
    private static (List<PolicyGroup> Groups, double[] Advantages) Grouped(List<SampleRecord> samples, IReadOnlyList<RewardRecipe> terms)
    {
        var groups = new List<PolicyGroup>();
        for (var begin = 0; begin < samples.Count;)
        {
            var end = begin + 1;
            while (end < samples.Count && samples[end].Problem == samples[begin].Problem && samples[end].Sample > samples[end - 1].Sample) end++;
            var group = samples[begin..end];
            groups.Add(new PolicyGroup([.. group[0].PromptTokens], [.. group.Select(Sampled)], [.. group.Select(s => s.Reward)])
            {
                Terms = [.. terms.Select(term => new TermValues(term.Term, term.Weight, [.. group.Select(s => s.ValueOf(term.Term))]))],
                Withheld = [.. group.Select(s => SampleRecord.Find(s.Rewards, RewardNames.Unreadable) ?? 0)],
                GreedyReward = group[0].GreedyReward ?? double.NaN,
                TokenRewards = group.Exists(s => s.Turns.Count > 0) ? [.. group.Select(TokenRewards)] : null,
            });
            begin = end;
        }

        return (groups, [.. samples.Select(s => s.Advantage)]);
    }

    private static Rollout Sampled(SampleRecord sample) =>
        new([.. sample.Tokens], [.. sample.Logp], [.. sample.BehaviourLogp ?? sample.Logp], sample.FinishReason == "stop" ? FinishReason.Stop : FinishReason.Length) { Given = Reasoning.Episode.Given(sample.Turns.Select(turn => (turn.Drawn, turn.Given))) };

    private static double[]? TokenRewards(SampleRecord sample) => sample.Turns.Count == 0 ? null
        : new Reasoning.Episode([.. sample.Turns.Select(turn => new Reasoning.EpisodeTurn("", null, turn.Reward) { OwnTokens = turn.Drawn, GivenTokens = turn.Given })]).TokenRewards(sample.Tokens.Count);

    private static long Differing(LanguageModel model, string checkpoint)
    {
        using ITensorSource weights = PretrainedModel.IsAdapter(checkpoint) ? SafetensorsFile.Open(Path.Combine(checkpoint, AdapterFile.WeightsName)) : Training.Checkpoint.OpenWeights(checkpoint);
        var differing = 0L;
        foreach (var parameter in model.Trained.Parameters)
        {
            float[] here = new float[parameter.Length], there = new float[parameter.Length];
            model.Trained.Values.Read(parameter.Offset, here);
            weights.Read(parameter.Name, there, 0);
            for (var i = 0; i < here.Length; i++)
                if (BitConverter.SingleToInt32Bits(here[i]) != BitConverter.SingleToInt32Bits(there[i])) differing++;
        }

        return differing;
    }
}
