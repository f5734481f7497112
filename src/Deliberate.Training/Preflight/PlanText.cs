using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A plan in words: a few lines at the beginning of every run, more of them where nothing but the plan was asked for.</summary>
internal static class PlanText
{
    /// <summary>What each stage amounts to, and what it needs.</summary>
    public static IEnumerable<string> Brief(RunPlan plan)
    {
        yield return $"{Weights(plan)}; {string.Join("; ", Stages(plan))}";
        yield return $"memory about {Quantity.Bytes(plan.Memory.Total)}{Ranks(plan)}, disk about {Quantity.Bytes(plan.Disk.Total)}";
        foreach (var remark in plan.Remarks) yield return "note: " + remark;
    }

    /// <summary>Name and text of each line.</summary>
    /// <param name="time">Null where it was not measured.</param>
    public static IEnumerable<(string Name, string Text)> Full(RunPlan plan, MachineLimits machine, TimePlan? time)
    {
        var l = plan.Lengths;
        yield return ("model", $"{Weights(plan)}{(plan.Recipe.Model.From is { } from ? $", from {from}" : "")}; context {plan.Recipe.Model.Context} tokens");
        if (plan.Recipe.Supervised.Data.Count > 0) yield return ("data", $"{string.Join(", ", plan.Recipe.Supervised.Data.Select(f => Path.GetFileName(f)))}: examples of {l.MeanExample.ToString("0", CultureInfo.InvariantCulture)} tokens");
        if (plan.Asked is { } problems) yield return ("problems", string.Create(CultureInfo.InvariantCulture, $"{problems}: prompts of {l.MeanPrompt:0} tokens, at most {l.LongestPrompt}; worked solutions of {l.MeanCompletion:0}"));
        foreach (var note in plan.Problems) yield return ("", note);
        if (plan.Supervised is { } s)
            yield return ("supervised", string.Create(CultureInfo.InvariantCulture, $"{s.Steps} optimizer steps of {s.TokensAStep:N0} tokens, about {s.SequencesAStep:0} sequences each: {Quantity.Count(s.Tokens)} tokens"));
        if (plan.ExpertIteration is { } e)
        {
            yield return ("expert iteration", string.Create(CultureInfo.InvariantCulture, $"{e.Rounds} rounds: {e.Prompts} prompts x {e.Samples} samples = {e.Completions:N0} completions a round, of which at most {e.MostExamples:N0} are kept; {Quantity.Count(e.SampledTokens)} sampled tokens"));
            yield return ("", string.Create(CultureInfo.InvariantCulture, $"{plan.Recipe.ExpertIteration.Epochs} {(plan.Recipe.ExpertIteration.Epochs == 1 ? "epoch" : "epochs")} in optimizer steps of {plan.Recipe.ExpertIteration.BatchTokens:N0} tokens: at most {Math.Ceiling(e.MostUpdates):0} a round"));
        }

        if (plan.Reinforcement is { } r)
        {
            yield return ("reinforcement", string.Create(CultureInfo.InvariantCulture, $"{r.Steps} steps: {r.Prompts} prompts x {r.Samples} samples = {r.Sequences:N0} sequences a step, in {r.Updates} optimizer step{(r.Updates == 1 ? "" : "s")} of {r.SequencesAnUpdate:0.#} sequences"));
            yield return ("", string.Create(CultureInfo.InvariantCulture, $"about {Quantity.Count(r.TrainedTokensAStep)} tokens a step ({Quantity.Count(r.SampledTokensAStep)} of them sampled), at most {Quantity.Count(r.MostTokensAStep)}; {Quantity.Count(r.SampledTokens)} sampled in all"));
        }

        if (plan.Evaluation is { } v) yield return ("evaluation", $"{v.Count} evaluations, {Quantity.Count(v.Completions)} completions in all");
        yield return ("memory", $"about {Quantity.Bytes(plan.Memory.Total)}{Ranks(plan)} of {Quantity.Bytes(machine.Memory)}: {Parts(plan.Memory.Parts)}");
        yield return ("disk", $"about {Quantity.Bytes(plan.Disk.Total)} of {Quantity.Bytes(machine.DiskFree)} free: {Parts(plan.Disk.Parts)}");
        if (time is null) yield break;
        string Time(double seconds) => Quantity.Duration(TimeSpan.FromSeconds(seconds));
        List<string> stages = [];
        if (plan.Supervised is not null) stages.Add($"supervised {Time(time.Supervised)}");
        if (plan.ExpertIteration is not null) stages.Add($"expert iteration {Time(time.ExpertIteration)}");
        if (plan.Reinforcement is not null) stages.Add($"reinforcement {Time(time.Reinforcement)}");
        if (plan.Evaluation is not null) stages.Add($"evaluations {Time(time.Evaluation)}");
        yield return ("time", $"about {Time(time.Total)}: {string.Join(", ", stages)}");
        yield return ("", $"measured just now: {Quantity.Rate(time.TrainTokens, "tokens")} trained, {Quantity.Rate(time.SampleTokens, "tokens")} sampled; off by as much as thought grows, and as others use the machine");
    }

    private static string Weights(RunPlan plan) =>
        $"{Quantity.Count(plan.Parameters)} weights{(plan.Recipe.Adapter is null ? "" : $", of which none but an adapter's {Quantity.Count(plan.Trained)} beside them are trained")}";

    /// <summary>Whose memory it is where there are several, and what of it each has a part of alone.</summary>
    private static string Ranks(RunPlan plan) => plan.Ranks == 1 ? "" : string.Create(
        CultureInfo.InvariantCulture, $" for each of {plan.Ranks} ranks{(plan.Recipe.Ranks is { ShardOptimizer: true } && plan.Memory.Parts.FirstOrDefault(p => p.Name == "optimizer") is { } own ? $", {Quantity.Bytes(own.Bytes)} of them its part of the optimizer" : "")}");

    private static IEnumerable<string> Stages(RunPlan plan)
    {
        if (plan.Supervised is { } s) yield return string.Create(CultureInfo.InvariantCulture, $"supervised: {s.Steps} steps of {s.TokensAStep:N0} tokens");
        if (plan.ExpertIteration is { } e) yield return string.Create(CultureInfo.InvariantCulture, $"expert iteration: {e.Rounds} rounds of {e.Prompts} prompts x {e.Samples} samples");
        if (plan.Reinforcement is { } r) yield return string.Create(CultureInfo.InvariantCulture, $"reinforcement: {r.Steps} steps of {r.Prompts} prompts x {r.Samples} samples, {r.SequencesAnUpdate:0.#} sequences an optimizer step, about {Quantity.Count(r.TrainedTokensAStep)} tokens a step");
    }

    private static string Parts(IEnumerable<PlanPart> parts) => string.Join(", ", parts.OrderByDescending(p => p.Bytes).Select(p => $"{p.Name} {Quantity.Bytes(p.Bytes)}"));
}
