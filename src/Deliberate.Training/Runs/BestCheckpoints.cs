using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>A checkpoint that was measured, and the value of the metric that the run keeps its best by.</summary>
internal sealed record RankedCheckpoint(string Checkpoint, double Value);

/// <summary>
/// The best checkpoints of a run: <c>checkpoints/best.json</c> ranks them, best first, and the link <c>checkpoints/best</c> leads to
/// the first where the system has links. Every evaluation is measured on the problems that the quick ones ask, so that all are
/// compared on the same; of equals the earlier is the better. A value chosen as the best of many is an optimistic estimate.
/// </summary>
internal sealed class BestCheckpoints
{
    public const string FileName = "best.json", Link = "best";

    public const int NewestFormat = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
        NewLine = "\n",
    };

    private readonly RunFolder _folder;
    private readonly TrainRecipe _recipe;
    private readonly Func<IReadOnlySet<long>> _common;
    private List<RankedCheckpoint> _ranking;

    /// <summary>Goes on from what the folder says, but for checkpoints that are no longer there.</summary>
    /// <param name="folder">Of the run.</param>
    /// <param name="recipe">Says what is kept.</param>
    /// <param name="common">Indices of the problems that every evaluation asks (<see cref="RunSession.QuickProblems"/>).</param>
    public BestCheckpoints(RunFolder folder, TrainRecipe recipe, Func<IReadOnlySet<long>> common)
    {
        (_folder, _recipe, _common) = (folder, recipe, common);
        _ranking = [.. Read(folder).Where(r => Directory.Exists(folder.Checkpoint(r.Checkpoint)))];
    }

    /// <summary>Best first.</summary>
    public IReadOnlyList<RankedCheckpoint> Ranking => _ranking;

    /// <summary>What is not to be deleted.</summary>
    public IEnumerable<string> Kept => _ranking.Select(r => r.Checkpoint);

    /// <summary>What the folder of a run says, best first; empty where it says nothing.</summary>
    public static IReadOnlyList<RankedCheckpoint> Read(RunFolder folder)
    {
        var path = folder.Checkpoint(FileName);
        if (!File.Exists(path)) return [];
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            return document.Deserialize<Content>(Options)!.Ranking;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file does not rank checkpoints: {error.Message}", path, advice: "Delete it: the next evaluation writes a new one.", inner: error);
        }
    }

    /// <summary>The metric of an evaluation; null where it was not measured or none is kept.</summary>
    public double? Value(string name, IReadOnlyList<ScoredSample> graded)
    {
        return _recipe.Checkpoint.KeepBest == 0 ? null : Measured(_recipe, name, graded, _common());
    }

    /// <summary>The metric that a recipe's checkpoints are ranked by, over the problems that the quick evaluations ask; null where it was not measured.</summary>
    public static double? Measured(TrainRecipe recipe, string name, IReadOnlyList<ScoredSample> graded, IReadOnlySet<long> common)
    {
        var evaluation = recipe.Evaluation;
        var values = EvaluationSummary.Of(name, graded.Where(s => common.Contains(s.Problem.Index)), evaluation.Samples, evaluation.Budgets).Values(EvaluationMetrics.Run);
        foreach (var (metric, value) in values)
            if (metric == recipe.Checkpoint.BestMetric && double.IsFinite(value)) return value;
        return null;
    }

    /// <summary>Whether a checkpoint with this value would be among those that are kept.</summary>
    public bool Ranks(string checkpoint, double value) => Insert(checkpoint, value).Exists(r => r.Checkpoint == checkpoint);

    /// <summary>Takes a checkpoint, which is there, into the ranking where it belongs; writes the file and the link.</summary>
    public void Add(string checkpoint, double value)
    {
        _ranking = Insert(checkpoint, value);
        AtomicFile.WriteJson(_folder.Checkpoint(FileName), new Content(NewestFormat, _recipe.Checkpoint.BestMetric, _recipe.Checkpoint.BestIs, _ranking), Options);
        WriteLink(_ranking[0].Checkpoint);
    }

    private List<RankedCheckpoint> Insert(string checkpoint, double value)
    {
        var sign = _recipe.Checkpoint.BestIs == BestIs.Highest ? -1 : 1;
        var order = _folder.Checkpoints();
        // The newest is last in order, or not there yet.
        int Age(string name) => order.IndexOf(name) is var at && at < 0 ? int.MaxValue : at;
        return [.. _ranking.Where(r => r.Checkpoint != checkpoint).Append(new RankedCheckpoint(checkpoint, value)).OrderBy(r => sign * r.Value).ThenBy(r => Age(r.Checkpoint)).Take(_recipe.Checkpoint.KeepBest)];
    }

    private void WriteLink(string checkpoint)
    {
        var link = _folder.Checkpoint(Link);
        try
        {
            // Never a folder, should there be one of the name.
            if (new DirectoryInfo(link).LinkTarget is { } target)
            {
                if (target == checkpoint) return;
                if (OperatingSystem.IsWindows()) Directory.Delete(link);
                else File.Delete(link);
            }

            Directory.CreateSymbolicLink(link, checkpoint);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            // best.json says the same.
        }
    }

    private sealed record Content(int FormatVersion, string Metric, BestIs BestIs, IReadOnlyList<RankedCheckpoint> Ranking);
}
