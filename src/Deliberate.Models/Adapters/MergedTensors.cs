using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The weights of a base with an adapter merged into them, computed in double as they are read: W + scale·B·A, with magnitudes
/// m / ‖W + scale·B·A‖ · (W + scale·B·A) row by row, and what is saved whole in place of the base's. Or the way back, W - scale·B·A.
/// Owns neither.
/// </summary>
internal sealed class MergedTensors : ITensorSource
{
    private readonly ITensorSource _base;
    private readonly AdapterFile _adapter;
    private readonly double _sign;
    private readonly ConcurrentDictionary<string, Update> _updates = new(StringComparer.Ordinal);

    /// <param name="unmerge">Takes the updates out of weights that they were merged into.</param>
    /// <exception cref="UserError">The adapter is for another model, or cannot be taken out again.</exception>
    public MergedTensors(PretrainedModel model, AdapterFile adapter, bool unmerge = false)
    {
        adapter.CheckShapes(model.Configuration, model.Location);
        if (unmerge && (adapter.Configuration.HasMagnitudes || adapter.Saved.Count > 0))
        {
            throw new UserError(
                adapter.Configuration.HasMagnitudes ? "its magnitudes took the place of the norms of the base's rows, which merged weights no longer hold." : $"it replaced {adapter.Saved.First()}, which merged weights no longer hold.",
                adapter.Folder, advice: "Take the base itself.");
        }

        (_base, _adapter, _sign) = (model.Weights, adapter, unmerge ? -1 : 1);
        var tied = model.Configuration.TieWordEmbeddings && adapter.Saved.Any(s => s is EmbeddingName or LanguageModel.HeadName);
        Configuration = tied ? model.Configuration with { TieWordEmbeddings = false } : model.Configuration;
        Names = tied && !_base.Contains(LanguageModel.HeadName) ? [.. _base.Names, LanguageModel.HeadName] : _base.Names;
    }

    private const string EmbeddingName = "model.embed_tokens.weight";

    /// <summary>The base's; its output matrix is one of its own where the adapter changed one of the two.</summary>
    public ModelConfiguration Configuration { get; }

    public string Path => _adapter.Folder;

    public IReadOnlyList<string> Files => [.. _base.Files, .. _adapter.Tensors.Files];

    public IReadOnlyList<string> Names { get; }

    public bool Contains(string name) => _base.Contains(name) || (name == LanguageModel.HeadName && Names.Contains(name));

    public TensorInfo Info(string name)
    {
        var info = _base.Info(Source(name));
        return IsChanged(name) || name != info.Name ? new TensorInfo(name, StoredType.F32, info.Shape) : info;
    }

    public void Read(string name, Span<float> destination, long start = 0)
    {
        if (!IsChanged(name))
        {
            _base.Read(Source(name), destination, start);
            return;
        }

        var values = new double[destination.Length];
        ReadDouble(name, values, start);
        TensorPrimitives.ConvertTruncating<double, float>(values, destination);
    }

    public void ReadDouble(string name, Span<double> destination, long start = 0)
    {
        if (_adapter.Saved.Contains(name))
        {
            _adapter.Tensors.ReadDouble(AdapterNames.Saved(name), destination, start);
            return;
        }

        var module = AdapterNames.ModuleOf(name);
        if (!_adapter.Modules.TryGetValue(module, out var rank))
        {
            _base.ReadDouble(Source(name), destination, start);
            return;
        }

        // Whole rows, whatever piece of them is asked for.
        var update = _updates.GetOrAdd(module, m => Update.Read(_adapter, m, rank));
        var columns = (int)_base.Info(name).Shape[1];
        double[] row = new double[columns], added = new double[columns];
        for (var done = 0; done < destination.Length;)
        {
            var (output, column) = ((int)((start + done) / columns), (int)((start + done) % columns));
            _base.ReadDouble(name, row, (long)output * columns);
            update.Of(output, added);
            TensorPrimitives.MultiplyAdd(added, _sign * update.Scale, row, row);
            if (update.Magnitudes is { } magnitudes) TensorPrimitives.Multiply(row, magnitudes[output] / TensorPrimitives.Norm<double>(row), row);
            var piece = row.AsSpan(column, Math.Min(columns - column, destination.Length - done));
            piece.CopyTo(destination[done..]);
            done += piece.Length;
        }
    }

    public void ReadBytes(string name, Span<byte> destination, long offset = 0)
    {
        if (!IsChanged(name) && Source(name) == name) _base.ReadBytes(name, destination, offset);
        else Read(name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(destination), offset / sizeof(float));
    }

    public void Dispose()
    {
    }

    /// <summary>A tied output matrix that became one of its own is the embedding as it was.</summary>
    private string Source(string name) => name == LanguageModel.HeadName && !_base.Contains(name) ? EmbeddingName : name;

    private bool IsChanged(string name) => _adapter.Saved.Contains(name) || _adapter.Modules.ContainsKey(AdapterNames.ModuleOf(name));

    private sealed record Update(double[] Down, double[] Up, int Rank, double Scale, double[]? Magnitudes)
    {
        public static Update Read(AdapterFile adapter, string module, int rank)
        {
            double[] All(string name)
            {
                var values = new double[adapter.Tensors.Info(name).Count];
                adapter.Tensors.ReadDouble(name, values);
                return values;
            }

            return new Update(All(AdapterNames.Down(module)), All(AdapterNames.Up(module)), rank, adapter.Configuration.ScaleOf(module, rank), adapter.MagnitudeName(module) is { } magnitude ? All(magnitude) : null);
        }

        /// <summary>A row of B·A.</summary>
        public void Of(int output, Span<double> target)
        {
            target.Clear();
            for (var r = 0; r < Rank; r++) TensorPrimitives.MultiplyAdd<double>(Down.AsSpan(r * target.Length, target.Length), Up[(output * Rank) + r], target, target);
        }
    }
}
