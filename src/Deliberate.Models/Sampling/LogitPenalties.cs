namespace Deliberate.Models;

/// <summary>
/// Changes logits by what was said before, z being the logit of a token that stands c times in the output:
/// repetition z ← z &gt; 0 ? z / r : z · r for tokens of prompt or output; frequency and presence z ← z - b·c - a·[c &gt; 0]; and
/// z ← -∞ for a token that would complete a run of n tokens that prompt and output already hold. In this order, which is that of
/// transformers and, for the middle two, of vLLM. Keeps its counts between calls, one instance a thread.
/// </summary>
internal sealed class LogitPenalties(int vocabulary)
{
    /// <summary>All zero between calls.</summary>
    private readonly int[] _counts = new int[vocabulary];

    /// <param name="scores">Logits [vocabulary], before the temperature.</param>
    public void Apply(SamplingOptions options, TokenHistory history, Span<double> scores)
    {
        if (options.RepetitionPenalty != 1)
        {
            Repetition(options.RepetitionPenalty, history.Prompt, scores);
            Repetition(options.RepetitionPenalty, history.Output, scores);
            Clear(history.Prompt);
            Clear(history.Output);
        }

        if (options.FrequencyPenalty != 0 || options.PresencePenalty != 0) Counted(options, history.Output, scores);
        if (options.NoRepeatNgramSize > 0) Ban(options.NoRepeatNgramSize, history, scores);
    }

    private void Repetition(double penalty, ReadOnlySpan<int> tokens, Span<double> scores)
    {
        foreach (var token in tokens)
        {
            if (_counts[token]++ > 0) continue;
            scores[token] = scores[token] > 0 ? scores[token] / penalty : scores[token] * penalty;
        }
    }

    private void Counted(SamplingOptions options, ReadOnlySpan<int> output, Span<double> scores)
    {
        foreach (var token in output) _counts[token]++;
        foreach (var token in output)
        {
            if (_counts[token] == 0) continue;
            scores[token] -= (options.FrequencyPenalty * _counts[token]) + options.PresencePenalty;
            _counts[token] = 0;
        }
    }

    private void Ban(int size, TokenHistory history, Span<double> scores)
    {
        // In a vocabulary smaller than the text, every token may be banned; then the rule cannot be kept, and is not.
        if (history.Length > scores.Length && BannedTokens(size, history, scores.Length) == scores.Length) return;
        for (var i = 0; i + size <= history.Length; i++)
            if (Repeats(size, history, i)) scores[history[i + size - 1]] = double.NegativeInfinity;
    }

    private int BannedTokens(int size, TokenHistory history, int most)
    {
        var banned = 0;
        for (var i = 0; i + size <= history.Length && banned < most; i++)
            if (Repeats(size, history, i) && _counts[history[i + size - 1]]++ == 0) banned++;
        Clear(history.Prompt);
        Clear(history.Output);
        return banned;
    }

    /// <summary>Whether the size - 1 tokens from start are those that stand last.</summary>
    private static bool Repeats(int size, TokenHistory history, int start)
    {
        for (var i = size - 2; i >= 0; i--)
            if (history[start + i] != history[history.Length - size + 1 + i]) return false;
        return true;
    }

    private void Clear(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens) _counts[token] = 0;
    }
}
