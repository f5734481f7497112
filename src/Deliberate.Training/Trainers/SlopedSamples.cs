namespace Deliberate.Training;

/// <summary>
/// The samples of a batch that a loss has a slope at: at any of their tokens, by its log-probability or its entropy. The others, those of
/// groups that are all right or all wrong above all, add exact zeros to every gradient. That is asked of the slopes themselves, so it holds
/// for any objective: a KL to the reference or an entropy bonus gives every sample a slope. Grown once, it allocates nothing.
/// </summary>
internal sealed class SlopedSamples
{
    private readonly List<PolicySample> _samples = [];
    private int[] _starts = [];

    /// <summary>In the order of the batch.</summary>
    public IReadOnlyList<PolicySample> Samples => _samples;

    /// <summary>Where the tokens of each begin among those of the whole batch.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, _samples.Count);

    /// <param name="offsets">Of the batch: <c>[samples + 1]</c>.</param>
    public void Choose(IReadOnlyList<PolicySample> batch, ReadOnlySpan<int> offsets, ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy)
    {
        _samples.Clear();
        if (_starts.Length < batch.Count) _starts = new int[batch.Count + (batch.Count / 4)];
        for (var i = 0; i < batch.Count; i++)
        {
            var (start, length) = (offsets[i], offsets[i + 1] - offsets[i]);
            if (!HasSlope(gradLogp.Slice(start, length), gradEntropy.Slice(start, length))) continue;
            _starts[_samples.Count] = start;
            _samples.Add(batch[i]);
        }
    }

    /// <summary>How many of some samples have none.</summary>
    public static int CountFlat(ReadOnlySpan<int> offsets, int first, int count, ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy)
    {
        var flat = 0;
        for (var i = first; i < first + count; i++)
            if (!HasSlope(gradLogp[offsets[i]..offsets[i + 1]], gradEntropy[offsets[i]..offsets[i + 1]])) flat++;
        return flat;
    }

    /// <summary>What is not a number is a slope: it must be seen.</summary>
    private static bool HasSlope(ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy) => gradLogp.ContainsAnyExcept(0) || gradEntropy.ContainsAnyExcept(0);
}
