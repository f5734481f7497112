using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Works out what a recipe amounts to, and refuses what cannot be done, by name and with the numbers, before time is spent.</summary>
internal static class Planner
{
    /// <summary>Bytes of a line of the sample store: for each token of the completion its id and log-probability, and the rest.</summary>
    private const double BytesAToken = 28, BytesASample = 420;

    /// <summary>Bytes of a graded sample of an evaluation, and of the lines of metrics and timings of a step.</summary>
    private const double BytesAGraded = 900, BytesAStep = 1400;

    /// <param name="file">What messages call the recipe; null where it is no file.</param>
    /// <param name="ranks">That share the work; memory is that of each.</param>
    /// <exception cref="UserError">A prompt and a budget do not fit the context, or the starting point does not fit the recipe.</exception>
    public static RunPlan Plan(TrainRecipe recipe, string? file = null, int ranks = 1)
    {
        recipe = RewardModelScores.Resolve(StartingPoint.Resolve(recipe));
        var (configuration, text) = RunSession.ModelOf(recipe);
        recipe = VocabularyDefaults.Resolve(recipe, configuration);
        if (recipe.RewardModel is { } reward) configuration = RewardModels.ConfigurationOf(configuration, reward);
        (recipe, var teacher) = Teacher.Resolve(recipe, text);
        using var inputs = RunInputs.Load(recipe, text, imitates: true, new RunObserver());
        recipe = inputs.Recipe;
        recipe.Problems?.Verifier?.Check();
        var lengths = PromptBudget.Measure(recipe, new ProblemEncoder(text), inputs);
        PromptBudget.Check(recipe, lengths, file);
        var memory = MemoryEstimate.Of(recipe, configuration, lengths.LongestPrompt, out var parameters, out var trained, teacher, ranks);
        var plan = new RunPlan
        {
            Recipe = recipe,
            Parameters = parameters,
            Trained = trained,
            Lengths = lengths,
            Asked = recipe.AsksProblems ? inputs.Problems.Name : recipe.ReadsCorpus ? recipe.Family.Name : null,
            Problems = [.. inputs.Problems.Source.Notes],
            Supervised = Supervised(recipe, lengths),
            ExpertIteration = Expert(recipe, lengths),
            Reinforcement = Reinforcement(recipe, lengths),
            Evaluation = Evaluation(recipe, lengths),
            Memory = memory,
            Ranks = ranks,
            Disk = new DiskPlan([]),
            Remarks = [.. Remarks(recipe, lengths)],
            Reading = new PlanReading(text, inputs.Examples),
        };
        return plan with { Disk = Disk(plan) };
    }

    /// <summary>Refuses a plan that the machine cannot carry out.</summary>
    public static void Refuse(RunPlan plan, MachineLimits machine, string? file = null)
    {
        if (plan.Memory.Total > machine.Memory)
        {
            var parts = string.Join(", ", plan.Memory.Parts.Take(4).Select(p => $"{p.Name} {Quantity.Bytes(p.Bytes)}"));
            var advice = plan.Memory.Parts[0].Name switch
            {
                "activations" => "Lower micro_batch_tokens, or say recompute: layers; the gradient stays the same, to rounding.",
                "key-value cache" or "sampling" => "Lower the token budgets or model.context.",
                "start policy" => "Set health.kl_every, options.kl_coefficient and kl.in_reward to 0, or train a smaller model.",
                "teacher" => "Learn from a smaller teacher, or lower micro_batch_tokens.",
                "base" => "Hold the base narrower: adapter.base bf16 or q8_0.",
                "critic" => "Use advantages without a critic (reinforcement.advantage), or train a smaller model.",
                "optimizer" when plan.Ranks > 1 && plan.Recipe.Ranks is not { ShardOptimizer: true } => "Say ranks: { shard_optimizer: true }, so that each rank has its part of the optimizer alone; or use optimizer.kind sgd.",
                "optimizer" => "Use optimizer.kind sgd, or train a smaller model.",
                _ => "Train a smaller model (model.hidden, model.layers), or use a machine with more memory.",
            };
            throw new UserError($"the run needs about {Quantity.Bytes(plan.Memory.Total)} of memory, {(machine.Card is not null ? $"{machine.Card} has free" : machine.Ranks > 1 ? $"this machine has for each of its {machine.Ranks} ranks" : "this machine has")} {Quantity.Bytes(machine.Memory)} ({parts}).", file, field: "model", advice: advice);
        }

        var checkpoints = plan.Disk.Parts.First(p => p.Name == "checkpoints").Bytes;
        if (checkpoints > machine.DiskFree)
            throw new UserError($"the run's checkpoints need about {Quantity.Bytes(checkpoints)}, and {Quantity.Bytes(machine.DiskFree)} are free on the disk.", file, field: "checkpoint", advice: "Free some space, choose another folder, or lower checkpoint.keep_last and keep_best.");
    }

