using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// Whether a log is evidence for a test: of this model, this task and version, these items, neither stale nor from the future. What is
/// not is invalid. What is, but was tried less hard than the test asks, is weak: it can show that a level is met, never that it is not.
/// </summary>
internal static partial class EvidenceMatch
{
    /// <summary>Clocks of two machines differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>Why a log is no evidence at all; null where it is.</summary>
    /// <param name="log">Of the test's task.</param>
    /// <param name="test">What is asked.</param>
    /// <param name="model">The identity of the model in the test's state.</param>
    /// <param name="policy">For what is stale.</param>
    /// <param name="now">What time it is.</param>
    public static string? Invalid(EvidenceLog log, PolicyTest test, string model, PreparednessPolicy policy, DateTimeOffset now)
    {
        if (log.Damage is { } damage) return damage;
        var head = log.Head!;
        if (head.Model.Hash is null) return $"{log.Name} is of {head.Model.Name} ({head.Model.Kind}), whose weights nobody here can see: it cannot be bound to them";
        if (head.Model.Hash != model) return $"{log.Name} is of other weights: {head.Model.Hash[..12]}, not {model[..12]}";
        if (head.Version != test.Measure.TaskVersion) return string.Create(CultureInfo.InvariantCulture, $"{log.Name} is of version {head.Version} of the task, and the policy asks for {test.Measure.TaskVersion}");
        if (test.Measure.ItemsSha256 is { } items && head.ItemsHash != items) return $"{log.Name} asked other items: {Short(head.ItemsHash)}, not {Short(items)}";
        if (log.Finished > now + Slack) return $"{log.Name} is from the future: {log.Finished.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}";
        if (policy.ReassessWhen.Days is { } days && log.Finished < now - TimeSpan.FromDays(days)) return string.Create(CultureInfo.InvariantCulture, $"{log.Name} is stale: finished {(int)(now - log.Finished).TotalDays} days ago, and the policy allows {days}");
        return null;
    }

    /// <summary>What a valid log lacks of what the test asks for, a piece each.</summary>
    public static IEnumerable<string> Weak(LogHead head, PolicyElicitation asked, bool scaffoldCounts)
    {
        if (scaffoldCounts && asked.Scaffold.Length > 0 && !head.Solver.Contains(asked.Scaffold, StringComparison.Ordinal)) yield return $"it was asked without the scaffold {asked.Scaffold} (its solver: {head.Solver})";
        if (head.Epochs < asked.Attempts) yield return string.Create(CultureInfo.InvariantCulture, $"{head.Epochs} of {asked.Attempts} attempts were made");
        if (asked.TokenBudget is { } budget && head.MaxTokens is { } given && given < budget) yield return string.Create(CultureInfo.InvariantCulture, $"it had {given} of {budget} tokens");
        if (asked.ToolRounds is { } rounds && !(Turns().Match(head.Solver) is { Success: true } match && int.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture) >= rounds)) yield return string.Create(CultureInfo.InvariantCulture, $"it had fewer than {rounds} rounds of tools");
    }

    /// <summary>
    /// What a log lacks whose answers the token budget ended: they count as not right, and say nothing of what the model can do. Null where
    /// there are no more of them than samples may be missing, or where the policy says what the budget has to be.
    /// </summary>
    public static string? Cut(EvaluationResult result, PolicyTest test) => test.Elicitation.TokenBudget is null && result.CutShare > test.MaxMissing
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * result.CutShare:0.#}% of its answers were cut {(result.MaxTokens is { } budget ? string.Create(CultureInfo.InvariantCulture, $"at {budget} tokens") : "by the model's own budget")}, more than the allowed {100 * test.MaxMissing:0.#}%, and the policy sets no token_budget")
        : null;

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    [GeneratedRegex(@"; (?<n>[0-9]{1,9}) turns\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Turns();
}
