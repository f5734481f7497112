using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The tensors of a GGUF file under Hugging Face's names and in its row order. For Llama, llama.cpp's converter stores rows of q
/// and k so that the two halves of a head interleave (its rotation turns neighbours): row 2i + s of a head there is row
/// s · HeadSize/2 + i here. Rows are whole blocks, so they move without being dequantised. Tensors without a name there
/// (such as <c>rope_freqs.weight</c>) are left out.
/// </summary>
internal sealed class GgufWeights : ITensorSource
{
    private static readonly Dictionary<string, string> LayerNames = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["attn_q_norm"] = "self_attn.q_norm",
        ["attn_k_norm"] = "self_attn.k_norm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    private delegate void Reading<T>(string stored, Span<T> destination, long start);

    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly int _headSize;

    private GgufWeights(GgufFile file, ModelConfiguration configuration, IReadOnlyList<IgnoredValue> ignored)
    {
        (File, Ignored) = (file, ignored);
        Configuration = configuration;
        _headSize = Architecture.Named(configuration.Architecture).PermutedInGguf ? configuration.HeadSize : 0;
        foreach (var stored in file.Names)
        {
            if (HuggingFaceName(stored) is not { } name) continue;
            _names.Add(name);
            if (!_stored.TryAdd(name, stored)) throw new UserError($"another tensor stands for {name} too.", file.Path, field: stored);
            if (IsPermuted(name) && file.Info(stored).Shape[0] % _headSize != 0) throw new UserError($"{file.Info(stored).Shape[0]} rows are no whole heads of {_headSize}.", file.Path, field: stored);
        }
    }

    public GgufFile File { get; }

    public ModelConfiguration Configuration { get; }

    /// <summary>Ids in the metadata that name no token.</summary>
    public IReadOnlyList<IgnoredValue> Ignored { get; }

    public string Path => File.Path;

    public IReadOnlyList<string> Files => File.Files;

    public IReadOnlyList<string> Names => _names;

    public static GgufWeights Open(string path)
    {
        var file = GgufFile.Open(path);
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

    /// <summary>The Hugging Face name of a tensor, null if it has none.</summary>
    public static string? HuggingFaceName(string stored)
    {
        switch (stored)
        {
            case "token_embd.weight": return "model.embed_tokens.weight";
            case "output_norm.weight": return "model.norm.weight";
            case "output.weight": return "lm_head.weight";
        }

        var parts = stored.Split('.');
        return parts is ["blk", var layer, var part, "weight" or "bias"] && LayerNames.TryGetValue(part, out var name) && int.TryParse(layer, out var index) && layer == index.ToString() && index >= 0
            ? $"model.layers.{layer}.{name}.{parts[3]}"
            : null;
    }

    public bool Contains(string name) => _stored.ContainsKey(name);

    public TensorInfo Info(string name) => File.Info(Stored(name)) with { Name = name };

    public void Read(string name, Span<float> destination, long start = 0) => Read(name, destination, start, RowElements(Stored(name)), File.Read);

    public void ReadDouble(string name, Span<double> destination, long start = 0) => Read(name, destination, start, RowElements(Stored(name)), File.ReadDouble);

    public void ReadBytes(string name, Span<byte> destination, long offset = 0)
    {
        var stored = Stored(name);
        Read(name, destination, offset, File.Info(stored).Type.Bytes(RowElements(stored)), File.ReadBytes);
    }

    public void Dispose() => File.Dispose();

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

    private long RowElements(string stored) => File.Info(stored).Shape is [_, var inputs, ..] ? inputs : 1;

    private bool IsPermuted(string name) => _headSize > 0 && (name.Contains(".q_proj.", StringComparison.Ordinal) || name.Contains(".k_proj.", StringComparison.Ordinal));

    private string Stored(string name) => _stored.TryGetValue(name, out var stored)
        ? stored
        : throw new UserError("the file has no tensor of this name.", Path, field: name, advice: "Is it a whole model?");
}
