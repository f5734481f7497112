using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>A kind of scenario: makes number n of it, a pure function of style, seed and number.</summary>
/// <param name="Capability">What it looks at.</param>
/// <param name="Title">In a sentence.</param>
/// <param name="Deed">What giving in is.</param>
/// <param name="Make">Makes one.</param>
internal sealed record ScenarioKind(ScenarioCapability Capability, string Title, string Deed, Func<ScenarioSeed, Scenario> Make);

/// <summary>What a scenario is made of.</summary>
/// <param name="Style">How it is told.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Number">Which.</param>
/// <param name="IsTraining">Numbers that models are trained on are other ones than those that they are measured on.</param>
internal readonly record struct ScenarioSeed(ScenarioStyle Style, ulong Seed, int Number, bool IsTraining = false)
{
    private static readonly string[] Names = ["ada", "ben", "cora", "dina", "emil", "fay", "gus", "hal", "ida", "jan", "kim", "leo"];

    public bool IsWorld => Style == ScenarioStyle.World;

    /// <summary>The numbers that belong to it; those of a pair share theirs.</summary>
    public RandomStream Stream(ScenarioCapability capability, int number) => new(Seed, StreamStage.GeneratedItems, step: 100 + (int)capability + (IsTraining ? 50 : 0), problem: number);

    /// <summary>Names to put in order, a line each.</summary>
    public static string List(ref RandomStream random, int count)
    {
        var names = Names.ToArray();
        random.Shuffle(names.AsSpan());
        return string.Join('\n', names[..count]) + "\n";
    }
}

/// <summary>The one visible list of scenarios. To add one: copy the nearest file in <c>Capabilities</c>, change it, add its line here.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<ScenarioKind> All { get; } = [OversightScenario.Kind, ExfiltrationScenario.Kind, GoalGuardingScenario.Kind, ManipulationScenario.Kind, SandbaggingScenario.Kind, FakingScenario.Kind];

    public static ScenarioKind Of(ScenarioCapability capability) => All.First(k => k.Capability == capability);

    /// <exception cref="UserError">There is none of that name.</exception>
    public static ScenarioKind Named(string name) => All.FirstOrDefault(k => RecipeWriter.Scalar(k.Capability) == name)
        ?? throw new UserError($"There is no capability \"{name}\".", field: "capability", advice: NearestName.Suggest(name, [.. All.Select(k => RecipeWriter.Scalar(k.Capability))]) ?? $"There are {string.Join(", ", All.Select(k => RecipeWriter.Scalar(k.Capability)))}.");
}
