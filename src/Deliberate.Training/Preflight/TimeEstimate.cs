using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>Seconds of each stage, and the speeds that they follow from.</summary>
/// <param name="TrainTokens">Tokens a second forward and backward, measured.</param>
/// <param name="SampleTokens">Completion tokens a second with all slots in use, measured.</param>
/// <param name="UpdateSeconds">Of one optimizer step, measured.</param>
internal sealed record TimePlan(double TrainTokens, double SampleTokens, double UpdateSeconds, double Supervised, double ExpertIteration, double Reinforcement, double Evaluation)
{
    public double Total => Supervised + ExpertIteration + Reinforcement + Evaluation;
}

/// <summary>
/// How long a plan will take on this machine as busy as it is now, from a probe of a second or two: a model of the plan's shape with
/// made-up weights trains on a micro-batch and samples in all slots. What thought grows or shrinks to is not known beforehand.
/// </summary>
internal static class TimeEstimate
{
    /// <summary>Floating-point operations of each half of the probe, about.</summary>
    private const double Work = 2e11;

    /// <summary>Mean share of slots in use while samples end one after another; measured on the quickstart's runs.</summary>
    private const double LiveShare = 0.6;

    /// <param name="threads">Worker threads, 0 for one a core.</param>
    public static TimePlan Measure(RunPlan plan, int threads, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        using var device = Device.Cpu(threads);
        var (configuration, _) = RunSession.ModelOf(plan.Recipe);
        using var model = new LanguageModel(device, configuration, plan.Recipe.Adapter?.Storage);
        Fill(model.Parameters);
        if (plan.Recipe.Adapter is { } adapter)
        {
            // Weights of zero take as long.
            foreach (var weight in model.Parameters.LinearWeights) device.Kernels.PrepareStored(weight);
            model.Adapt(AdapterLayout.New(model, adapter.Configuration, "adapter"), adapter.Configuration, baseWeights: null);
            Fill(model.Trained);
        }

        if (plan.Recipe.IsLean) model.BecomeLean();
        model.Pack(training: true);
        var (train, update) = Train(plan, model, time);
        var sample = Sample(plan, model, time);
        double Learn(double tokens, double updates) => (tokens / train) + (updates * update);
        var recipe = plan.Recipe;
        return new TimePlan(
            train, sample, update,
            plan.Supervised is { } s ? Learn(s.Tokens, s.Steps) : 0,
            plan.ExpertIteration is { } e ? (e.SampledTokens / sample / LiveShare) + Learn(e.Rounds * e.MostExamples * plan.Lengths.MeanExample * recipe.ExpertIteration.Epochs, e.Rounds * e.MostUpdates) : 0,
            plan.Reinforcement is { } r ? (r.SampledTokens / sample / LiveShare) + Learn(r.Steps * r.TrainedTokensAStep * Passes(recipe), (double)r.Steps * r.Updates * Passes(recipe)) : 0,
            plan.Evaluation is { } v ? v.SampledTokens / sample / LiveShare : 0);
    }

    /// <summary>Passes over a step's samples, the critic's counted: it is as large as the policy.</summary>
    private static double Passes(TrainRecipe recipe) => recipe.Reinforcement.Iterations * (MemoryEstimate.HasCritic(recipe) ? 2.0 : 1);

    /// <summary>Small weights that are not all the same, faster than random ones.</summary>
    private static void Fill(ParameterStore store)
    {
        var piece = new float[1 << 16];
        for (var i = 0; i < piece.Length; i++) piece[i] = ((i * 37 % 101) - 50) / 2500f;
        for (long at = 0; at < store.BufferLength; at += piece.Length) store.Values.Write(at, piece.AsSpan(0, (int)Math.Min(piece.Length, store.BufferLength - at)));
    }

    private static (double TokensASecond, double UpdateSeconds) Train(RunPlan plan, LanguageModel model, TimeProvider time)
    {
        var length = (int)Math.Clamp(plan.Lengths.MeanExample, 2, plan.Recipe.Model.Context);
        var tokens = (int)Math.Clamp(Work / (6.0 * plan.Parameters), length, Math.Max(length, Math.Min(plan.Recipe.MicroBatchTokens, 2048)));
        using var graph = new TrainingGraph(model, tokens, RunSession.Segments(tokens), length, recomputation: plan.Recipe.Recompute);
        using var optimizer = new Optimizer(model.Device, model.Trained, plan.Recipe.Supervised.Optimizer.ToOptions());
        var stream = new RandomStream(1, StreamStage.Test);
        var sequence = new int[length];
        for (var i = 0; i < length; i++) sequence[i] = stream.Next(model.Configuration.VocabularySize);
        var (best, update) = (double.PositiveInfinity, double.PositiveInfinity);
        // The first time is dearer: memory is touched, code compiled.
        for (var round = 0; round < 3; round++)
        {
            var start = time.GetTimestamp();
            graph.Batch.Clear();
            while (graph.Batch.Fits(length)) graph.Batch.AddSequence(sequence, 1, length);
            graph.Forward();
            graph.Backward();
            best = Math.Min(best, time.GetElapsedTime(start).TotalSeconds);
            start = time.GetTimestamp();
            // At rate 0 the weights stay, and the work is the same.
            optimizer.Step(optimizer.GradientNorm(), 0);
            model.Pack(training: true);
            graph.Rest();
            update = Math.Min(update, time.GetElapsedTime(start).TotalSeconds);
        }

        return (graph.Batch.Tokens / best, update);
    }

    private static double Sample(RunPlan plan, LanguageModel model, TimeProvider time)
    {
        var slots = RunSession.SlotsOf(plan.Recipe);
        var budget = (int)Math.Clamp(Work / (2.0 * plan.Parameters * slots), 4, 16);
        using var sampler = new Sampler(model, slots, 2 + budget);
        var requests = Enumerable.Range(0, slots).Select(i => new SampleRequest([0, 1], budget, [new RandomStream(1, StreamStage.Test, problem: i)])).ToArray();
        var best = double.PositiveInfinity;
        for (var round = 0; round < 2; round++)
        {
            var start = time.GetTimestamp();
            sampler.Sample(requests, new SamplingOptions(), []);
            best = Math.Min(best, time.GetElapsedTime(start).TotalSeconds);
        }

        return slots * (double)budget / best;
    }
}