    private static SupervisedPlan? Supervised(TrainRecipe recipe, LengthPlan lengths)
    {
        var supervised = recipe.Supervised;
        return supervised.Steps == 0 ? null : new SupervisedPlan(supervised.Steps, Math.Max(1, supervised.BatchTokens / lengths.MeanExample), supervised.BatchTokens, (long)supervised.Steps * supervised.BatchTokens);
    }

    private static ExpertPlan? Expert(TrainRecipe recipe, LengthPlan lengths)
    {
        var expert = recipe.ExpertIteration;
        if (expert.Rounds == 0) return null;
        var completions = (long)expert.Prompts * expert.Samples;
        var kept = (long)expert.Prompts * (expert.MostPerProblem ?? expert.Samples);
        return new ExpertPlan(
            expert.Rounds, expert.Prompts, expert.Samples, completions, expert.Rounds * completions * Math.Min(lengths.MeanCompletion, expert.MaxTokens), kept,
            Math.Max(1, expert.Epochs * kept * lengths.MeanExample / expert.BatchTokens));
    }

    private static ReinforcementPlan? Reinforcement(TrainRecipe recipe, LengthPlan lengths)
    {
        var rl = recipe.Reinforcement;
        if (rl.Steps == 0) return null;
        var sequences = rl.Prompts * rl.Samples;
        var completion = Math.Min(lengths.MeanCompletion, rl.MaxTokens);
        return new ReinforcementPlan(
            rl.Steps, rl.Prompts, rl.Samples, sequences, rl.Updates, (double)sequences / rl.Updates, sequences * completion, sequences * (lengths.MeanPrompt + completion),
            sequences * (lengths.MeanPrompt + rl.MaxTokens), (double)rl.Steps * sequences * completion);
    }

    private static EvaluationPlan? Evaluation(TrainRecipe recipe, LengthPlan lengths)
    {
        var e = recipe.Evaluation;
        if (e.Problems == 0) return null;
        var (rl, rounds) = (recipe.Reinforcement.Steps, recipe.ExpertIteration.Rounds);
        // The first and the last, one between the two stages where both are there, and that of a model which imitates first.
        var whole = 1 + (rl > 0 ? 1 : 0) + (rounds > 0 ? 1 : 0) + (recipe.MeasuresStart ? 1 : 0);
        var quick = e.Every == 0 ? 0 : Math.Max(0, rounds - 1) + Math.Max(0, (rl - 1) / e.Every);
        var votes = (long)e.VoteProblems * Math.Max(0, e.VoteSamples - e.Samples);
        var completions = (whole * (((long)e.Problems * e.Samples) + votes)) + ((long)quick * Math.Min(e.QuickProblems, e.Problems) * e.Samples);
        return new EvaluationPlan(whole + quick, completions, completions * Math.Min(lengths.MeanCompletion, e.MaxTokens));
    }

