using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>In which order samples are listed.</summary>
internal enum SampleOrder
{
    /// <summary>As the log has them.</summary>
    Log,

    /// <summary>The lowest value first.</summary>
    Value,

    /// <summary>The longest completion first.</summary>
    Length,
}

/// <summary>Which samples of a log are wanted, and in which order.</summary>
internal sealed record SampleQuery
{
    /// <summary>Stands in one of the sample's texts, upper and lower case alike; empty for all.</summary>
    public string Text { get; init; } = "";

    public SampleOutcome? Outcome { get; init; }

    /// <summary>A tag by its name, with its value; empty for all.</summary>
    public string TagName { get; init; } = "";

    public string TagValue { get; init; } = "";

    /// <summary>A score by its name between two ends; empty for all.</summary>
    public string ScoreName { get; init; } = "";

    public double Least { get; init; } = double.NegativeInfinity;

    public double Most { get; init; } = double.PositiveInfinity;

    public SampleOrder Order { get; init; }

    /// <summary>Whether everything but the text and the outcome lets the sample through: counts by outcome are of these.</summary>
    public bool FitsRest(SampleTable.Row row) =>
        (TagName.Length == 0 || row.Tag(TagName) == TagValue)
        && (ScoreName.Length == 0 || (row.Score(ScoreName) is var score && score >= Least && score <= Most));
}
