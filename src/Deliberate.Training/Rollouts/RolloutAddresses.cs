namespace Deliberate.Training;

/// <summary>The servers that a recipe names, and what does not go with them.</summary>
internal static class RolloutAddresses
{
    public const string Own = "own";

    private static readonly string[] Kinds = ["vllm", "sglang"];

    /// <exception cref="Core.UserError">One is not an address.</exception>
    public static IReadOnlyList<(string Kind, Uri Address)> Of(string rollouts) => [.. rollouts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => Parse(one) ?? throw new Core.UserError(Wrong(one), field: "rollouts"))];

    public static IEnumerable<(string Key, string Problem)> Problems(TrainRecipe recipe)
    {
        var rl = recipe.Reinforcement;
        if (!recipe.SamplesElsewhere)
        {
            if (recipe.RolloutServers is not null) yield return ("rollout_servers", "Nothing samples elsewhere: name servers in rollouts, or leave the key out.");
            if (rl is { Corrects: true, Staleness: 0, Lag: null or 0 } && rl.Sampling.Unfiltered)
                yield return ($"reinforcement.{(rl.SamplerCorrection is not null ? "sampler_correction" : "rollout_correction")}", "Sampler and trainer are one engine, and the policy that samples is the one that is trained: every weight is 1. A correction belongs to staleness, lag, top_p, top_k, min_p, or rollouts elsewhere.");
            yield break;
        }

        string[] all = recipe.Rollouts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (all.Length == 0) yield return ("rollouts", "No server is named: say own, or vllm:http://host:8000.");
        foreach (var one in all.Where(one => Parse(one) is null)) yield return ("rollouts", Wrong(one));
        if (all.Select(one => one.Split(':')[0]).Distinct().Count() > 1) yield return ("rollouts", "Servers of two kinds round differently: name those of one kind.");
        if (rl.Steps == 0) yield return ("rollouts", "There is no reinforcement learning that would sample.");
        if (!rl.Corrects) yield return ("rollouts", "A server's log-probabilities are not the trainer's: name reinforcement.sampler_correction (or rollout_correction), which weighs samples by the difference.");
        if (rl.Temperature != 1 || !rl.Sampling.Unfiltered) yield return ("rollouts", "Servers report the log-probabilities of the model itself: sample at temperature 1, without top_p, top_k or min_p.");
        if (rl.Stop.Count > 0) yield return ("reinforcement.stop", "Servers are asked for tokens, and end samples at tokens: leave stop strings out.");
        if (Advantages(rl)) yield return ("reinforcement.advantage", $"{rl.Advantage} asks for the most likely completion, which is not asked of servers.");
    }

    private static bool Advantages(ReinforcementRecipe rl) => AdvantageEstimators.All.FirstOrDefault(e => e.Name == rl.Advantage) is { NeedsGreedy: true };

    private static (string Kind, Uri Address)? Parse(string one)
    {
        var at = one.IndexOf(':', StringComparison.Ordinal);
        if (at < 0 || !Kinds.Contains(one[..at]) || !Uri.TryCreate(one[(at + 1)..], UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) return null;
        return (one[..at], new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"));
    }

    private static string Wrong(string one) => $"\"{one}\" names no server: say own, vllm:http://host:8000 or sglang:http://host:30000.";
}
