using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What a gate says.</summary>
internal enum GateVerdict
{
    Pass,
    Fail,
    Inconclusive,
    Invalid,
}

/// <summary>A safeguard, read.</summary>
internal sealed record SafeguardReading(PolicySafeguard Safeguard, TestFinding Finding, string Why, IReadOnlyList<IndicatorReading> Evidence);

/// <summary>One gate of the policy, read.</summary>
/// <param name="Gate">Which.</param>
/// <param name="Verdict">Of it alone.</param>
/// <param name="DecidedBy">The test, category, safeguard or document that decided.</param>
/// <param name="Why">In words.</param>
internal sealed record GateReading(PolicyGate Gate, GateVerdict Verdict, string DecidedBy, string Why);

/// <summary>
/// What may be done with a model: the levels of its categories, the gates of the action, and who has to sign. A pure function of the
/// policy and the readings; what is not ruled out counts against the model, never for it.
/// </summary>
internal sealed record GateDecision
{
    public required PolicyFile Policy { get; init; }

    public required GateAction Action { get; init; }

    public required IReadOnlyList<IndicatorReading> Readings { get; init; }

    public required IReadOnlyList<CategoryLevel> Categories { get; init; }

    public required IReadOnlyList<SafeguardReading> Safeguards { get; init; }

    public required IReadOnlyList<GateReading> Gates { get; init; }

    /// <summary>Exceptions that lifted a stop.</summary>
    public required IReadOnlyList<PolicyException> Exceptions { get; init; }

    /// <summary>What of the evidence is invalid, a sentence each.</summary>
    public required IReadOnlyList<string> Invalid { get; init; }

    public required GateVerdict Verdict { get; init; }

    public required string DecidedBy { get; init; }

    public required string Why { get; init; }

    /// <summary>Roles that have to sign a result that passes.</summary>
    public IReadOnlyList<string> MustSign => [.. Policy.Policy.Gates.Where(g => g.Action == Action).SelectMany(g => g.Approvals).Distinct()];

    /// <summary>Readings of the state, of indicators or of safeguards.</summary>
    public IndicatorReading? Find(string id, ModelState state) => Readings.FirstOrDefault(r => r.Test.Id == id && r.State == state);

    /// <param name="policy">What is asked.</param>
    /// <param name="action">What is asked for.</param>
    /// <param name="readings">Of every test in every state.</param>
    /// <param name="acts">Precautionary classifications whose signatures hold.</param>
    /// <param name="artefacts">Documents that are there, by name.</param>
    /// <param name="invalid">What else is wrong with the evidence.</param>
    public static GateDecision Of(PolicyFile policy, GateAction action, IReadOnlyList<IndicatorReading> readings, IReadOnlyList<SignedRecord> acts, IReadOnlyCollection<string> artefacts, IReadOnlyList<string> invalid)
    {
        var rules = policy.Policy;
        PolicyGate[] gates = [.. rules.Gates.Where(g => g.Action == action)];
        if (gates.Length == 0) throw new UserError($"The policy has no gate {RecipeWriter.Scalar(action)}.", policy.Path, field: "--for", advice: $"It has {string.Join(", ", rules.Gates.Select(g => RecipeWriter.Scalar(g.Action)).Distinct())}.");
        var categories = Levels(rules, readings, acts);
        SafeguardReading[] safeguards = [.. rules.Safeguards.Select(s => Read(s, readings))];
        var used = new List<PolicyException>();
        GateReading[] read = [.. gates.Select(g => Read(rules, g, categories, safeguards, artefacts, used))];
        string[] broken = [.. readings.Where(r => r.Finding == TestFinding.Invalid).Select(r => $"{r.Test.Id} ({RecipeWriter.Scalar(r.State)}): {r.Why}"), .. invalid];
        var worst = read.OrderByDescending(g => g.Verdict == GateVerdict.Fail).ThenByDescending(g => g.Verdict == GateVerdict.Inconclusive).First();
        return new GateDecision
        {
            Policy = policy,
            Action = action,
            Readings = readings,
            Categories = categories,
            Safeguards = safeguards,
            Gates = read,
            Exceptions = [.. used.Distinct()],
            Invalid = broken,
            Verdict = broken.Length > 0 ? GateVerdict.Invalid : worst.Verdict,
            DecidedBy = broken.Length > 0 ? readings.FirstOrDefault(r => r.Finding == TestFinding.Invalid)?.Test.Id ?? "evidence" : worst.DecidedBy,
            Why = broken.Length > 0 ? broken[0] : worst.Why,
        };
    }

