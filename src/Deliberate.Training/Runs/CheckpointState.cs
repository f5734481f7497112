using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The stages of a run, in order.</summary>
public enum RunStage
{
    /// <summary>Imitation of worked solutions or of the user's examples.</summary>
    Supervised,

    /// <summary>Rounds of sampling and imitating what was right.</summary>
    ExpertIteration,

    /// <summary>Reinforcement learning.</summary>
    Reinforcement,

    /// <summary>Nothing is left to train.</summary>
    Done,
}

/// <summary>
/// <c>training/state.json</c>: the place of a run that a checkpoint stands for. Everything else of a run is a function of
/// (seed, stage, step), so this is all that resuming needs.
/// </summary>
internal sealed record CheckpointState
{
    public const string FileName = "state.json";

    /// <summary>2 since expert iteration.</summary>
    public const int NewestFormat = 2;

    internal const string ResumeAdvice = "The checkpoint is damaged: delete its folder, then resume from the one before.";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",
    };

    public int FormatVersion { get; init; } = NewestFormat;

    /// <summary>The stage that comes next.</summary>
    public required RunStage Stage { get; init; }

    /// <summary>Steps of it that are done.</summary>
    public required int Step { get; init; }

    /// <summary>Examples of the corpus that were drawn.</summary>
    public required long CorpusCursor { get; init; }

    /// <summary>Where expert iteration stands; null outside of it.</summary>
    public ExpertPlace? Expert { get; init; }

    /// <summary>Where the stage's curriculum stands; null where it has none that remembers.</summary>
    public CurriculumState? Curriculum { get; init; }

    /// <summary>The coefficient of the KL where it is steered; null where it is fixed.</summary>
    public double? KlCoefficient { get; init; }

    /// <summary>Batches without a finite loss, one after another, up to here.</summary>
    public required int SkippedInARow { get; init; }

    /// <summary>The device's name: instruction set and precision.</summary>
    public required string Device { get; init; }

    /// <summary>Bytes of each stream, by file name.</summary>
    public required IReadOnlyDictionary<string, long> Streams { get; init; }

    /// <summary>Where every run begins.</summary>
    public static CheckpointState Beginning(string device) =>
        new() { Stage = RunStage.Supervised, Step = 0, CorpusCursor = 0, SkippedInARow = 0, Device = device, Streams = new Dictionary<string, long>() };

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    /// <exception cref="UserError">The file is missing, damaged, or of a newer program.</exception>
    public static CheckpointState Read(string checkpoint)
    {
        var path = Path.Combine(checkpoint, Checkpoint.TrainingFolder, FileName);
        if (!File.Exists(path)) throw new UserError("the file is missing.", path, advice: ResumeAdvice);
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            var state = document.Deserialize<CheckpointState>(Options) ?? throw new UserError("the file is empty.", path, advice: ResumeAdvice);
            if (state.Step < 0 || state.Expert is { Finished: < 0 } or { CollectedAt: < 0 } || state.Curriculum is { Position: < 0 } or { Window: null } || state.CorpusCursor < 0 || state.Streams is null || state.Streams.Values.Any(v => v < 0)) throw new UserError("a number in it is negative.", path, advice: ResumeAdvice);
            return state;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file is not the state of a run: {error.Message}", path, advice: ResumeAdvice, inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
