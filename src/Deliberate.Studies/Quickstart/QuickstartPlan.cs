using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// What is asked of the quickstart. Its recipes are measured to take <see cref="UsualMinutes"/> on two cores; other minutes scale
/// their tokens and steps before the start, so that results depend on the numbers asked for and never on the clock. Fewer minutes
/// also ask fewer held-out problems; more do not ask more, so that reports compare.
/// </summary>
/// <param name="Minutes">How long the usual chapters should take.</param>
/// <param name="Seed">Of every run.</param>
/// <param name="Overrides">Of every recipe, as <c>--set</c> takes them.</param>
/// <param name="Text">Gives the text of a recipe by its path, <c>recipes/quickstart/arithmetic.yaml</c>.</param>
internal sealed record QuickstartPlan(double Minutes, ulong Seed, IReadOnlyList<string> Overrides, Func<string, string> Text)
{
    public const double UsualMinutes = 8;

    /// <summary>With less the models hardly learn: the page then shows how it works, not what comes of it.</summary>
    public const double LeastMinutes = 2;

    public const ulong UsualSeed = 1;

    private const int FewestProblems = 40;

    /// <summary>Of budgets, against those of the recipes.</summary>
    public double Scale => Minutes / UsualMinutes;

    /// <summary>The recipe of that name, scaled.</summary>
    public TrainRecipe Recipe(string name)
    {
        var file = $"recipes/quickstart/{name}.yaml";
        var text = Text(file);
        var usual = TrainRecipe.Parse(text, file);
        // As overrides, so that those of the user come last and win.
        var scaled = new List<string>
        {
            Whole("seed", Seed),
            Whole("supervised.tokens", Math.Ceiling(usual.Supervised.Tokens * Scale)),
            Whole("supervised.schedule.warmup", Math.Min(usual.Supervised.Schedule.Warmup, Math.Ceiling(usual.Supervised.Schedule.Warmup * Scale))),
            Whole("reinforcement.schedule.warmup", Math.Min(usual.Reinforcement.Schedule.Warmup, Math.Ceiling(usual.Reinforcement.Schedule.Warmup * Scale))),
            Whole("reinforcement.steps", Math.Ceiling(usual.Reinforcement.Steps * Scale)),
            Whole("evaluation.problems", Math.Min(usual.Evaluation.Problems, Math.Max(FewestProblems, Math.Ceiling(usual.Evaluation.Problems * Scale)))),
            Whole("evaluation.vote_problems", Math.Min(usual.Evaluation.VoteProblems, Math.Ceiling(usual.Evaluation.VoteProblems * Math.Min(Scale, 1)))),
            Whole("evaluation.quick_problems", Math.Min(usual.Evaluation.QuickProblems, Math.Max(FewestProblems, Math.Ceiling(usual.Evaluation.QuickProblems * Scale)))),
            Whole("evaluation.every", Math.Ceiling(usual.Evaluation.Every * Math.Max(Scale, 0.25))),
        };
        return TrainRecipe.Parse(text, file, [.. scaled, .. Overrides]);
    }

    private static string Whole(string key, double value) => $"{key}={value.ToString("0", CultureInfo.InvariantCulture)}";

    private static string Whole(string key, ulong value) => $"{key}={value.ToString(CultureInfo.InvariantCulture)}";
}
