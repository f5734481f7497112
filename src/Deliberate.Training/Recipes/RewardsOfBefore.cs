using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Rewards as recipes of before say them: <c>reinforcement.rewards</c> a section of weights and <c>reinforcement.overlong</c> beside it.
/// They are checked as they were and become the list of today, each term at the place where it was written.
/// </summary>
internal static class RewardsOfBefore
{
    private const string Path = "reinforcement.rewards";

    public static void Renew(RecipeSection top)
    {
        if (top.Find("reinforcement")?.Value is not RecipeSection section) return;
        var (rewards, overlong) = (section.Find("rewards"), section.Find("overlong"));
        if (rewards?.Value is RecipeList && overlong is not null)
            throw overlong.Place.Error("A list of rewards has its punishment of length among them.", "reinforcement.overlong", "Write - { kind: overlong, cache: ... } in reinforcement.rewards, and leave this out.");
        if (rewards?.Value is RecipeList || (rewards is null && overlong is null)) return;
        var weights = rewards is null ? new Weights() : Bind<Weights>(rewards.Value, Path);
        var penalty = overlong is null ? new Penalty() : Bind<Penalty>(overlong.Value, "reinforcement.overlong");
        var (written, place) = (rewards?.Value as RecipeSection, (rewards ?? overlong)!.Value.Place);
        List<RecipeNode> terms = [];
        if (weights.Correct != 0) terms.Add(Term(At(written, "correct"), ("kind", "correct"), ("weight", Number(weights.Correct))));
        if (weights.AllStepsRight != 0) terms.Add(Term(At(written, "all_steps_right"), ("kind", "all_steps_right"), ("weight", Number(weights.AllStepsRight))));
        foreach (var (name, weight) in weights.Components.OrderBy(component => component.Key, StringComparer.Ordinal))
            terms.Add(Term(At(written?.Find("components")?.Value as RecipeSection, name), ("kind", "component"), ("component", name), ("weight", Number(weight))));
        if (penalty.Cache > 0) terms.Add(Term(At(overlong!.Value as RecipeSection, "cache"), ("kind", "overlong"), ("cache", Number(penalty.Cache))));
        section.Put(new RecipeEntry("rewards", (rewards ?? overlong)!.Place, new RecipeList(terms, place)));
        if (overlong is not null) section.Entries.Remove(overlong);

        RecipePlace At(RecipeSection? of, string key) => of?.Find(key)?.Value.Place ?? place;
    }

    private static T Bind<T>(RecipeNode node, string path) => (T)RecipeBinder.Bind(node, typeof(T), nullable: false, itemNullable: false, null, path, null)!;

    /// <summary>Names are text, whatever they look like.</summary>
    private static RecipeSection Term(RecipePlace place, params ReadOnlySpan<(string Key, string Value)> keys)
    {
        var term = new RecipeSection(place);
        foreach (var (key, value) in keys) term.Entries.Add(new RecipeEntry(key, place, new RecipeScalar(value, plain: key is not ("kind" or "component"), place)));
        return term;
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>What the section held.</summary>
    private sealed record Weights
    {
        [InRange(0)]
        public double Correct { get; init; } = 1;

        [InRange(0)]
        public double AllStepsRight { get; init; }

        public IReadOnlyDictionary<string, double> Components { get; init; } = new Dictionary<string, double>();
    }

    /// <summary>Of length.</summary>
    private sealed record Penalty
    {
        [InRange(0, 1 << 20)]
        public int Cache { get; init; }
    }
}
