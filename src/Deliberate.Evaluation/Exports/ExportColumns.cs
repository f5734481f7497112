using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The columns of a table of samples, the same for CSV, JSON Lines and Parquet: one list of names, each with how it is read. What tags
/// and scores there are depends on the log; theirs are named <c>tag.NAME</c> and <c>score.NAME</c>.
/// </summary>
internal sealed class ExportColumns
{
    private readonly List<ExportColumn> _all;

    public ExportColumns(LoggedEvaluation log)
    {
        _all =
        [
            ExportColumn.Of("id", s => s.Id),
            ExportColumn.Of("task", _ => log.Task),
            ExportColumn.Of("model", _ => log.Model),
            ExportColumn.Of("item", s => s.Item),
            ExportColumn.Of("epoch", s => s.Epoch),
            ExportColumn.Of("cluster", s => s.Cluster),
            ExportColumn.Of("outcome", s => RecipeWriter.Scalar(s.Verdict.Outcome)),
            ExportColumn.Of("value", s => s.Verdict.Value),
            ExportColumn.Of("reason", s => s.Verdict.Reason),
            ExportColumn.Of("prompt", s => s.Prompt),
            ExportColumn.Of("reference", s => s.Reference),
            ExportColumn.Of("thought", s => s.Thought),
            ExportColumn.Of("reply", s => s.Reply),
            ExportColumn.Of("answer", s => s.Answer),
            ExportColumn.Of("finish_reason", s => s.FinishReason),
            ExportColumn.Of("input_tokens", s => s.InputTokens),
            ExportColumn.Of("output_tokens", s => s.OutputTokens),
            ExportColumn.Of("thought_tokens", s => s.ThoughtTokens),
            ExportColumn.Of("model_seconds", s => s.ModelSeconds),
            ExportColumn.Of("cost", s => s.Cost),
        ];
        foreach (var name in log.Table.TagNames) _all.Add(ExportColumn.Of($"tag.{name}", s => s.Tags.GetValueOrDefault(name)));
        foreach (var name in log.Table.ScoreNames)
        {
            _all.Add(ExportColumn.Of($"score.{name}", s => s.Verdict.Scores.LastOrDefault(score => score.Name == name)?.Value));
            _all.Add(ExportColumn.Of($"reason.{name}", s => s.Verdict.Scores.LastOrDefault(score => score.Name == name)?.Reason));
        }
    }

    public IReadOnlyList<ExportColumn> All => _all;
}

/// <summary>A column: a text, or a number that may be missing.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Text">Reads it where it is a text; null of a number.</param>
/// <param name="Number">Reads it where it is a number; null of a text.</param>
internal sealed record ExportColumn(string Name, Func<LoggedSample, string?>? Text, Func<LoggedSample, double?>? Number)
{
    public static ExportColumn Of(string name, Func<LoggedSample, string?> read) => new(name, read, null);

    public static ExportColumn Of(string name, Func<LoggedSample, double?> read) => new(name, null, read);

    /// <summary>As a table of text has it; empty where there is nothing.</summary>
    public string Cell(LoggedSample sample) => Text is not null ? Text(sample) ?? "" : Number!(sample) is { } number ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