    private static DiskPlan Disk(RunPlan plan)
    {
        var recipe = plan.Recipe;
        var keep = recipe.Checkpoint;
        // Weights and up to two moments; base, expert, final, and what is kept of the others, one more while it is written.
        var named = 2 + (recipe.ExpertIteration.Rounds > 0 && recipe.Reinforcement.Steps > 0 ? 1 : 0);
        // A critic, and policies of earlier moments, that a checkpoint of reinforcement learning keeps besides.
        var copies = 3.0 + (recipe.Reinforcement.Staleness > 0 || recipe.Reinforcement.Lag is not null ? 1 : 0) + (recipe.Reinforcement.Kl.RenewEvery > 0 ? 1 : 0) + (MemoryEstimate.HasCritic(recipe) ? 3 : 0);
        var parts = new List<PlanPart> { new("checkpoints", (named + keep.KeepLast + keep.KeepBest + 1) * copies * sizeof(float) * plan.Trained) };
        double completions = 0, tokens = 0;
        if (plan.ExpertIteration is { } expert) (completions, tokens) = (expert.Rounds * (double)expert.Completions, expert.SampledTokens);
        if (plan.Reinforcement is { } rl && recipe.Reinforcement.StoreSamples) (completions, tokens) = (completions + ((double)rl.Steps * rl.Sequences), tokens + rl.SampledTokens);
        if (completions > 0) parts.Add(new("samples", (completions * BytesASample) + (tokens * BytesAToken)));
        var steps = recipe.Supervised.Steps + recipe.Reinforcement.Steps + (recipe.ExpertIteration.Rounds * (plan.ExpertIteration?.MostUpdates ?? 0));
        parts.Add(new("metrics and evaluations", (steps * BytesAStep) + ((plan.Evaluation?.Completions ?? 0) * BytesAGraded)));
        return new DiskPlan(parts);
    }

    private static IEnumerable<string> Remarks(TrainRecipe recipe, LengthPlan lengths)
    {
        var (rl, expert) = (recipe.Reinforcement, recipe.ExpertIteration);
        if (recipe.Supervised.Steps == 0 && expert.Rounds == 0 && rl.Steps == 0) yield return "Every stage is skipped: the run only evaluates the model.";
        if (recipe.Supervised.Steps == 0 && recipe.Model.From is null) yield return "The model starts from random weights and has no supervised stage: its answers will be wrong, and there is nothing to reinforce.";
        if (rl.Steps > 0 && rl.Prompts % rl.Updates != 0) yield return string.Create(CultureInfo.InvariantCulture, $"{rl.Prompts} problems in {rl.Updates} updates are {rl.Prompts / rl.Updates} or {(rl.Prompts / rl.Updates) + 1} each: the updates weigh their samples differently.");
        if (rl.Steps > 0 && !Teacher.Compares(recipe) && RewardAdvice.OfCorrectness([.. rl.Rewards.Where(term => term.Weight != 0).Select(term => (term.Term, term.Correctness))]) is { } untied) yield return untied;
        if (rl.Steps > 0 && rl.Samples is 2 or 3) yield return string.Create(CultureInfo.InvariantCulture, $"Groups of {rl.Samples} are often all right or all wrong, and then teach nothing: 8 or more samples are usual.");
        foreach (var (name, budget, used) in new[] { ("reinforcement", rl.MaxTokens, rl.Steps > 0), ("expert_iteration", expert.MaxTokens, expert.Rounds > 0), ("evaluation", recipe.Evaluation.MaxTokens, recipe.Evaluation.Problems > 0) })
            if (used && budget < lengths.MeanCompletion) yield return string.Create(CultureInfo.InvariantCulture, $"{name}.max_tokens is {budget}, and worked solutions have {lengths.MeanCompletion:0} tokens on average: most completions will be cut off.");
        if (rl.Steps > 0 && recipe.Evaluation.Problems > 0 && rl.MaxTokens != recipe.Evaluation.MaxTokens) yield return string.Create(CultureInfo.InvariantCulture, $"Training has a budget of {rl.MaxTokens} tokens, the evaluation one of {recipe.Evaluation.MaxTokens}: they measure different things.");
    }
}
