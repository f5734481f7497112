using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary><c>run.json</c>: what made the run, for whoever compares or resumes it.</summary>
internal sealed record RunInfo
{
    /// <summary>Of the whole folder's streams. 2 since metrics are called as <see cref="MetricList"/> has them; <see cref="OldMetricNames"/> reads 1.</summary>
    public const int NewestFormat = 2;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public int FormatVersion { get; init; } = NewestFormat;

    /// <summary>Of the program that began the run.</summary>
    public required string DeliberateVersion { get; init; }

    /// <summary>Instruction set and precision: results are the same bits only under the same.</summary>
    public required string Device { get; init; }

    public required ulong Seed { get; init; }

    public required DateTimeOffset Started { get; init; }

    public static string ProgramVersion => typeof(RunInfo).Assembly.GetName().Version?.ToString(3) ?? "0";

    public void Write(string path) => AtomicFile.WriteJson(path, this, Options);

    /// <exception cref="UserError">The file is damaged, or of a newer program.</exception>
    public static RunInfo Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            return document.Deserialize<RunInfo>(Options) ?? throw new UserError("the file is empty.", path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file does not describe a run: {error.Message}", path, advice: "Restore it, or delete it: resuming writes a new one.", inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
