using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What in a policy is unknown or contradicts itself, each with the key that it is about.</summary>
internal static class PolicyProblems
{
    public static IEnumerable<(string Key, string Problem)> Of(PreparednessPolicy policy) =>
        Frame(policy).Concat(Tests(policy)).Concat(Thresholds(policy)).Concat(Gates(policy)).Concat(Order(policy)).Concat(Exceptions(policy));

    /// <summary>What holds of a policy on a day.</summary>
    public static IEnumerable<(string Key, string Problem)> On(PreparednessPolicy policy, DateOnly today)
    {
        if (PolicyNames.Date(policy.EffectiveFrom) > today) yield return ("effective_from", $"The policy is not in force before {policy.EffectiveFrom}.");
        if (PolicyNames.Date(policy.EffectiveUntil) < today) yield return ("effective_until", $"The policy was in force until {policy.EffectiveUntil}.");
        for (var i = 0; i < policy.Exceptions.Count; i++)
            if (PolicyNames.Date(policy.Exceptions[i].Expires) < today) yield return (At("exceptions", i, "expires"), $"The exception {policy.Exceptions[i].Id} expired on {policy.Exceptions[i].Expires}: take it away, or have it granted anew in a new version of the policy.");
    }

    private static IEnumerable<(string Key, string Problem)> Frame(PreparednessPolicy policy)
    {
        if (!PolicyNames.IsName(policy.Policy)) yield return ("policy", $"\"{policy.Policy}\" is no name: lower-case letters, digits and - after a letter.");
        if (policy.Levels.Count < 2) yield return ("levels", "A policy has two levels at least: the one of a model that nothing is shown of, and one above.");
        if (Twice(policy.Levels) is { } level) yield return ("levels", $"The level {level} is named twice.");
        if (policy.EffectiveFrom is not null && PolicyNames.Date(policy.EffectiveFrom) is null) yield return ("effective_from", "This is no date: YEAR-MONTH-DAY.");
        if (policy.EffectiveUntil is not null && PolicyNames.Date(policy.EffectiveUntil) is null) yield return ("effective_until", "This is no date: YEAR-MONTH-DAY.");
        if (PolicyNames.Date(policy.EffectiveUntil) < PolicyNames.Date(policy.EffectiveFrom)) yield return ("effective_until", "The policy ends before it begins.");
        if (policy.Categories.Count == 0) yield return ("categories", "A policy tracks one risk at least.");
        if (Twice(policy.Categories.Select(c => c.Id)) is { } category) yield return ("categories", $"The category {category} is named twice.");
        for (var i = 0; i < policy.Categories.Count; i++)
        {
            if (!PolicyNames.IsName(policy.Categories[i].Id)) yield return (At("categories", i, "id"), $"\"{policy.Categories[i].Id}\" is no name: lower-case letters, digits and - after a letter.");
            if (policy.Categories[i].Owner is { } owner && !policy.Roles.ContainsKey(owner)) yield return (At("categories", i, "owner"), Unknown("role", owner, policy.Roles.Keys));
        }

        foreach (var (name, role) in policy.Roles)
        {
            if (!PolicyNames.IsName(name)) yield return ("roles", $"\"{name}\" is no name of a role: lower-case letters, digits and - after a letter.");
            if (role.PublicKey.Length > 0 && !RoleKeys.IsPublic(role.PublicKey)) yield return ($"roles.{name}.public_key", "This is no public key: deliberate approve keys makes one and prints it.");
        }
    }

    private static IEnumerable<(string Key, string Problem)> Tests(PreparednessPolicy policy)
    {
        if (Twice(policy.Tests.Select(t => t.Id)) is { } test) yield return ("indicators", $"Two tests are called {test}.");
        for (var i = 0; i < policy.Indicators.Count; i++)
        {
            var indicator = policy.Indicators[i];
            if (policy.Categories.All(c => c.Id != indicator.Category)) yield return (At("indicators", i, "category"), Unknown("category", indicator.Category, policy.Categories.Select(c => c.Id)));
            if (policy.Rank(indicator.Level) < 0) yield return (At("indicators", i, "level"), Unknown("level", indicator.Level, policy.Levels));
            if (policy.Rank(indicator.Level) == 0) yield return (At("indicators", i, "level"), $"{indicator.Level} is the lowest level: a model is at it without an indicator.");
            foreach (var problem in indicator.ProblemsOf(At("indicators", i))) yield return problem;
        }

        foreach (var category in policy.Categories)
            if (policy.Indicators.All(i => i.Category != category.Id)) yield return ("indicators", $"Nothing is measured of the category {category.Id}: it could never be told.");
        for (var i = 0; i < policy.Safeguards.Count; i++)
        {
            var safeguard = policy.Safeguards[i];
            if (!PolicyNames.IsName(safeguard.Id)) yield return (At("safeguards", i, "id"), $"\"{safeguard.Id}\" is no name: lower-case letters, digits and - after a letter.");
            if (safeguard.Evidence.Count == 0) yield return (At("safeguards", i, "evidence"), "A safeguard without evidence is a wish.");
            for (var j = 0; j < safeguard.Evidence.Count; j++)
                foreach (var problem in safeguard.Evidence[j].ProblemsOf(string.Create(CultureInfo.InvariantCulture, $"safeguards[{i}].evidence[{j}]"))) yield return problem;
        }
    }

