namespace Deliberate.Models;

/// <summary>
/// A language model that was trained to say a label token behind each step: its numbers at a token are the log-probabilities of the label
/// tokens there, nats; their softmax is what it says of the step. Texts are read whole, once for each label.
/// </summary>
internal sealed class LabelTokenReader : IStepReader
{
    private const int BatchTokens = 2048;

    private readonly TrainingGraph _graph;
    private readonly int[] _labels;
    private readonly double[] _statistics;

    /// <param name="labels">Ids, in the order of the labels.</param>
    /// <param name="positions">Longest text.</param>
    public LabelTokenReader(LanguageModel model, int[] labels, int positions)
    {
        (_labels, Positions) = (labels, positions);
        var tokens = Math.Max(BatchTokens, positions);
        _graph = new TrainingGraph(model, tokens, tokens / 8, positions, training: false);
        _statistics = new double[4 * tokens];
    }

    public int Positions { get; }

    public (double[][][] Outputs, int[] Read) Read(IReadOnlyList<HeadText> texts, CancellationToken cancellation = default)
    {
        // A pass has room for more tokens than there are positions.
        foreach (var text in texts)
            if (text.Tokens.Length > Positions) throw new Core.UserError($"a text of {text.Tokens.Length} tokens exceeds the {Positions} positions of the scorer.");
        double[][][] outputs = [.. texts.Select(t => t.Rows.Select(_ => new double[_labels.Length]).ToArray())];
        _graph.Head.Temperature = 1;
        for (var next = 0; next < texts.Count;)
        {
            var (first, begin) = (next, next);
            for (var label = 0; label < _labels.Length; label++)
            {
                cancellation.ThrowIfCancellationRequested();
                _graph.Batch.Clear();
                List<int> rows = [];
                for (next = begin; next < texts.Count && _graph.Batch.Fits(texts[next].Tokens.Length); next++)
                {
                    var targets = new int[texts[next].Tokens.Length];
                    Array.Fill(targets, -1);
                    foreach (var row in texts[next].Rows) targets[row] = _labels[label];
                    rows.Add(_graph.Batch.Add(texts[next].Tokens, targets));
                }

                _graph.Forward();
                _graph.Head.Statistics.Value.Read(0, _statistics.AsSpan(0, 4 * _graph.Batch.Tokens));
                for (var i = 0; i < rows.Count; i++)
                    for (var r = 0; r < texts[first + i].Rows.Length; r++) outputs[first + i][r][label] = _statistics[4 * (rows[i] + texts[first + i].Rows[r])];
            }
        }

        return (outputs, [.. texts.Select(t => t.Tokens.Length * _labels.Length)]);
    }

    public void Forget()
    {
        // Nothing is kept.
    }

    public void Dispose() => _graph.Dispose();
}
