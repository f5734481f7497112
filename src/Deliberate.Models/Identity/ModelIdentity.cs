using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Which model it is, whatever it is called and wherever it lies: SHA-256 in lower-case hexadecimal of its parts. The weights are
/// hashed by value: the tensors that the configuration implies, in the order of their names, each a line of name, element type,
/// shape and the SHA-256 of its elements as little-endian 32-bit floats. So a folder and a GGUF file of the same values are the same
/// weights, however each stores them; a file that rounds its weights (Q4_K of a BF16 folder) holds others. Tokenizers that were
/// written in another form (tokenizer.json, GGUF's lists) count as different, although they may do the same.
/// </summary>
public sealed record ModelIdentity
{
    private const int Piece = 1 << 18;

    private ModelIdentity(string weights, string configuration, string tokenizer, string? chatTemplate) =>
        (Weights, Configuration, Tokenizer, ChatTemplate) = (weights, configuration, tokenizer, chatTemplate);

    /// <summary>Of the adapter that the model is used with: its tensors by value, and the scale of each update; null without one.</summary>
    public string? Adapter { get; internal init; }

    /// <summary>Of all tensors.</summary>
    public string Weights { get; }

    /// <summary>Of the architecture, as config.json would be written for it.</summary>
    public string Configuration { get; }

    /// <summary>Of the tokenizer, as tokenizer.json would be written for it.</summary>
    public string Tokenizer { get; }

    /// <summary>Of the chat template's text; null without one.</summary>
    public string? ChatTemplate { get; }

    /// <summary>Of all the others together.</summary>
    public string Id => Hash(Encoding.UTF8.GetBytes($"weights {Weights}\nconfiguration {Configuration}\ntokenizer {Tokenizer}\ntemplate {ChatTemplate ?? "none"}\n{(Adapter is null ? "" : $"adapter {Adapter}\n")}"));

    /// <summary>
    /// Of a model on disk. Reads all of its weights the first time; then their hash is kept in the user's cache folder
    /// (<c>$DELIBERATE_CACHE</c>, else <c>$XDG_CACHE_HOME/deliberate</c>, else <c>~/.cache/deliberate</c>) for as long as the files' sizes
    /// and times stay the same.
    /// </summary>
    /// <param name="path">A folder, or a .gguf or .safetensors file.</param>
    /// <param name="cancellationToken">Stops between pieces of the weights.</param>
    /// <exception cref="UserError">There is no such model, or it is damaged.</exception>
    public static ModelIdentity Of(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var opened = PretrainedModel.Open(path, headed: true);
        return Of(opened, cancellationToken);
    }

    /// <summary>The same from every byte of the weights, whatever sizes and times say: for whoever must not be deceived by a file that was changed and dated back.</summary>
    internal static ModelIdentity Read(string path, CancellationToken cancellation)
    {
        using var opened = PretrainedModel.Open(path, headed: true);
        var weights = HashWeights(opened, cancellation);
        IdentityCache.For(opened.Weights.Files).Write(weights);
        return Of(opened, weights);
    }

    internal static ModelIdentity Of(PretrainedModel model, CancellationToken cancellation = default) => Of(model, WeightsOf(model, cancellation));

    private static ModelIdentity Of(PretrainedModel model, string weights) => new(
        weights, Hash(HuggingFaceConfiguration.Write(model.Configuration, StoredType.F32)), Hash(model.Text.Tokenizer.ToJson()),
        model.Text.ChatTemplate is { } template ? Hash(Encoding.UTF8.GetBytes(template.Source)) : null)
    { Adapter = model.Adapter?.Hash };

    /// <summary>The hash of the weights alone; of a base, without what an adapter changes.</summary>
    internal static string WeightsOf(PretrainedModel model, CancellationToken cancellation = default)
    {
        var cache = IdentityCache.For(model.Weights.Files);
        if (cache.Read() is { } known) return known;
        var weights = HashWeights(model, cancellation);
        cache.Write(weights);
        return weights;
    }

    /// <summary>The same if it is known without reading the weights; else null.</summary>
    internal static ModelIdentity? Known(PretrainedModel model) => IdentityCache.For(model.Weights.Files).Read() is null ? null : Of(model);

    private static string HashWeights(PretrainedModel model, CancellationToken cancellation)
    {
        var parameters = ParameterNames.Of(model.Configuration).OrderBy(p => p.Name, StringComparer.Ordinal).ToArray();
        var lines = new string[parameters.Length];
        Parallel.For(0, parameters.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var shape = string.Join(", ", parameters[i].Shape.Select(n => n.ToString(CultureInfo.InvariantCulture)));
            lines[i] = $"{parameters[i].Name} F32 [{shape}] {HashTensor(model.Weights, parameters[i].Name, cancellation)}\n";
        });
        return Hash(Encoding.UTF8.GetBytes(string.Concat(lines)));
    }

    private static string HashTensor(ITensorSource source, string name, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = source.Info(name).Count;
        var buffer = new float[Math.Min(Piece, count)];
        for (long at = 0; at < count; at += buffer.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - at));
            source.Read(name, piece, at);
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(piece));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