    /// <summary>Of indicators that measure the same, a higher level takes more.</summary>
    private static IEnumerable<(string Key, string Problem)> Thresholds(PreparednessPolicy policy)
    {
        for (var i = 0; i < policy.Indicators.Count; i++)
        {
            for (var j = 0; j < policy.Indicators.Count; j++)
            {
                var (low, high) = (policy.Indicators[i], policy.Indicators[j]);
                if (low.Category != high.Category || low.Measure != high.Measure || policy.Rank(low.Level) >= policy.Rank(high.Level) || !low.States.Intersect(high.States).Any()) continue;
                if (low.Direction != high.Direction) yield return (At("indicators", j, "direction"), $"{high.Id} and {low.Id} measure the same in opposite directions.");
                else if (high.Direction == TestDirection.AtLeast ? high.Threshold <= low.Threshold : high.Threshold >= low.Threshold)
                    yield return (At("indicators", j, "threshold"), $"The thresholds contradict each other: {high.Id} shows {high.Level} where it is no harder to meet than {low.Id}, which shows {low.Level}.");
            }
        }
    }

    private static IEnumerable<(string Key, string Problem)> Gates(PreparednessPolicy policy)
    {
        if (policy.Gates.Count == 0) yield return ("gates", "A policy without a gate decides nothing.");
        for (var i = 0; i < policy.Gates.Count; i++)
        {
            var gate = policy.Gates[i];
            var at = At("gates", i, "levels");
            foreach (var level in gate.Levels.Keys.Where(l => policy.Rank(l) < 0)) yield return (at, Unknown("level", level, policy.Levels));
            foreach (var level in policy.Levels.Where(l => !gate.Levels.ContainsKey(l))) yield return (at, $"The level {level} has no rule at the gate {RecipeWriter.Scalar(gate.Action)}: pass, safeguards or stop.");
            var rules = policy.Levels.Where(gate.Levels.ContainsKey).Select(l => (Level: l, Rule: gate.Levels[l])).ToArray();
            for (var j = 1; j < rules.Length; j++)
                if (rules[j].Rule < rules[j - 1].Rule) yield return (at, $"{rules[j].Level} is above {rules[j - 1].Level} and gets through more easily.");
            if (gate.Safeguards.Count == 0 && gate.Levels.Values.Contains(GateRule.Safeguards)) yield return (At("gates", i, "safeguards"), "A level asks for safeguards, and the gate names none.");
            foreach (var name in gate.Safeguards.Where(s => policy.Safeguards.All(k => k.Id != s))) yield return (At("gates", i, "safeguards"), Unknown("safeguard", name, policy.Safeguards.Select(s => s.Id)));
            foreach (var role in gate.Approvals.Where(r => !policy.Roles.ContainsKey(r))) yield return (At("gates", i, "approvals"), Unknown("role", role, policy.Roles.Keys));
        }
    }

    /// <summary>What may be given away may be deployed, what may be deployed may be used within.</summary>
    private static IEnumerable<(string Key, string Problem)> Order(PreparednessPolicy policy)
    {
        for (var i = 0; i < policy.Gates.Count; i++)
        {
            foreach (var milder in policy.Gates.Where(g => g.Action > policy.Gates[i].Action && g.State == policy.Gates[i].State))
            {
                // Another gate of the same action may be the strict one.
                foreach (var level in policy.Levels.Where(l => policy.Gates[i].Levels.ContainsKey(l)))
                {
                    var most = policy.Gates.Where(g => g.Action == milder.Action && g.State == milder.State).Max(g => g.Levels.GetValueOrDefault(level));
                    if (policy.Gates[i].Levels[level] > most)
                        yield return (At("gates", i, "levels"), $"The gates contradict each other: {level} is {RecipeWriter.Scalar(policy.Gates[i].Levels[level])} for {RecipeWriter.Scalar(policy.Gates[i].Action)} and {RecipeWriter.Scalar(most)} for {RecipeWriter.Scalar(milder.Action)}, which is more.");
                }
            }
        }
    }

    private static IEnumerable<(string Key, string Problem)> Exceptions(PreparednessPolicy policy)
    {
        for (var i = 0; i < policy.Exceptions.Count; i++)
        {
            var one = policy.Exceptions[i];
            if (policy.Categories.All(c => c.Id != one.Category)) yield return (At("exceptions", i, "category"), Unknown("category", one.Category, policy.Categories.Select(c => c.Id)));
            if (policy.Rank(one.Level) < 0) yield return (At("exceptions", i, "level"), Unknown("level", one.Level, policy.Levels));
            if (!policy.Roles.ContainsKey(one.By)) yield return (At("exceptions", i, "by"), Unknown("role", one.By, policy.Roles.Keys));
            if (PolicyNames.Date(one.Expires) is null) yield return (At("exceptions", i, "expires"), "This is no date: YEAR-MONTH-DAY.");
            if (policy.Gates.All(g => g.Action != one.Action)) yield return (At("exceptions", i, "action"), $"The policy has no gate {RecipeWriter.Scalar(one.Action)}.");
        }
    }

    private static string? Twice(IEnumerable<string> names) => names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;

    private static string Unknown(string what, string name, IEnumerable<string> known) => $"There is no {what} \"{name}\". {NearestName.Suggest(name, [.. known])}".TrimEnd();

    private static string At(string list, int index, string? key = null) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]{(key is null ? "" : "." + key)}");
}
