using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A way to ask, as it is kept.</summary>
/// <param name="Way">As <see cref="ElicitedWay"/> has it.</param>
/// <param name="Value">Its figure; null where there is none.</param>
/// <param name="Gap">Over plain; null of plain itself.</param>
/// <param name="Log">Beside the record; empty where it shares plain's.</param>
/// <param name="LogHash">The log's final hash.</param>
internal sealed record KeptWay(string Way, double? Value, double? Low, double? High, int N, double? Gap, double? GapLow, double? GapHigh, string Log, string LogHash);

/// <summary>What a model was trained on before the way <see cref="TaskTraining.Way"/> was measured.</summary>
/// <param name="Model">The trained model's identity.</param>
internal sealed record KeptTraining(string Model, string Checkpoint, int Examples, int Epochs, int Rank, string DataSha256);

/// <summary>
/// <c>elicitation.json</c>: the gap of a model on a task, and which weights came of training it there. By it a gate knows that a log of those
/// weights speaks for the model that they were trained from (<c>elicitation: { fine_tuned: true }</c> in a policy).
/// </summary>
internal sealed record ElicitationRecord
{
    public const string FileName = "elicitation.json";

    private const int Newest = 1;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public int FormatVersion { get; init; } = Newest;

    public required string Task { get; init; }

    public required int TaskVersion { get; init; }

    /// <summary>Identity of the model that is asked for; empty of one that nobody here can see.</summary>
    public required string Model { get; init; }

    public required IReadOnlyList<KeptWay> Ways { get; init; }

    public KeptTraining? Training { get; init; }

    /// <summary>Where it was read from.</summary>
    internal string Folder { get; init; } = "";

    /// <summary>The way that brought most over plain; null where none could be compared.</summary>
    internal KeptWay? Best => Ways.Where(w => w.Gap is not null).MaxBy(w => w.Gap);

    public void Write(string folder) => AtomicFile.WriteJson(Path.Combine(folder, FileName), this, Options);

    /// <exception cref="UserError">It is none, or of a newer program.</exception>
    public static ElicitationRecord Read(string file)
    {
        try
        {
            var record = JsonSerializer.Deserialize<ElicitationRecord>(Utf8Text.Read(file).Span, Options) ?? throw new JsonException("it is empty");
            if (record.FormatVersion > Newest) throw new UserError("The elicitation is of a newer program.", file, advice: "A newer deliberate reads it.");
            return record with { Folder = Path.GetDirectoryName(Path.GetFullPath(file))! };
        }
        catch (JsonException error)
        {
            throw new UserError($"This is no record of an elicitation: {error.Message}", file, advice: "deliberate gate elicit writes one.", inner: error);
        }
    }

    internal static KeptWay Kept(ElicitedWay way, string folder) => new(
        way.Way, Finite(way.Figure.Value), Finite(way.Figure.Low), Finite(way.Figure.High), way.Figure.N, Finite(way.Difference?.Value), Finite(way.Difference?.Low), Finite(way.Difference?.High),
        way.Log.Length == 0 ? "" : Path.GetRelativePath(folder, way.Log).Replace('\\', '/'), way.LogHash);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
