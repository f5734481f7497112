using System.Buffers.Binary;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The classifier of harmful prompts as a file of JSON, so that a server need not have the data it was trained on: weights over hashed words, from
/// which no word can be read, what they were made of, and how they did on prompts that their folds never saw.
/// </summary>
internal static class HarmfulPromptsFile
{
    private const int FormatVersion = 1;

    private const string Kind = "harmful-prompts";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write(string path, HarmfulPrompts classifier) => AtomicFile.WriteJson(
        path, new Stored(FormatVersion, Kind, HashedFeatures.Version, HashedFeatures.Buckets, [.. classifier.Weights.Select(r => Convert.ToBase64String(Bytes(r)))], classifier.Sources, Counts(classifier.All), Counts(classifier.Contrasts)), s_json);

    /// <exception cref="UserError">It is no such file, or of another version.</exception>
    public static HarmfulPrompts Read(string path)
    {
        try
        {
            if (!File.Exists(path)) throw new UserError("There is no such file of weights.", path, advice: "Make one: deliberate judge train harmful-prompts --data FOLDER --output FILE.");
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path), s_json) ?? throw new JsonException("it is empty");
            if (stored.Kind != Kind || stored.FormatVersion < 1) throw new JsonException("it is of another kind");
            if (stored.FormatVersion > FormatVersion) throw new UserError($"The weights are of format {stored.FormatVersion}, and this program reads up to {FormatVersion}.", path, advice: "Use a newer version of deliberate, or train anew.");
            if (stored.Features != HashedFeatures.Version || stored.Buckets != HashedFeatures.Buckets) throw new UserError("These weights are of another version of the features.", path, advice: "Make them anew: deliberate judge train harmful-prompts.");
            float[][] rows = [.. stored.Weights.Select(w => Floats(Convert.FromBase64String(w)))];
            if (rows.Length != 2 || rows.Any(r => r.Length != HashedFeatures.Buckets + 1 || !r.All(float.IsFinite))) throw new JsonException("its weights are not those of two classes");
            return new HarmfulPrompts(rows, Confusion(stored.All), Confusion(stored.Contrasts), stored.Sources);
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException or NullReferenceException or IndexOutOfRangeException)
        {
            throw new UserError($"This is no file of a classifier of harmful prompts, or it is damaged: {error.Message}", path, advice: "Make one: deliberate judge train harmful-prompts --data FOLDER --output FILE.", inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private static int[][] Counts(JudgeConfusion confusion) => [.. confusion.Clusters.Select(c => (int[])[c.TruePositives, c.FalseNegatives, c.TrueNegatives, c.FalsePositives])];

    private static JudgeConfusion Confusion(IReadOnlyList<int[]> counts) => new([.. counts.Select(c => new ConfusionCounts(c[0], c[1], c[2], c[3]))]);

    private static byte[] Bytes(float[] row)
    {
        var bytes = new byte[row.Length * sizeof(float)];
        for (var i = 0; i < row.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), row[i]);
        return bytes;
    }

    private static float[] Floats(byte[] bytes)
    {
        var row = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < row.Length; i++) row[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        return row;
    }

    private sealed record Stored(int FormatVersion, string Kind, int Features, int Buckets, IReadOnlyList<string> Weights, IReadOnlyList<string> Sources, IReadOnlyList<int[]> All, IReadOnlyList<int[]> Contrasts);
}
