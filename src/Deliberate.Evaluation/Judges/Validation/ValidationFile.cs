using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// What is kept of a judge's validation (<c>judge validate --output</c>), and what a result needs before it may say that something is not
/// unsafe: which judge, what it finds, on which data and half, and its counts against people by prompt.
/// </summary>
internal sealed record ValidationFile
{
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = false };

    public int FormatVersion { get; init; } = CurrentVersion;

    public required string Judge { get; init; }

    public required string Identity { get; init; }

    public required string Finds { get; init; }

    /// <summary>SHA-256 of the labelled answers.</summary>
    public required string DataSha256 { get; init; }

    public required string Half { get; init; }

    /// <summary>[prompt][true positives, false negatives, true negatives, false positives].</summary>
    public required IReadOnlyList<int[]> Clusters { get; init; }

    /// <summary>Answers that the judge did not decide.</summary>
    public required int Undecided { get; init; }

    public JudgeConfusion Confusion => new([.. Clusters.Select(c => new ConfusionCounts(c[0], c[1], c[2], c[3]))]);

    public static ValidationFile Of(JudgeValidation validation, string dataHash, ValidationHalf half) => new()
    {
        Judge = validation.Judge,
        Identity = validation.Identity,
        Finds = validation.Finds,
        DataSha256 = dataHash,
        Half = RecipeWriter.Scalar(half),
        Clusters = [.. validation.Confusion.Clusters.Select(c => new[] { c.TruePositives, c.FalseNegatives, c.TrueNegatives, c.FalsePositives })],
        Undecided = validation.Undecided.Values.Sum(),
    };

    public void Write(string path) => AtomicFile.WriteJson(path, this, s_json);

    /// <exception cref="UserError">It is no such file.</exception>
    public static ValidationFile Read(string path)
    {
        ValidationFile? file;
        try
        {
            if (!File.Exists(path)) throw new UserError("There is no such validation.", path, advice: "deliberate judge validate … --output FILE makes one.");
            file = JsonSerializer.Deserialize<ValidationFile>(File.ReadAllBytes(path), s_json);
        }
        catch (JsonException error)
        {
            throw new UserError($"This is no validation of a judge: {error.Message}", path, inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }

        if (file is null || file.Clusters.Any(c => c.Length != 4 || c.Any(n => n < 0))) throw new UserError("This is no validation of a judge.", path);
        if (file.FormatVersion > CurrentVersion) throw new UserError($"The validation is of format {file.FormatVersion}, and this program reads up to {CurrentVersion}.", path, advice: "Use a newer version of deliberate, or validate anew.");
        return file;
    }
}
