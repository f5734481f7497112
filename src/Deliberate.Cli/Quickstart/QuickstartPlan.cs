using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// The runs of the quickstart and their budgets. The recipes inside the program are measured to take <see cref="UsualMinutes"/> on
/// two cores; other minutes scale their tokens and steps before the start, so that results depend on the numbers asked for and
/// never on the clock. Fewer minutes also ask fewer held-out problems; more do not ask more, so that reports compare.
/// </summary>
internal sealed record QuickstartPlan(double Minutes, ulong Seed, IReadOnlyList<string> Overrides, IReadOnlyList<(string Name, TrainRecipe Recipe)> Runs)
{
    public const double UsualMinutes = 8;

    private const int FewestProblems = 40;

    /// <summary>In the order in which they run; the second is the control without thought.</summary>
    public static IReadOnlyList<string> Names { get; } = ["arithmetic", "arithmetic-direct", "countdown"];

    public static QuickstartPlan Create(double minutes, ulong seed, IReadOnlyList<string> overrides) =>
        new(minutes, seed, overrides, [.. Names.Select(name => (name, Scaled(name, minutes / UsualMinutes, seed, overrides)))]);

    private static TrainRecipe Scaled(string name, double scale, ulong seed, IReadOnlyList<string> overrides)
    {
        var file = $"{ShippedRecipes.Folder}/quickstart/{name}.yaml";
        var text = ShippedRecipes.Text(file);
        var usual = TrainRecipe.Parse(text, file);
        // As overrides, so that those of the user come last and win.
        var scaled = new List<string>
        {
            Whole("seed", seed),
            Whole("supervised.tokens", Math.Ceiling(usual.Supervised.Tokens * scale)),
            Whole("reinforcement.steps", Math.Ceiling(usual.Reinforcement.Steps * scale)),
            Whole("evaluation.problems", Math.Min(usual.Evaluation.Problems, Math.Max(FewestProblems, Math.Ceiling(usual.Evaluation.Problems * scale)))),
            Whole("evaluation.vote_problems", Math.Min(usual.Evaluation.VoteProblems, Math.Ceiling(usual.Evaluation.VoteProblems * Math.Min(scale, 1)))),
            Whole("evaluation.quick_problems", Math.Min(usual.Evaluation.QuickProblems, Math.Max(FewestProblems, Math.Ceiling(usual.Evaluation.QuickProblems * scale)))),
            Whole("evaluation.every", Math.Ceiling(usual.Evaluation.Every * Math.Max(scale, 0.25))),
        };
        return TrainRecipe.Parse(text, file, [.. scaled, .. overrides]);
    }

    private static string Whole(string key, double value) => $"{key}={value.ToString("0", CultureInfo.InvariantCulture)}";

    private static string Whole(string key, ulong value) => $"{key}={value.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The command that made it, to run again or go on.</summary>
    public string CommandLine(string output)
    {
        var line = "deliberate quickstart";
        if (Minutes != UsualMinutes) line += string.Create(CultureInfo.InvariantCulture, $" --minutes {Minutes}");
        if (Seed != QuickstartRecord.UsualSeed) line += string.Create(CultureInfo.InvariantCulture, $" --seed {Seed}");
        foreach (var one in Overrides) line += $" --set \"{one}\"";
        return output == QuickstartRecord.UsualFolder ? line : $"{line} --output {ShellCommand.Word(output)}";
    }
}
