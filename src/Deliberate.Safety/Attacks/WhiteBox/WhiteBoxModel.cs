using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Safety;

/// <summary>
/// A model's weights, frozen, for attacks that need more than its answers: the loss of a target text behind many candidates at once, the
/// gradient of that loss by the embeddings of some tokens, the residual stream. The loss is the mean of -log p over the target's
/// tokens, in nats. For one thread at a time.
/// </summary>
internal sealed class WhiteBoxModel : IDisposable
{
    /// <summary>Tokens of a pass over candidates.</summary>
    private const int PassTokens = 2048;

    private readonly LanguageModel _model;
    private Graph? _losses, _gradients;

    /// <param name="model">Not owned; held for training, so that its weights can be read and gone back through. Frozen from here on.</param>
    public WhiteBoxModel(LanguageModel model)
    {
        _model = model;
        foreach (var parameter in model.Parameters.Parameters) parameter.Frozen = true;
        model.Pack(training: true);
    }

    public LanguageModel Model => _model;

    public int Hidden => _model.Configuration.HiddenSize;

    public int Layers => _model.Configuration.LayerCount;

    /// <summary>Passes forward and back so far, in tokens: what an attack cost.</summary>
    public long Tokens { get; private set; }

    /// <summary>The loss of a target behind a shared beginning and each of some candidates.</summary>
    /// <param name="beginning">Of all, at least one token: read once for as many candidates as fit a pass.</param>
    /// <param name="candidates">What differs, each at least one token.</param>
    /// <param name="ending">Behind each candidate, before the target.</param>
    public double[] Losses(ReadOnlySpan<int> beginning, IReadOnlyList<int[]> candidates, ReadOnlySpan<int> ending, ReadOnlySpan<int> target)
    {
        var losses = new double[candidates.Count];
        var length = candidates.Max(c => c.Length) + ending.Length + target.Length;
        var graph = Losing(beginning.Length + Math.Max(PassTokens, length), PassTokens / Math.Max(1, length) + 2, beginning.Length + length);
        for (var first = 0; first < candidates.Count;)
        {
            graph.Batch.Clear();
            var prefix = graph.Batch.AddPrefix(beginning);
            var rows = new List<int>();
            while (first + rows.Count < candidates.Count && graph.Batch.Fits(candidates[first + rows.Count].Length + ending.Length + target.Length))
            {
                int[] rest = [.. candidates[first + rows.Count], .. ending, .. target];
                var row = graph.Batch.AddContinuation(prefix, rest[0], rest.AsSpan(1));
                // Only the target is asked for.
                graph.AskNothing(row, rest.Length - 1 - target.Length);
                rows.Add(row + rest.Length - 1 - target.Length);
            }

            graph.Forward();
            Tokens += graph.Batch.Tokens;
            for (var i = 0; i < rows.Count; i++) losses[first + i] = graph.Loss(rows[i], target.Length);
            first += rows.Count;
        }

        return losses;
    }

    /// <summary>The loss of the last tokens of a sequence, and its gradient by the embeddings of some of the others.</summary>
    /// <param name="tokens">All of it.</param>
    /// <param name="target">How many of the last are the target.</param>
    /// <param name="first">First token whose gradient is asked for.</param>
    /// <param name="count">How many.</param>
    /// <param name="vectors">[count, hidden]: what stands in the place of their embeddings; empty for the embeddings.</param>
    /// <returns>Loss, and d loss / d embedding, [count, hidden].</returns>
    public (double Loss, double[] Gradient) Gradient(int[] tokens, int target, int first, int count, ReadOnlySpan<double> vectors = default)
    {
        var graph = Differing(tokens.Length);
        graph.Batch.Clear();
        graph.Batch.AddSequence(tokens, tokens.Length - target, tokens.Length);
        using var replaced = graph.Replace(_model, vectors, first, count);
        graph.Forward();
        Tokens += 2L * tokens.Length;
        var loss = graph.Loss(tokens.Length - 1 - target, target);
        graph.Backward(tokens.Length - 1 - target, target);
        return (loss, graph.EmbeddingGradient(first, count, vectors.IsEmpty ? _model.Configuration.EmbeddingScale : 1));
    }

