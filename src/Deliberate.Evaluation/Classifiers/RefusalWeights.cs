using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// What a refusal classifier is: a byte a weight with a scale a class, for each fold and for all rows; hashes of the prompts that it was
/// trained on, 64 bits each; how it did against people, by prompt. No text. The file is a line of JSON, then the same in binary,
/// compressed.
/// </summary>
internal sealed class RefusalWeights
{
    private const int FormatVersion = 1;
    private const int Sets = RefusalClassifier.Folds + 1;

    private readonly sbyte[] _bytes;
    private readonly float[] _scales, _biases;

    private RefusalWeights(sbyte[] bytes, float[] scales, float[] biases, ulong[] prompts, ConfusionCounts[] clusters, RefusalOrigin origin)
    {
        (_bytes, _scales, _biases, Prompts, Origin) = (bytes, scales, biases, prompts, origin);
        Confusion = new JudgeConfusion(clusters);
    }

    /// <summary>Keys of the prompts of the training set.</summary>
    public IReadOnlyList<ulong> Prompts { get; }

    /// <summary>Refusals, whole or in part, as positives; a cluster a prompt, judged by the fold that never saw it.</summary>
    public JudgeConfusion Confusion { get; private init; }

    public RefusalOrigin Origin { get; }

    /// <param name="sets">[fold, then all rows][class][bucket, then bias].</param>
    public static RefusalWeights Of(IReadOnlyList<float[][]> sets, IEnumerable<ulong> prompts, RefusalOrigin origin)
    {
        var count = Sets * RefusalClassifier.Classes;
        var (bytes, scales, biases) = (new sbyte[count * HashedFeatures.Buckets], new float[count], new float[count]);
        for (var set = 0; set < Sets; set++)
        {
            for (var k = 0; k < RefusalClassifier.Classes; k++)
            {
                var (row, at) = (sets[set][k], (set * RefusalClassifier.Classes) + k);
                var most = row.AsSpan(0, HashedFeatures.Buckets).ToArray().Max(MathF.Abs);
                (scales[at], biases[at]) = (most / sbyte.MaxValue, row[HashedFeatures.Buckets]);
                for (var i = 0; i < HashedFeatures.Buckets && most > 0; i++) bytes[(at * HashedFeatures.Buckets) + i] = (sbyte)MathF.Round(row[i] / scales[at]);
            }
        }

        return new RefusalWeights(bytes, scales, biases, [.. prompts.Order()], [], origin);
    }

    /// <summary>The same with how it did.</summary>
    public RefusalWeights With(IEnumerable<ConfusionCounts> clusters) => new(_bytes, _scales, _biases, [.. Prompts], [.. clusters], Origin);

    public double Logit(int set, int classNumber, (int Bucket, float Value)[] features)
    {
        var at = (set * RefusalClassifier.Classes) + classNumber;
        var own = _bytes.AsSpan(at * HashedFeatures.Buckets, HashedFeatures.Buckets);
        var sum = 0.0;
        foreach (var (bucket, value) in features) sum += own[bucket] * (double)value;
        return (sum * _scales[at]) + _biases[at];
    }

    public string Hash()
    {
        using var stream = new MemoryStream();
        WriteBody(stream);
        return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
    }

    public void Write(Stream stream)
    {
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(new Head(FormatVersion, HashedFeatures.Version, HashedFeatures.Buckets, Origin), Json));
        stream.WriteByte((byte)'\n');
        using var packed = new BrotliStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
        WriteBody(packed);
    }

    /// <exception cref="UserError">It is no such file, or of another version.</exception>
    public static RefusalWeights Read(Stream stream, string file)
    {
        try
        {
            var line = new List<byte>();
            for (var b = stream.ReadByte(); b != '\n'; b = stream.ReadByte())
            {
                if (b < 0 || line.Count > 1 << 16) throw new InvalidDataException();
                line.Add((byte)b);
            }

            var head = JsonSerializer.Deserialize<Head>(line.ToArray(), Json) ?? throw new InvalidDataException();
            if (head.FormatVersion != FormatVersion || head.Features != HashedFeatures.Version || head.Buckets != HashedFeatures.Buckets) throw new UserError("These weights are of another version of the classifier.", file, advice: "Make them anew: deliberate judge train refusal --data FOLDER.");
            using var reader = new BinaryReader(new BrotliStream(stream, CompressionMode.Decompress));
            var count = Sets * RefusalClassifier.Classes;
            var (bytes, scales, biases) = (new sbyte[count * HashedFeatures.Buckets], new float[count], new float[count]);
            for (var i = 0; i < bytes.Length; i++) bytes[i] = reader.ReadSByte();
            for (var i = 0; i < count; i++) (scales[i], biases[i]) = (reader.ReadSingle(), reader.ReadSingle());
            var prompts = new ulong[Math.Min(reader.ReadInt32(), 1 << 20)];
            for (var i = 0; i < prompts.Length; i++) prompts[i] = reader.ReadUInt64();
            var clusters = new ConfusionCounts[Math.Min(reader.ReadInt32(), 1 << 20)];
            for (var i = 0; i < clusters.Length; i++) clusters[i] = new ConfusionCounts(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            return new RefusalWeights(bytes, scales, biases, prompts, clusters, head.Origin);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or JsonException or InvalidOperationException)
        {
            throw new UserError("This is no file of a refusal classifier's weights, or it is damaged.", file, inner: error);
        }
    }

    private static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private void WriteBody(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        foreach (var weight in _bytes) writer.Write(weight);
        for (var i = 0; i < _scales.Length; i++)
        {
            writer.Write(_scales[i]);
            writer.Write(_biases[i]);
        }

        writer.Write(Prompts.Count);
        foreach (var prompt in Prompts) writer.Write(prompt);
        writer.Write(Confusion.Clusters.Count);
        foreach (var c in Confusion.Clusters)
        {
            writer.Write(c.TruePositives);
            writer.Write(c.FalseNegatives);
            writer.Write(c.TrueNegatives);
            writer.Write(c.FalsePositives);
        }
    }

    private sealed record Head(int FormatVersion, int Features, int Buckets, RefusalOrigin Origin);
}

/// <summary>What weights were made of and by which command.</summary>
internal sealed record RefusalOrigin(string Data, string Licence, string DataSha256, int Rows, int Prompts, string Command);
