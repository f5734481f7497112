using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// What storing a model otherwise does to its log-probabilities on given texts, token by token under the same tokens before it. The
/// model is read back from what was written, and both are computed in F32.
/// </summary>
/// <param name="Mean">Of log p after less log p before, nats: below 0 where texts became less likely.</param>
/// <param name="Absolute">Of the magnitude of that.</param>
/// <param name="Largest">The largest magnitude.</param>
/// <param name="Before">Perplexity of the model.</param>
/// <param name="After">Perplexity of what was written.</param>
internal sealed record StorageShift(Estimate Mean, Estimate Absolute, double Largest, Perplexity Before, Perplexity After)
{
    /// <param name="before">Path of the model.</param>
    /// <param name="after">Path of what was written.</param>
    /// <param name="context">Tokens that the model sees at once; 0 for the model's, at most 1024.</param>
    /// <param name="progress">Told the tokens scored, of both.</param>
    public static StorageShift Measure(string before, string after, IReadOnlyList<string> texts, Device device, int context, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var (tokens, first, stride) = Score(before, texts, null, device, context, progress, cancellation);
        var (_, second, _) = Score(after, texts, tokens, device, context, progress, cancellation);
        var bytes = texts.Sum(t => (long)System.Text.Encoding.UTF8.GetByteCount(t));
        var (from, to, size, largest) = (new ItemValues<int>(), new ItemValues<int>(), new ItemValues<int>(), 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            for (var t = 0; t < first[i].Length; t++)
            {
                if (float.IsNaN(first[i][t])) continue;
                // As perplexity has it: a text, or a stretch of the only one, hangs together.
                var item = texts.Count > 1 ? i : t / stride;
                from.Add(item, first[i][t]);
                to.Add(item, second[i][t]);
                var off = Math.Abs((double)second[i][t] - first[i][t]);
                size.Add(item, off);
                largest = Math.Max(largest, off);
            }
        }

        if (from.Samples == 0) throw new UserError("there is nothing to measure: no text of two tokens.", field: "--text");
        return new StorageShift(DifferenceMetric.Of(from, to, MeasureKind.Length), MeanMetric.Of(size), largest, Perplexity.Of(first, bytes, stride), Perplexity.Of(second, bytes, stride));
    }

    /// <param name="expected">The ids that the texts must have; null for the first.</param>
    private static (int[][] Tokens, float[][] Scores, int Stride) Score(
        string path, IReadOnlyList<string> texts, int[][]? expected, Device device, int context, IProgress<long>? progress, CancellationToken cancellation)
    {
        using var opened = PretrainedModel.Open(path);
        var tokenizer = opened.Text.Tokenizer;
        int[] begin = [.. tokenizer.Encode("", addSpecialTokens: true).Where(id => !opened.Text.StopIds.Contains(id))];
        var tokens = texts.Select(text => tokenizer.Encode(text, parseSpecial: false)).ToArray();
        if (expected is not null && !tokens.Zip(expected).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
            throw new UserError("what was written cuts the text into other tokens than the model does.", path, advice: "Please report it with the model's name; until then keep the Hugging Face folder.");
        context = Math.Min(context == 0 ? 1024 : context, opened.Configuration.MaxPositions);
        var stride = Math.Clamp(context / 2, 1, TextScorer.MostStride(begin, context));
        using var model = opened.LoadWeights(device, WeightStorage.F32);
        using var scorer = new TextScorer(model, begin, context, stride);
        return (tokens, scorer.Score(tokens, progress, cancellation), stride);
    }
}
