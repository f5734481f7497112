using System.Numerics.Tensors;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The tensors of a GGUF model under Hugging Face's names and in its row order. For Llama, llama.cpp's converter stores rows of q
/// and k so that the two halves of a head interleave (its rotation turns neighbours): row 2i + s of a head there is row
/// s · HeadSize/2 + i here. Rows are whole blocks, so they move without being dequantised. Norms of Gemma are stored as 1 + w. Tensors without a name there
/// (such as <c>rope_freqs.weight</c>) are left out.
/// </summary>
internal sealed class GgufWeights : ITensorSource
{
    private delegate void Reading<T>(string stored, Span<T> destination, long start);

    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly GgufParts _file;
    private readonly int _headSize;
    private readonly bool _normsFromOne;

    private GgufWeights(GgufParts file, ModelConfiguration configuration, IReadOnlyList<IgnoredValue> ignored)
    {
        (_file, Ignored) = (file, ignored);
        Configuration = configuration;
        var architecture = Architecture.Named(configuration.Architecture);
        _headSize = architecture.PermutedInGguf ? configuration.HeadSize : 0;
        _normsFromOne = architecture.NormsFromOne;
        var names = new GgufTensorNames(configuration.Norms);
        foreach (var stored in file.Names)
        {
            if (names.HuggingFace(stored) is not { } name) continue;
            _names.Add(name);
            if (!_stored.TryAdd(name, stored)) throw new UserError($"another tensor stands for {name} too.", file.Path, field: stored);
            if (IsPermuted(name) && file.Info(stored).Shape[0] % _headSize != 0) throw new UserError($"{file.Info(stored).Shape[0]} rows are no whole heads of {_headSize}.", file.Path, field: stored);
        }
    }

    /// <summary>The file that holds the metadata.</summary>
    public GgufFile File => _file.First;

    public ModelConfiguration Configuration { get; }

    /// <summary>Ids in the metadata that name no token.</summary>
    public IReadOnlyList<IgnoredValue> Ignored { get; }

    public string Path => _file.Path;

    public IReadOnlyList<string> Files => _file.Files;

    public IReadOnlyList<string> Names => _names;

    public static GgufWeights Open(string path)
    {
        var file = GgufParts.Open(path);
        try
        {
            var ignored = new List<IgnoredValue>();
            return new GgufWeights(file, GgufConfiguration.Read(file, ignored), ignored);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool Contains(string name) => _stored.ContainsKey(name);

    public TensorInfo Info(string name) => _file.Info(Stored(name)) with { Name = name };

    public void Read(string name, Span<float> destination, long start = 0)
    {
        Read(name, destination, start, RowElements(Stored(name)), _file.Read);
        if (CountsFromOne(name)) TensorPrimitives.Subtract(destination, 1, destination);
    }

    public void ReadDouble(string name, Span<double> destination, long start = 0)
    {
        Read(name, destination, start, RowElements(Stored(name)), _file.ReadDouble);
        if (CountsFromOne(name)) TensorPrimitives.Subtract(destination, 1, destination);
    }

    /// <summary>As they lie in the file.</summary>
    public void ReadBytes(string name, Span<byte> destination, long offset = 0)
    {
        var stored = Stored(name);
        Read(name, destination, offset, _file.Info(stored).Type.Bytes(RowElements(stored)), _file.ReadBytes);
    }

    public void Dispose() => _file.Dispose();

    /// <param name="width">Of a row, in the units that are read.</param>
    private void Read<T>(string name, Span<T> destination, long start, long width, Reading<T> read)
    {
        var stored = Stored(name);
        if (!IsPermuted(name))
        {
            read(stored, destination, start);
            return;
        }

        for (var done = 0; done < destination.Length;)
        {
            var (at, count) = Move(start + done, destination.Length - done, width);
            read(stored, destination.Slice(done, count), at);
            done += count;
        }
    }

    /// <summary>Where the rest of the row at a place is stored, and how much of it is wanted.</summary>
    private (long At, int Count) Move(long place, int wanted, long width)
    {
        var row = place / width;
        var inRow = place % width;
        var head = row / _headSize;
        var inHead = row % _headSize;
        var half = _headSize / 2;
        var stored = (head * _headSize) + (2 * (inHead % half)) + (inHead / half);
        return ((stored * width) + inRow, (int)Math.Min(wanted, width - inRow));
    }

    private long RowElements(string stored) => _file.Info(stored).Shape is [_, var inputs, ..] ? inputs : 1;

    /// <summary>Whether the tensor is a norm of Gemma's, to which llama.cpp's converter has added the 1 that the model adds.</summary>
    private bool CountsFromOne(string name) => _normsFromOne && name.EndsWith("norm.weight", StringComparison.Ordinal);

    private bool IsPermuted(string name) => _headSize > 0 && (name.Contains(".q_proj.", StringComparison.Ordinal) || name.Contains(".k_proj.", StringComparison.Ordinal));

    private string Stored(string name) => _stored.TryGetValue(name, out var stored)
        ? stored
        : throw new UserError("the file has no tensor of this name.", Path, field: name, advice: "Is it a whole model?");
}
