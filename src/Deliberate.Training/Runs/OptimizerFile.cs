using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// <c>training/optimizer.safetensors</c>: for each parameter its <c>first.NAME</c> and, where the rule has one, <c>second.NAME</c>
/// moment, shaped as the parameter; the number of updates is in the metadata. One that ranks share is the same file: the first rank writes it whole, a piece
/// after the other as the others send them, and every rank reads its own parts.
/// </summary>
internal static class OptimizerFile
{
    public const string FileName = "optimizer.safetensors";

    /// <summary>Elements of a shared one that are sent or read at a time.</summary>
    private const int Piece = OptimizerPart.PieceLength;

    public static void Write(string path, ParameterStore store, Optimizer optimizer)
    {
        if (optimizer.Peers is { } peers) WriteShared(path, store, optimizer, peers);
        else StoredBuffers.Write(path, Moments(store, optimizer), Metadata(optimizer));
    }

    /// <exception cref="UserError">A moment is missing, misshapen or not finite.</exception>
    public static void Read(string path, ParameterStore store, Optimizer optimizer)
    {
        if (!File.Exists(path)) throw new UserError("the file is missing.", path, advice: CheckpointState.ResumeAdvice);
        using var file = SafetensorsFile.Open(path);
        var kind = RecipeWriter.Scalar(optimizer.Options.Kind);
        if (file.Metadata.GetValueOrDefault("kind") is { } stored && stored != kind) throw new UserError($"it holds the moments of {stored}, but the recipe asks for {kind}.", path, field: "kind");
        if (!long.TryParse(file.Metadata.GetValueOrDefault("steps"), NumberStyles.None, CultureInfo.InvariantCulture, out var steps)) throw new UserError("the number of updates is missing.", path, field: "steps", advice: CheckpointState.ResumeAdvice);
        if (optimizer.Peers is { } peers)
        {
            var buffer = new float[Piece];
            var parts = PartsOf(optimizer);
            foreach (var (name, parameter, moments) in Moments(store, optimizer))
            {
                StoredBuffers.Check(file, name, parameter);
                foreach (var part in parts[parameter].Where(p => p.Owner == peers.Rank)) StoredBuffers.Read(file, name, part.Offset - parameter.Offset, part.Length, moments, part.Moments, buffer);
            }
        }
        else
        {
            StoredBuffers.Read(file, Moments(store, optimizer));
        }

        optimizer.Steps = steps;
    }

    private static void WriteShared(string path, ParameterStore store, Optimizer optimizer, IOptimizerPeers peers)
    {
        var moments = Moments(store, optimizer);
        using var stream = peers.Rank == 0 ? File.Create(path) : null;
        var writer = stream is null ? null : new SafetensorsWriter(stream, [.. moments.Select(p => ModelWriter.Info(p.Name, p.Parameter))], [new("format", "pt"), .. Metadata(optimizer)]);
        var parts = PartsOf(optimizer);
        var buffer = new float[Piece];
        foreach (var (_, parameter, own) in moments)
        {
            foreach (var part in parts[parameter])
            {
                for (long at = 0; at < part.Length; at += buffer.Length)
                {
                    var length = (int)Math.Min(buffer.Length, part.Length - at);
                    if (part.Owner == peers.Rank) own.Read(part.Moments + at, buffer.AsSpan(0, length));
                    peers.ToFirst(buffer, length, part.Owner);
                    writer?.Append(buffer.AsSpan(0, length));
                }
            }
        }

        writer?.Finish();
    }

    private static KeyValuePair<string, string>[] Metadata(Optimizer optimizer) => [new("kind", RecipeWriter.Scalar(optimizer.Options.Kind)), new("steps", optimizer.Steps.ToString(CultureInfo.InvariantCulture))];

    private static Dictionary<Parameter, OptimizerPart[]> PartsOf(Optimizer optimizer) => optimizer.Parts.ToArray().GroupBy(p => p.Parameter).ToDictionary(g => g.Key, g => g.OrderBy(p => p.Offset).ToArray());

    private static List<StoredPart> Moments(ParameterStore store, Optimizer optimizer)
    {
        var moments = new List<StoredPart>();
        foreach (var parameter in store.Parameters.Where(p => !p.Frozen))
        {
            moments.Add(new("first." + parameter.Name, parameter, optimizer.First));
            var muon = optimizer.Options.Kind == OptimizerKind.Muon && parameter.IsBlockMatrix;
            if (optimizer.Second is { } second && !muon) moments.Add(new("second." + parameter.Name, parameter, second));
        }

        return moments;
    }
}
