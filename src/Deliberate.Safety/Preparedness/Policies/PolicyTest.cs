using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>In which state a model is measured.</summary>
internal enum ModelState
{
    /// <summary>Before mitigations: the helpful-only checkpoint, elicited as well as can be.</summary>
    Pre,

    /// <summary>After them: the model that is meant to go out.</summary>
    Post,

    /// <summary>That model behind the filters that it goes out with: the deployed system.</summary>
    Deployed,
}

/// <summary>On which side of its threshold a test is met.</summary>
internal enum TestDirection
{
    AtLeast,
    AtMost,
}

/// <summary>Something that is measured and held against a threshold: an indicator of a level, or evidence of a safeguard.</summary>
internal record PolicyTest
{
    [Description("As results and --explain call it: lower-case letters, digits and -.")]
    public required string Id { get; init; }

    [Description("What it stands for, in a sentence.")]
    public string About { get; init; } = "";

    [Description("What is measured.")]
    public required PolicyMeasure Measure { get; init; }

    [Description("In which states of the model: pre (before mitigations), post, deployed (behind its filters).")]
    public IReadOnlyList<ModelState> States { get; init; } = [ModelState.Post];

    [Description("Where the test is met: the measure is at least (or at most) this.")]
    [InRange(-1e9, 1e9)]
    public required double Threshold { get; init; }

    [Description("at_least or at_most.")]
    public TestDirection Direction { get; init; } = TestDirection.AtLeast;

    [Description("Items below which no level is ruled out and no safeguard holds.")]
    [InRange(1, 10_000_000)]
    public required int MinN { get; init; }

    [Description("Share of samples of which nothing may have been found out.")]
    [InRange(0, 1)]
    public double MaxMissing { get; init; } = 0.05;

    [Description("How well the judge must have done on people's labels; left out where a program judges.")]
    public PolicyJudge? Judge { get; init; }

    [Description("How hard the model must have been tried, at least.")]
    public PolicyElicitation Elicitation { get; init; } = new();

    public IEnumerable<(string Key, string Problem)> ProblemsOf(string at)
    {
        if (!PolicyNames.IsName(Id)) yield return ($"{at}.id", $"\"{Id}\" is no name: lower-case letters, digits and - after a letter.");
        if (States.Count == 0 || States.Distinct().Count() < States.Count) yield return ($"{at}.states", "Name pre, post or deployed, each once.");
        foreach (var (key, problem) in Measure.Problems($"{at}.measure")) yield return (key, problem);
        if (Elicitation.Scaffold.Length == 0 && Elicitation.ToolRounds is not null) yield return ($"{at}.elicitation.scaffold", "Rounds of tools need a scaffold that has tools: scaffold: tools.");
    }
}

/// <summary>A task with its metric, or what people outside have to measure.</summary>
internal sealed partial record PolicyMeasure
{
    [Description("A task of deliberate eval: a name, NAME+TRANSFORM, or family:NAME@LEVEL.")]
    public string? Task { get; init; }

    [Description("Its version: a result of another version is another result.")]
    [InRange(1, 1_000_000)]
    public int TaskVersion { get; init; } = 1;

    [Description("The file of a task of your own, relative to the policy.")]
    public string? TaskFile { get; init; }

    [Description("SHA-256 that the items must have, as logs state it; left out, any items of the version.")]
    public string? ItemsSha256 { get; init; }

    [Description("Whether the task is still to be built: the test then never decides, and says so.")]
    public bool NotBuilt { get; init; }

    [Description("Instead of a task: a study by people or by a third party, in a few words; its figure comes as an attested file.")]
    public string? External { get; init; }

    [Description("The task's metric.")]
    public string Metric { get; init; } = TaskMetric.Accuracy.Name;

    [Description("Of which slice of it; all samples if left out.")]
    public string Slice { get; init; } = "";

    [Description("How several samples of an item come to one: pass@K, pass^K or cons@K. Left out, as the metric has it.")]
    public string? Reducer { get; init; }

    /// <summary>As pages call it: <c>harmbench.refused[cyber]</c>, <c>ctf-high-school pass@12</c>.</summary>
    public string Text => External is { } study ? study : $"{Task}{(Reducer is null ? $".{Metric}" : $" {Reducer}")}{(Slice.Length > 0 ? $"[{Slice}]" : "")}";

    /// <summary>Samples of each item that it takes.</summary>
    public int Attempts => Reducer is { } reducer && Form().Match(reducer) is { Success: true } match ? int.Parse(match.Groups["k"].Value, CultureInfo.InvariantCulture) : 1;

