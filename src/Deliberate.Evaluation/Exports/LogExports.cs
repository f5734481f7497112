using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A form that a log can be written in.</summary>
/// <param name="Name">As <c>--format</c> has it.</param>
/// <param name="Extension">Of the file unless another is named; empty of a folder.</param>
/// <param name="Summary">What it is for.</param>
/// <param name="Write">Writes the log to a path.</param>
internal sealed record LogExport(string Name, string Extension, string Summary, Action<LoggedEvaluation, string, CancellationToken> Write);

/// <summary>The one visible list of forms. To add one: copy the nearest file, change it, add its line here.</summary>
internal static class LogExports
{
    public static IReadOnlyList<LogExport> All { get; } =
    [
        new("inspect", ".eval", "a log of Inspect's; --output FILE.json for one JSON document", InspectExport.Run),
        new("csv", ".csv", "a row a sample", CsvExport.Write),
        new("jsonl", ".jsonl", "a JSON object a sample", JsonLinesExport.Write),
        new("parquet", ".parquet", "a row a sample, for data frames", ParquetExport.Write),
        new("junit", ".xml", "a test case a sample, for CI", JUnitExport.Write),
        new("meai", "", "a folder of Microsoft.Extensions.AI.Evaluation's result files, for its report tool", EvaluationStoreExport.Write),
    ];

    public static LogExport Named(string name) => All.FirstOrDefault(e => e.Name == name)
        ?? throw new UserError($"There is no form \"{name}\".", field: "--format", advice: NearestName.Suggest(name, [.. All.Select(e => e.Name)]));
}
