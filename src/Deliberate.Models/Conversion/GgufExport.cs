using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Writes a model as a GGUF file that llama.cpp runs: its names, its order of rows (pairs of q and k interleaved for the Llama
/// family), norms of Gemma as 1 + w. Matrices whose rows are no whole blocks take the next type that fits, as llama.cpp's quantiser
/// does: Q5_0 for Q4_K, Q8_0 for Q6_K, F16 for these.
/// </summary>
internal static class GgufExport
{
    /// <summary>Elements that are read, quantised and written at a time, about.</summary>
    private const int Piece = 1 << 21;

    /// <summary>Of general.file_type: llama.h's llama_ftype.</summary>
    private static readonly Dictionary<FileStorage, int> FileTypes = new()
    {
        [FileStorage.F32] = 0,
        [FileStorage.F16] = 1,
        [FileStorage.Q8_0] = 7,
        [FileStorage.Q4_K] = 14,
        [FileStorage.Q6_K] = 18,
        [FileStorage.BF16] = 32,
    };

    /// <param name="path">Replaced as a whole, or not at all.</param>
    /// <param name="progress">Told the number of weights written.</param>
    /// <returns>What the file says otherwise than the model.</returns>
    public static IReadOnlyList<string> Write(string path, PretrainedModel model, FileStorage storage, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        model.RefuseAdapter();
        var remarks = new List<string>();
        using var pairs = Metadata(model, storage, remarks);
        var tensors = Tensors(model.Configuration, storage);
        AtomicFile.Write(path, stream =>
        {
            var writer = new GgufWriter(stream, pairs, [.. tensors.Select(t => t.Stored)]);
            long done = 0;
            foreach (var (stored, name) in tensors)
            {
                if (name is null) writer.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(GgufModelPairs.Divisors(model.Configuration).AsSpan()));
                else Append(writer, new GgufRows(model, name), stored, cancellation);
                progress?.Report(done += stored.Count);
            }

            writer.Finish();
        });
        return remarks;
    }

    /// <summary>Weights that will be written.</summary>
    public static long Count(ModelConfiguration configuration) => Tensors(configuration, FileStorage.F32).Sum(t => t.Stored.Count);

    private static GgufPairs Metadata(PretrainedModel model, FileStorage storage, List<string> remarks)
    {
        var pairs = new GgufPairs();
        pairs.Add("general.architecture", Architecture.Named(model.Configuration.Architecture).GgufName);
        pairs.Add("general.type", "model");
        pairs.Add("general.name", model.Name);
        if (model.Licence is { } licence) pairs.Add("general.license", licence.Name);
        if (ModelIdentity.Known(model) is { } identity) pairs.Add(BaseKey, identity.Weights);
        pairs.Add("general.file_type", FileTypes[storage]);
        pairs.Add("general.quantization_version", 2);
        pairs.Add("general.alignment", GgufWriter.Alignment);
        GgufModelPairs.Add(pairs, model.Configuration, remarks);
        GgufTokenizerPairs.Add(pairs, model);
        return pairs;
    }

    /// <summary>The hash of the weights that a file was made of, where it was known; see <see cref="ModelIdentity"/>.</summary>
    public const string BaseKey = "deliberate.source.weights_sha256";

    private static List<(TensorInfo Stored, string? Name)> Tensors(ModelConfiguration c, FileStorage storage)
    {
        var names = new GgufTensorNames(c.Norms);
        var list = new List<(TensorInfo, string?)>();
        if (GgufModelPairs.Divisors(c) is { } divisors) list.Add((new TensorInfo("rope_freqs.weight", StoredType.F32, [divisors.Length]), null));
        foreach (var parameter in ParameterNames.Of(c)) list.Add((new TensorInfo(names.Gguf(parameter.Name)!, TypeOf(parameter, storage), parameter.Shape), parameter.Name));
        return list;
    }

    private static StoredType TypeOf(ParameterShape parameter, FileStorage storage)
    {
        if (parameter.Shape.Count == 1) return StoredType.F32;
        var type = storage switch
        {
            FileStorage.F32 => StoredType.F32,
            FileStorage.F16 => StoredType.F16,
            FileStorage.BF16 => StoredType.BF16,
            FileStorage.Q8_0 => StoredType.Q8_0,
            FileStorage.Q4_K when parameter.Name.StartsWith("model.layers.", StringComparison.Ordinal) => StoredType.Q4_K,
            _ => StoredType.Q6_K,
        };
        if (parameter.Shape[1] % type.BlockElements() != 0) type = type == StoredType.Q4_K ? StoredType.Q5_0 : type == StoredType.Q6_K ? StoredType.Q8_0 : type;
        return parameter.Shape[1] % type.BlockElements() == 0 ? type : StoredType.F16;
    }

    private static void Append(GgufWriter writer, GgufRows rows, TensorInfo stored, CancellationToken cancellation)
    {
        var width = rows.Width;
        var atOnce = (int)Math.Clamp(Piece / width, 1, rows.Count);
        var values = new float[atOnce * width];
        var bytes = new byte[stored.Type.Bytes(values.Length)];
        var rowBytes = (int)stored.Type.Bytes(width);
        for (long first = 0; first < rows.Count; first += atOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(atOnce, rows.Count - first);
            rows.Read(first, values.AsSpan(0, count * width));
            Parallel.For(0, count, row => Elements.FromSingle(stored.Type, values.AsSpan(row * width, width), bytes.AsSpan(row * rowBytes, rowBytes)));
            writer.Append(bytes.AsSpan(0, count * rowBytes));
        }
    }
}
