using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>
/// Writes run folders as a training run would, with real problems, worked solutions of real writers in the place of a model's
/// samples, and real grades: a share of careful solutions that grows from before to after.
/// </summary>
internal static class ReportRuns
{
    public const int Steps = 40, Every = 10, Problems = 60, Quick = 30, VoteProblems = 20, VoteSamples = 8;

    /// <summary>The three runs of a quickstart; their folders.</summary>
    public static string[] Quickstart(string folder, double after = 0.97) =>
    [
        Write(Path.Combine(folder, "arithmetic"), "arithmetic", thinks: true, 0.3, after),
        Write(Path.Combine(folder, "arithmetic-direct"), "arithmetic", thinks: false, 0.2, 0.45),
        Write(Path.Combine(folder, "countdown"), "countdown", thinks: true, 0.1, Math.Min(after, 0.9)),
    ];

    /// <param name="folder">Where.</param>
    /// <param name="family">The problems.</param>
    /// <param name="thinks">False for a control.</param>
    /// <param name="before">Share of careful samples (right answers of a control) before RL.</param>
    /// <param name="after">The same after.</param>
    /// <param name="evaluations">How many of the evaluations are there yet.</param>
    public static string Write(string folder, string family, bool thinks, double before, double after, int evaluations = 99)
    {
        var recipe = TrainRecipe.Parse(
            $$"""
            name: {{Path.GetFileName(folder)}}
            seed: 7
            family: { name: {{family}}, levels: [3], chain_of_thought: {{(thinks ? "true" : "false")}} }
            supervised: { tokens: 200000 }
            reinforcement: { steps: {{Steps}}, max_tokens: 200 }
            evaluation: { problems: {{Problems}}, quick_problems: {{Quick}}, vote_problems: {{VoteProblems}}, vote_samples: {{VoteSamples}}, max_tokens: 200, budgets: [25, 50, 100, 200], every: {{Every}} }
            """,
            "recipe.yaml");
        var paths = new RunFolder(folder);
        Directory.CreateDirectory(Path.Combine(folder, RunFolder.EvaluationsFolder));
        File.WriteAllText(paths.Recipe, RecipeWriter.Write(recipe));
        new RunInfo { DeliberateVersion = "0.1.0", Device = "CPU, test", Seed = 7, Started = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero) }.Write(paths.Info);
        FactsOfRun.Of(recipe, inputs: null).Write(paths.Facts);
        var written = 0;
        for (var step = 0; step <= Steps && written < evaluations; step += Every, written++)
        {
            var name = step == 0 ? RunFolder.Base : step == Steps ? RunFolder.Final : RunFolder.StepName(RunStage.Reinforcement, step);
            var isQuick = step > 0 && step < Steps;
            EvaluationFile.Write(paths.Evaluation(name), Samples(recipe, before + ((after - before) * step / Steps), isQuick, step));
        }

        Metrics(folder, evaluations == 99 ? Steps : (written - 1) * Every);
        return folder;
    }

    private static IEnumerable<ScoredSample> Samples(TrainRecipe recipe, double quality, bool isQuick, int step)
    {
        var family = recipe.Family.Instance;
        for (var i = 0; i < (isQuick ? Quick : Problems); i++)
        {
            var problem = family.Generate(Split.Test, recipe.Family.TestLevel, recipe.Evaluation.Seed, i);
            for (var s = 0; s < (!isQuick && i < VoteProblems ? VoteSamples : 1); s++)
            {
                var random = new RandomStream(7, StreamStage.Test, step, i, s);
                var isGood = random.NextDouble() < quality;
                var solution = family.Write(problem, isGood ? Writer.Careful : Writer.GivesUpEarly, ref random);
                // Bad ones stop halfway and guess, or follow the misconception to its end.
                var bad = random.NextBool(0.7) ? ChainOfThought.Format(solution.Steps.Take(solution.Steps.Count / 2), "1") : family.Write(problem, Writer.SystematicallyWrong, ref random).Completion;
                var text = isGood ? (recipe.Family.ChainOfThought ? solution.Completion : problem.Answer) : recipe.Family.ChainOfThought ? bad : "1";
                var truncated = recipe.Family.ChainOfThought && random.NextBool(0.03);
                if (truncated) text = text[..(text.Length / 2)];
                var sample = new Sample { Problem = problem, Attempt = s, Completion = text, Answer = ChainOfThought.Parse(text, truncated).Answer, CompletionTokens = text.Length / 2, Truncated = truncated };
                yield return new ScoredSample(sample, new FamilyScorer(family).Judge(sample));
            }
        }
    }

    private static void Metrics(string folder, int steps)
    {
        using var metrics = new MetricsStream(Path.Combine(folder, MetricsStream.MetricsFile));
        using var timings = new MetricsStream(Path.Combine(folder, MetricsStream.TimingsFile));
        for (var step = 1; step <= 48; step++) metrics.Append(step, [new("sft/loss", 0.1 + (2 / (1 + (0.3 * step)))), new("sft/grad_norm", 1)]);
        for (var step = 1; step <= steps; step++)
        {
            var wobble = 1 + (0.2 * Math.Sin(step * 1.9));
            metrics.Append(step,
            [
                new("rl/reward_mean", 0.3 + (0.6 * (1 - Math.Exp(-step / 15.0)))), new("rl/truncated", 0.1 * Math.Exp(-step / 9.0) * wobble), new("rl/frac_reward_zero_std", Math.Min(0.6, 0.1 + (0.01 * step))),
                new("rl/grad_norm", 0.6 * wobble), new("policy/entropy", 0.4 * Math.Exp(-step / 40.0)), new("policy/approx_kl_k3", 0), new("policy/clip_fraction", 0),
            ]);
            timings.Append(step, [new("rl/seconds", 2.5)]);
        }
    }
}