    /// <summary>The estimate that the reducer makes of samples; null where the task's own metric is meant.</summary>
    public TaskMetric? Reduced()
    {
        if (Reducer is not { } reducer) return null;
        var k = Attempts;
        return reducer.StartsWith("pass@", StringComparison.Ordinal) ? VoteMetrics.PassAt(k) : reducer.StartsWith("pass^", StringComparison.Ordinal) ? VoteMetrics.AllOf(k) : VoteMetrics.MajorityAt(k);
    }

    public IEnumerable<(string Key, string Problem)> Problems(string at)
    {
        if (Task is null == External is null)
        {
            yield return (at, "A measure is either of a task or external.");
            yield break;
        }

        if (Reducer is not null && (!Form().IsMatch(Reducer) || Attempts is < 1 or > 1024)) yield return ($"{at}.reducer", $"\"{Reducer}\" is no reducer: pass@K, pass^K or cons@K, K from 1 to 1024.");
        if (External is not null)
        {
            if (NotBuilt || TaskFile is not null || ItemsSha256 is not null || Reducer is not null) yield return (at, "An external measure has no task: its figure comes as an attested file.");
            yield break;
        }

        if (ItemsSha256 is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower))) yield return ($"{at}.items_sha256", "This is no SHA-256: 64 digits of 0-9 and a-f, as deliberate log show prints it.");
        if (TaskFile is not null && NotBuilt) yield return ($"{at}.not_built", "A task that has a file is built.");
        if (TaskFile is not null) yield break;
        foreach (var problem in KnownTask(at)) yield return problem;
    }

    /// <summary>What is wrong between the measure and a task.</summary>
    public IEnumerable<(string Key, string Problem)> ProblemsWith(EvaluationTask task, string at)
    {
        if (task.Version != TaskVersion) yield return ($"{at}.task_version", string.Create(CultureInfo.InvariantCulture, $"The task {Task} is version {task.Version} here, not {TaskVersion}: look at what changed, then write the new version."));
        if (Reducer is null && task.Metrics.All(m => m.Name != Metric)) yield return ($"{at}.metric", $"The task {Task} has no metric \"{Metric}\". {NearestName.Suggest(Metric, [.. task.Metrics.Select(m => m.Name)])}".TrimEnd());
    }

    private IEnumerable<(string Key, string Problem)> KnownTask(string at)
    {
        EvaluationTask? task = null;
        var missing = "";
        try
        {
            task = EvaluationTasks.Get(Task!);
        }
        catch (UserError error)
        {
            missing = $"{error.Problem} {error.Advice}".TrimEnd();
        }

        if (task is null)
        {
            if (!NotBuilt) yield return ($"{at}.task", $"{missing} Where the task is still to be built, say not_built: true.");
            yield break;
        }

        if (NotBuilt) yield return ($"{at}.not_built", $"The task {Task} is built: take not_built away.");
        foreach (var problem in ProblemsWith(task, at)) yield return problem;
    }

    [GeneratedRegex(@"^(pass@|pass\^|cons@|majority@)(?<k>[1-9][0-9]{0,3})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}

/// <summary>What a judge must have shown on people's labels (<c>deliberate judge validate --output</c>).</summary>
internal sealed record PolicyJudge
{
    [Description("Share of what people found that it finds: the lower end of its 95% interval must reach this.")]
    [InRange(0, 1)]
    public required double Sensitivity { get; init; }

    [Description("Share of what people did not find that it does not find.")]
    [InRange(0, 1)]
    public required double Specificity { get; init; }
}

/// <summary>How hard a model was tried. Evidence of less effort can show that a level is met, never that it is not.</summary>
internal sealed record PolicyElicitation
{
    [Description("What the solver's name must contain: tools, few_shot, chain_of_thought, self_consistency; empty for any.")]
    public string Scaffold { get; init; } = "";

    [Description("Samples of each item.")]
    [InRange(1, 1024)]
    public int Attempts { get; init; } = 1;

    [Description("Tokens of an answer, thought included.")]
    [InRange(1, 1 << 24)]
    public int? TokenBudget { get; init; }

    [Description("Rounds of tool calls.")]
    [InRange(1, 10_000)]
    public int? ToolRounds { get; init; }

    [Description("Whether it must have been measured, too, after training on the task's templates of development: deliberate gate elicit TASK --fine-tune.")]
    public bool FineTuned { get; init; }

    public override string ToString() => string.Join(", ", ((string?[])[
        Scaffold.Length > 0 ? Scaffold : null,
        Attempts > 1 ? string.Create(CultureInfo.InvariantCulture, $"{Attempts} attempts") : null,
        TokenBudget is { } tokens ? string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens") : null,
        ToolRounds is { } rounds ? string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds of tools") : null,
        FineTuned ? "trained on the task" : null]).OfType<string>());
}
