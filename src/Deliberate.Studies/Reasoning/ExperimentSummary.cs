using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// All that is reported of an experiment, computed once: the score of every kind of model on every family and on all of them,
/// and the contrast of every question.
/// </summary>
internal sealed class ExperimentSummary
{
    private readonly Dictionary<(Subject Subject, string? Family, Metric Metric), SubjectScore> _scores = [];
    private readonly Dictionary<(ExperimentQuestion Question, string? Family), Contrast> _contrasts = [];

    public ExperimentSummary(ExperimentEvidence evidence)
    {
        Evidence = evidence;
        foreach (var family in FamiliesAndAll)
        {
            IReadOnlyList<string> families = family is null ? evidence.Families : [family];
            foreach (var subject in Subjects)
                foreach (var metric in Enum.GetValues<Metric>())
                    if (ExperimentScores.Of(evidence, subject, families, metric) is { } score) _scores.Add((subject, family, metric), score);
            foreach (var question in ExperimentQuestion.All)
                if (ExperimentScores.Between(evidence, question.From, question.To, families) is { } contrast) _contrasts.Add((question, family), contrast);
        }
    }

    /// <summary>The rows of the table.</summary>
    public static IReadOnlyList<Subject> Subjects { get; } =
        [.. ExperimentModels.All.Select(m => new Subject(m)), new(ExperimentModel.Base, Deeper: true), new(ExperimentModel.Reinforced, Deeper: true)];

    public ExperimentEvidence Evidence { get; }

    public ExperimentPlan Plan => Evidence.Plan;

    public IReadOnlyList<string> Families => Evidence.Families;

    /// <summary>Null stands for all of them.</summary>
    public IEnumerable<string?> FamiliesAndAll => [.. Evidence.Families, null];

    /// <summary>What tables and figures show: one family is all of them.</summary>
    public IEnumerable<string?> Columns => Evidence.Families.Count == 1 ? Evidence.Families : FamiliesAndAll;

    public SubjectScore? Score(Subject subject, string? family, Metric metric = Metric.RightAnswer) => _scores.GetValueOrDefault((subject, family, metric));

    public Contrast? Contrast(ExperimentQuestion question, string? family) => _contrasts.GetValueOrDefault((question, family));
}
