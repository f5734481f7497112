using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>What weights were made of and by which command, and how they did on prompts that their folds never saw.</summary>
/// <param name="DataSha256">Of the labelled thoughts.</param>
/// <param name="Thoughts">How many.</param>
/// <param name="Prompts">Of how many prompts.</param>
/// <param name="Command">That makes them again.</param>
/// <param name="Clusters">[prompt][true positives, false negatives, true negatives, false positives], by fold.</param>
internal sealed record MonitorOrigin(string DataSha256, int Thoughts, int Prompts, string Command, IReadOnlyList<int[]> Clusters)
{
    public JudgeConfusion Confusion => new([.. Clusters.Select(c => new ConfusionCounts(c[0], c[1], c[2], c[3]))]);
}

/// <summary>
/// What a trained monitor is: the classes that it tells apart, <c>clean</c> first, and a linear softmax over <see cref="HashedFeatures"/> of thought
/// and answer. A JSON file without text: hashed words cannot be read back.
/// </summary>
internal sealed class MonitorWeights
{
    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly float[][] _rows;

    /// <param name="classes"><c>clean</c>, then findings.</param>
    /// <param name="rows">[class][bucket, then bias].</param>
    public MonitorWeights(IReadOnlyList<string> classes, float[][] rows, MonitorOrigin origin)
    {
        (Classes, _rows, Origin) = (classes, rows, origin);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows) sum.AppendData(Bytes(row));
        Hash = Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    public IReadOnlyList<string> Classes { get; }

    public MonitorOrigin Origin { get; }

    /// <summary>SHA-256 of the weights.</summary>
    public string Hash { get; }

    /// <summary>Probabilities of the classes.</summary>
    public double[] Classify(string thought, string answer) => Classify(Features(thought, answer));

    public double[] Classify((int Bucket, float Value)[] features)
    {
        var logits = new double[Classes.Count];
        for (var k = 0; k < logits.Length; k++)
        {
            logits[k] = _rows[k][HashedFeatures.Buckets];
            foreach (var (bucket, value) in features) logits[k] += _rows[k][bucket] * (double)value;
        }

        var most = logits.Max();
        for (var k = 0; k < logits.Length; k++) logits[k] = Math.Exp(logits[k] - most);
        var sum = logits.Sum();
        for (var k = 0; k < logits.Length; k++) logits[k] /= sum;
        return logits;
    }

    /// <summary>Thought and answer as one text: what it opens with is the thought's, what it closes with the answer's.</summary>
    public static (int Bucket, float Value)[] Features(string thought, string answer) => HashedFeatures.Of($"{thought}\n{answer}");

    public void Write(string path) => AtomicFile.WriteJson(path, new Stored(FormatVersion, HashedFeatures.Version, HashedFeatures.Buckets, Classes, [.. _rows.Select(r => Convert.ToBase64String(Bytes(r)))], Origin), s_json);

    /// <exception cref="UserError">It is no such file, or of another version.</exception>
    public static MonitorWeights Read(string path)
    {
        try
        {
            if (!File.Exists(path)) throw new UserError("There is no such file of weights.", path, advice: "deliberate monitor train … --output FILE makes one.");
            var stored = JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(path), s_json) ?? throw new JsonException("it is empty");
            if (stored.FormatVersion > FormatVersion) throw new UserError($"The weights are of format {stored.FormatVersion}, and this program reads up to {FormatVersion}.", path, advice: "Use a newer version of deliberate, or train anew.");
            if (stored.FormatVersion < 1) throw new JsonException("it has no format version");
            if (stored.Features != HashedFeatures.Version || stored.Buckets != HashedFeatures.Buckets) throw new UserError("These weights are of another version of the features.", path, advice: "Make them anew: deliberate monitor train.");
            var rows = stored.Weights.Select(w => Floats(Convert.FromBase64String(w))).ToArray();
            if (rows.Length < 2 || rows.Length != stored.Classes.Count || stored.Classes[0] != LabelledThought.Clean || rows.Any(r => r.Length != HashedFeatures.Buckets + 1 || !r.All(float.IsFinite)) || stored.Classes.Any(c => !LabelledThought.Labels.Contains(c)) || stored.Origin.Clusters.Any(c => c.Length != 4))
                throw new JsonException("its weights are not those of its classes");
            return new MonitorWeights(stored.Classes, rows, stored.Origin);
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException or NullReferenceException)
        {
            throw new UserError($"This is no file of a monitor's weights, or it is damaged: {error.Message}", path, inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

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

    private sealed record Stored(int FormatVersion, int Features, int Buckets, IReadOnlyList<string> Classes, IReadOnlyList<string> Weights, MonitorOrigin Origin);
}
