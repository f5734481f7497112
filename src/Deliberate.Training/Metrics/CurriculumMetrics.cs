namespace Deliberate.Training;

/// <summary>What a curriculum records of a stage.</summary>
internal sealed class CurriculumMetrics
{
    private CurriculumMetrics(string stage)
    {
        const string When = "with a curriculum";
        Level = new($"{stage}/level", MetricUnit.Level, "The hardest level that problems were drawn from.", "`curriculum` of the stage", When);
        LevelMean = new($"{stage}/level_mean", MetricUnit.Level, "Mean level of the samples.", "over the groups drawn first", When);
        LevelSuccess = new($"{stage}/level_success", MetricUnit.Share, "Samples at the present level that were right, over the window that decides on promotion.", "`curriculum.window`", "with `curriculum.kind: promotion`");
        LevelAccuracy = new($"{stage}/accuracy_level_{{level}}", MetricUnit.Share, "Samples at one level that were right.", "over the groups drawn first", "where the level was drawn");
    }

    public static CurriculumMetrics ExpertIteration { get; } = new("ei");

    public static CurriculumMetrics Reinforcement { get; } = new("rl");

    public RunMetric Level { get; }

    public RunMetric LevelMean { get; }

    public RunMetric LevelSuccess { get; }

    public RunMetric LevelAccuracy { get; }

    public IReadOnlyList<RunMetric> All => [Level, LevelMean, LevelSuccess, LevelAccuracy];
}
