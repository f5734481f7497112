using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The figures of an evaluation, of each problem's first samples: those drawn for votes alone are not among them.</summary>
/// <param name="Name">base, ei-round-001, rl-000020, ..., final.</param>
/// <param name="Problems">How many.</param>
/// <param name="Samples">In all, those that the verifier failed on left out.</param>
/// <param name="Right">Samples with a right answer.</param>
/// <param name="AllStepsRight">Samples with a right answer and every step right.</param>
/// <param name="Truncated">Samples that the budget cut off.</param>
/// <param name="ThoughtTokensRight">Mean length of the right ones, in tokens; NaN without any.</param>
/// <param name="ThoughtTokensWrong">Mean length of the others.</param>
/// <param name="Budgets">For each smaller budget, how many samples are right within it.</param>
public sealed record EvaluationSummary(
    string Name, int Problems, int Samples, int Right, int AllStepsRight, int Truncated, double ThoughtTokensRight, double ThoughtTokensWrong, IReadOnlyList<(int Budget, int Right)> Budgets)
{
    /// <summary>Share of right answers; pass@1.</summary>
    public double Accuracy => (double)Right / Samples;

    /// <summary>Samples without an answer that could be read; not right, and told apart from wrong ones.</summary>
    public int Unscored { get; init; }

    /// <summary>Samples that the budget cut off within their thought; not right either, and not among <see cref="Unscored"/>.</summary>
    public int CutWhileThinking { get; init; }

    /// <summary>Samples that the verifier failed on; not among <see cref="Samples"/>.</summary>
    public int HarnessErrors { get; init; }

    internal static EvaluationSummary Of(string name, IEnumerable<GradedSample> graded, int samples, IReadOnlyList<int> budgets)
    {
        int count = 0, right = 0, steps = 0, truncated = 0, unscored = 0, cut = 0, errors = 0;
        double rightTokens = 0, wrongTokens = 0;
        var problems = new HashSet<long>();
        var within = new int[budgets.Count];
        foreach (var sample in graded)
        {
            if (sample.Sample >= samples) continue;
            if (!sample.Grade.IsGraded)
            {
                errors++;
                continue;
            }

            if (sample.Grade.Outcome == SampleOutcome.Unscored) unscored++;
            if (sample.Grade.Outcome == SampleOutcome.CutWhileThinking) cut++;
            count++;
            problems.Add(sample.Problem.Index);
            if (sample.Grade.AllStepsRight) steps++;
            if (sample.Truncated) truncated++;
            if (sample.Grade.Correct > 0)
            {
                right++;
                rightTokens += sample.CompletionTokens;
            }
            else
            {
                wrongTokens += sample.CompletionTokens;
            }

            for (var i = 0; i < within.Length; i++)
                if (ProblemEvaluator.RightWithin(sample, budgets[i])) within[i]++;
        }

        return new EvaluationSummary(name, problems.Count, count, right, steps, truncated, rightTokens / right, wrongTokens / (count - right), [.. budgets.Select((budget, i) => (budget, within[i]))]) { Unscored = unscored, CutWhileThinking = cut, HarnessErrors = errors };
    }

    /// <summary>The names that <see cref="Values"/> may give.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<int> budgets) =>
        [.. new EvaluationSummary("", 1, 2, 1, 0, 0, 0, 0, [.. budgets.Select(b => (b, 0))]).Values().Select(v => v.Key)];

    /// <summary>As TensorBoard shows them.</summary>
    /// <param name="prefix">What opens the names.</param>
    internal List<KeyValuePair<string, double>> Values(string prefix = "evaluation/")
    {
        List<KeyValuePair<string, double>> values =
        [
            new(prefix + "accuracy", Accuracy),
            new(prefix + "all_steps_right", (double)AllStepsRight / Samples),
            new(prefix + "truncated", (double)Truncated / Samples),
        ];
        if (Unscored > 0) values.Add(new(prefix + "unscored", (double)Unscored / Samples));
        if (CutWhileThinking > 0) values.Add(new(prefix + "cut_while_thinking", (double)CutWhileThinking / Samples));
        if (HarnessErrors > 0) values.Add(new(prefix + "harness_errors", HarnessErrors));
        if (Right > 0) values.Add(new(prefix + "thought_tokens_right", ThoughtTokensRight));
        if (Right < Samples) values.Add(new(prefix + "thought_tokens_wrong", ThoughtTokensWrong));
        foreach (var (budget, right) in Budgets) values.Add(new($"{prefix}accuracy_within_{budget}", (double)right / Samples));
        return values;
    }
}