    /// <summary>d loss / d one-hot token, [count, vocabulary]: how the loss would change, to first order, by the token that stands in a place.</summary>
    public float[] TokenGradient(int[] tokens, int target, int first, int count)
    {
        var (_, gradient) = Gradient(tokens, target, first, count);
        var (vocabulary, hidden) = (_model.Configuration.VocabularySize, Hidden);
        var result = new float[count * vocabulary];
        var rows = EmbeddingRows();
        Parallel.For(0, count, place =>
        {
            var by = new float[hidden];
            for (var k = 0; k < hidden; k++) by[k] = (float)gradient[(place * hidden) + k];
            for (var token = 0; token < vocabulary; token++) result[(place * vocabulary) + token] = System.Numerics.Tensors.TensorPrimitives.Dot(by, rows.AsSpan(token * hidden, hidden));
        });
        return result;
    }

    /// <summary>The residual stream behind each layer at a sequence's last token, [layers, hidden].</summary>
    public double[] Residual(int[] tokens)
    {
        var graph = Differing(tokens.Length);
        graph.Batch.Clear();
        graph.Batch.AddSequence(tokens, tokens.Length, tokens.Length);
        graph.Replace(_model, [], 0, 0);
        graph.ForwardHidden();
        Tokens += tokens.Length;
        return graph.Residual(tokens.Length - 1);
    }

    /// <summary>Goes on greedily from tokens of which some are vectors of one's own, until a token that ends it.</summary>
    public int[] Continue(IReadOnlyList<int> tokens, int first, int count, ReadOnlySpan<double> vectors, int most, Func<int, bool> ends)
    {
        var (text, drawn) = (tokens.ToList(), new List<int>());
        var head = HeadRows();
        while (drawn.Count < most)
        {
            var graph = Differing(tokens.Count + most);
            graph.Batch.Clear();
            graph.Batch.AddSequence(text.ToArray(), text.Count, text.Count);
            using var replaced = graph.Replace(_model, vectors, first, count);
            graph.ForwardHidden();
            Tokens += text.Count;
            var next = Likeliest(head, graph.LastHidden(text.Count - 1));
            if (ends(next)) break;
            text.Add(next);
            drawn.Add(next);
        }

        return [.. drawn];
    }

    /// <summary>The embeddings of tokens, [tokens, hidden].</summary>
    public double[] Embeddings(ReadOnlySpan<int> tokens)
    {
        var (rows, result) = (EmbeddingRows(), new double[tokens.Length * Hidden]);
        for (var i = 0; i < tokens.Length; i++)
            for (var k = 0; k < Hidden; k++) result[(i * Hidden) + k] = rows[(tokens[i] * Hidden) + k] * _model.Configuration.EmbeddingScale;
        return result;
    }

    public void Dispose()
    {
        _losses?.Dispose();
        _gradients?.Dispose();
    }

    private float[] EmbeddingRows() => Rows(_model.Embedding);

    private float[] HeadRows() => Rows(_model.Head);

    private float[] Rows(LinearWeight weight)
    {
        var rows = new float[(long)weight.Rows * weight.Columns];
        _model.Parameters.Values.Read(weight.Parts[0].Offset, rows);
        return rows;
    }

    private int Likeliest(float[] head, double[] hidden)
    {
        var state = Array.ConvertAll(hidden, x => (float)x);
        var (best, most) = (0, float.NegativeInfinity);
        for (var token = 0; token < _model.Configuration.VocabularySize; token++)
        {
            var logit = System.Numerics.Tensors.TensorPrimitives.Dot(state, head.AsSpan(token * Hidden, Hidden));
            if (logit > most) (best, most) = (token, logit);
        }

        return best;
    }

    private Graph Losing(int tokens, int segments, int positions) => Fitting(ref _losses, tokens, segments, positions, training: false);

    private Graph Differing(int tokens) => Fitting(ref _gradients, tokens, 1, tokens, training: true);

