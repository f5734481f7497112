using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// The folder of an experiment: <c>experiment.json</c> (what was asked for), <c>seed-N/NAME</c> (the runs, each a run folder),
/// <c>evaluations/seed-N/NAME/FAMILY[-deeper].jsonl</c> and <c>cell.json</c> (what the model answered; that the cell is done and
/// how long it took), and the results. Files appear whole or not at all, so that what is there need not be made again.
/// </summary>
internal sealed class ExperimentFolder(string root)
{
    public const string RecordFile = "experiment.json", ResultsFile = "results.json", TableFile = "table.md", CellFile = "cell.json", EvaluationsFolder = "evaluations";

    private const int NewestFormat = 1;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public string Root { get; } = root;

    public string Report => Path.Combine(Root, RunReport.FileName);

    public string Results => Path.Combine(Root, ResultsFile);

    public string Table => Path.Combine(Root, TableFile);

    public string Run(string cell) => Path.Combine(Root, cell);

    public string Evaluation(ExperimentCell cell, CellTest test) => Path.Combine(Root, EvaluationsFolder, cell.Name, test.FileName + ".jsonl");

    /// <summary>Writes what is asked for into a new folder; refuses an old one of which something else was asked.</summary>
    public void Claim(ExperimentPlan plan)
    {
        var path = Path.Combine(Root, RecordFile);
        var mine = new Record(NewestFormat, plan.Quick, plan.Seeds, RecipeWriter.Write(plan.Recipe), RecipeWriter.Write(plan.Train))
        {
            Models = plan.Models is { } models ? [.. models.Select(ExperimentModels.Key)] : null,
        };
        if (File.Exists(path))
        {
            var other = Read(path);
            if (other.Quick == mine.Quick && other.Seeds.SequenceEqual(mine.Seeds) && other.Recipe == mine.Recipe && other.Train == mine.Train && (other.Models ?? []).SequenceEqual(mine.Models ?? [])) return;
            throw new UserError("The folder holds an experiment with other options or recipes.", Root, advice: "Add --fresh to delete it, or choose another folder with --output.");
        }

        if (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any()) throw new UserError("The folder is not empty, and holds no experiment.", Root, advice: "Choose another with --output.");
        try
        {
            Directory.CreateDirectory(Root);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(Root, "Choose another folder with --output.", error);
        }

        AtomicFile.WriteJson(path, mine, Options);
    }

    /// <summary>Deletes the experiment's own folders, and nothing else; refused while one of its runs is being trained.</summary>
    public void Clear()
    {
        var path = Path.Combine(Root, RecordFile);
        if (!File.Exists(path)) return;
        foreach (var seed in Read(path).Seeds.Select(s => Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"seed-{s}"))).Where(Directory.Exists))
        {
            foreach (var run in Directory.GetDirectories(seed)) RunLock.Acquire(run).Dispose();
            Directory.Delete(seed, recursive: true);
        }

        var evaluations = Path.Combine(Root, EvaluationsFolder);
        if (Directory.Exists(evaluations)) Directory.Delete(evaluations, recursive: true);
        new StudyFolder(Root).Clear();
        foreach (var file in new[] { Report, Results, Table, path }) File.Delete(file);
    }

    /// <summary>Null where the cell is not finished.</summary>
    public TimeTaken? Time(ExperimentCell cell) => StudyFolder.ReadTime(CellPath(cell));

    public void Finish(ExperimentCell cell, TimeTaken time) => StudyFolder.WriteTime(CellPath(cell), time);

    private string CellPath(ExperimentCell cell) => Path.Combine(Root, EvaluationsFolder, cell.Name, CellFile);

    private static Record Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            return document.Deserialize<Record>(Options)!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file does not describe an experiment: {error.Message}", path, advice: "Restore it, or choose another folder with --output.", inner: error);
        }
    }

    private sealed record Record(int FormatVersion, bool Quick, IReadOnlyList<ulong> Seeds, string Recipe, string Train)
    {
        /// <summary>Kinds of models; null for all.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<string>? Models { get; init; }
    }
}