    private static List<CategoryLevel> Levels(PreparednessPolicy policy, IReadOnlyList<IndicatorReading> readings, IReadOnlyList<SignedRecord> acts)
    {
        var all = new List<CategoryLevel>();
        foreach (var category in policy.Categories)
        {
            CategoryLevel? pre = null;
            foreach (var state in Enum.GetValues<ModelState>())
            {
                if (!policy.LooksAt(state)) continue;
                var level = CategoryLevel.Of(policy, category.Id, state, readings);
                foreach (var act in acts.Where(a => a.Text("category") == category.Id && a.Text("state") == RecipeWriter.Scalar(state))) level = level.Under(act, policy, pre);
                if (state == ModelState.Pre) pre = level;
                all.Add(level);
            }
        }

        return all;
    }

    /// <summary>One that fails is told before one that cannot be told.</summary>
    private static SafeguardReading Read(PolicySafeguard safeguard, IReadOnlyList<IndicatorReading> readings)
    {
        IndicatorReading[] own = [.. readings.Where(r => safeguard.Evidence.Any(e => e.Id == r.Test.Id))];
        var worst = own.OrderBy(r => r.Finding switch { TestFinding.Invalid => 0, TestFinding.Below => 1, TestFinding.CannotTell => 2, TestFinding.Approaching => 3, _ => 4 }).FirstOrDefault();
        return worst is null
            ? new SafeguardReading(safeguard, TestFinding.CannotTell, "nothing was measured", own)
            : new SafeguardReading(safeguard, worst.Finding, worst.Finding == TestFinding.Met ? "all of its evidence holds" : $"{worst.Test.Id}: {worst.Why}", own);
    }

    private static GateReading Read(PreparednessPolicy policy, PolicyGate gate, List<CategoryLevel> categories, SafeguardReading[] safeguards, IReadOnlyCollection<string> artefacts, List<PolicyException> used)
    {
        var findings = new List<(GateVerdict Verdict, string DecidedBy, string Why)>();
        foreach (var level in categories.Where(c => c.State == gate.State))
        {
            var (shown, possible) = (Rule(level.Shown), Rule(level.Possible));
            var title = policy.Categories.First(c => c.Id == level.Category).Title;
            if (shown == GateRule.Stop) findings.Add((GateVerdict.Fail, level.DecidedBy.Length > 0 ? level.DecidedBy : level.Category, $"{title} is {policy.Levels[level.Shown]} ({RecipeWriter.Scalar(gate.State)}): the policy stops there"));
            else if (possible == GateRule.Stop) findings.Add((GateVerdict.Inconclusive, level.OpenBecause, $"{title} may be {policy.Levels[level.Possible]} ({RecipeWriter.Scalar(gate.State)}): {level.OpenBecause} does not rule it out"));
            if (shown == GateRule.Safeguards) findings.AddRange(NeededOf(title, policy.Levels[level.Shown]));
            else if (possible >= GateRule.Safeguards && shown == GateRule.Pass)
            {
                // Whether they are needed is open: then what does not hold is open, too.
                if (NeededOf(title, policy.Levels[level.Possible]).FirstOrDefault() is { DecidedBy: { } } lacking) findings.Add((GateVerdict.Inconclusive, level.OpenBecause, $"{title} may be {policy.Levels[level.Possible]}, where safeguards have to hold: {lacking.Why}"));
            }

            GateRule Rule(int rank)
            {
                var rule = gate.Levels[policy.Levels[rank]];
                if (rule != GateRule.Stop || policy.Exceptions.FirstOrDefault(e => e.Action == gate.Action && e.Category == level.Category && policy.Rank(e.Level) >= rank) is not { } exception) return rule;
                used.Add(exception);
                return GateRule.Pass;
            }
        }

        foreach (var name in gate.Artefacts.Where(a => !artefacts.Contains(a))) findings.Add((GateVerdict.Inconclusive, name, $"the document {name} is not there as an attested file"));
        if (findings.Count == 0) return new GateReading(gate, GateVerdict.Pass, "", $"every category lets it through ({RecipeWriter.Scalar(gate.State)})");
        var worst = findings.OrderByDescending(f => f.Verdict == GateVerdict.Fail).First();
        return new GateReading(gate, worst.Verdict, worst.DecidedBy, worst.Why);

        IEnumerable<(GateVerdict Verdict, string DecidedBy, string Why)> NeededOf(string title, string level) =>
            gate.Safeguards.Select(name => safeguards.First(s => s.Safeguard.Id == name)).Where(s => s.Finding != TestFinding.Met)
                .OrderByDescending(s => s.Finding == TestFinding.Below)
                .Select(s => (s.Finding == TestFinding.Below ? GateVerdict.Fail : GateVerdict.Inconclusive, s.Safeguard.Id, $"{title} at {level} asks for the safeguard {s.Safeguard.Id}, which {(s.Finding == TestFinding.Below ? "does not hold" : "cannot be told")}: {s.Why}"));
    }
}