    /// <summary>The graph that is there, or a larger one in its place.</summary>
    private Graph Fitting(ref Graph? graph, int tokens, int segments, int positions, bool training)
    {
        if (graph is not null && graph.Batch.TokenCapacity >= tokens && graph.Batch.SegmentCapacity >= segments && graph.Positions >= positions) return graph;
        graph?.Dispose();
        return graph = new Graph(_model, (tokens + 63) / 64 * 64, segments + 4, (positions + 63) / 64 * 64, training);
    }

    /// <summary>The model's tape with taps: its embeddings, which can be replaced, and its residual stream.</summary>
    private sealed class Graph : IDisposable
    {
        private readonly Tape _tape;
        private readonly LogProbabilityHead _head;
        private readonly List<Tensor> _residual = [];
        private readonly Tensor _hidden;
        private readonly ReplaceRowsOperation _replace;

        public Graph(LanguageModel model, int tokens, int segments, int positions, bool training)
        {
            if (training) model.Parameters.MakeGradients();
            Positions = positions;
            _tape = new Tape(model.Device, tokens, segments, training);
            ReplaceRowsOperation? replace = null;
            _hidden = model.Build(_tape, positions, (layer, stream) =>
            {
                _residual.Add(stream);
                if (layer < 0) _tape.Add(replace = new ReplaceRowsOperation(stream));
            });
            _replace = replace!;
            _head = new LogProbabilityHead(_tape, _hidden, model.Head, model.Configuration.LogitSoftCap ?? 0, training) { OnlyTargets = true };
        }

        public Batch Batch => _tape.Batch;

        public int Positions { get; }

        public void AskNothing(int row, int count) => Batch.HostTargets.Slice(row, count).Fill(-1);

        public DeviceBuffer? Replace(LanguageModel model, ReadOnlySpan<double> vectors, int first, int count)
        {
            if (vectors.IsEmpty)
            {
                _replace.Vectors = null;
                return null;
            }

            var buffer = model.Device.Allocate(vectors.Length);
            buffer.Write(0, vectors);
            (_replace.Vectors, _replace.FirstRow, _replace.Count) = (buffer, first, count);
            return buffer;
        }

        public void Forward()
        {
            _tape.Forward();
            using var turn = _tape.Device.Turns.Take();
            _head.Forward();
        }

        public void ForwardHidden() => _tape.Forward();

        /// <summary>Of rows whose targets are asked for.</summary>
        public double Loss(int row, int count)
        {
            var statistics = new double[4 * count];
            _head.Statistics.Value.Read(4L * row, statistics);
            var sum = 0.0;
            for (var i = 0; i < count; i++) sum -= statistics[4 * i];
            return sum / count;
        }

        public void Backward(int row, int count)
        {
            var upstream = new double[2 * Batch.Tokens];
            for (var i = 0; i < count; i++) upstream[2 * (row + i)] = -1.0 / count;
            _head.Upstream.Value.Write(0, upstream);
            using (_tape.Device.Turns.Take()) _head.Backward();
            _tape.Backward();
        }

        public double[] EmbeddingGradient(int first, int count, double scale)
        {
            var (stream, result) = (_residual[0], new double[count * _residual[0].Columns]);
            for (var i = 0; i < count; i++) stream.Gradient!.Read(stream.GradientOffset + ((long)(first + i) * stream.Stride), result.AsSpan(i * stream.Columns, stream.Columns));
            // The stream is the embedding times its scale.
            for (var i = 0; i < result.Length; i++) result[i] *= scale;
            return result;
        }

        public double[] Residual(int row)
        {
            var hidden = _residual[0].Columns;
            var result = new double[(_residual.Count - 1) * hidden];
            for (var layer = 1; layer < _residual.Count; layer++) Read(_residual[layer], row, result.AsSpan((layer - 1) * hidden, hidden));
            return result;
        }

        public double[] LastHidden(int row)
        {
            var result = new double[_hidden.Columns];
            Read(_hidden, row, result);
            return result;
        }

        public void Dispose()
        {
            _head.Dispose();
            _tape.Dispose();
        }

        private static void Read(Tensor tensor, int row, Span<double> to) => tensor.Value.Read(tensor.Offset + ((long)row * tensor.Stride), to);
    }
}
