using System.Text;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// Where steps end in a completion: behind each separator that follows something. Steps are runs of whole tokens: the token that brings
/// the separator ends its step, and the last step goes to the end of the text, the answer included.
/// </summary>
/// <param name="encoder">Of the policy.</param>
/// <param name="separator">A line feed where each line is a step.</param>
internal sealed class StepCutter(ProblemEncoder encoder, string separator)
{
    public string Separator { get; } = separator;

    /// <summary>Told the tokens of a sample one by one; true where so many steps are over.</summary>
    public Func<int, bool> Watch(int steps)
    {
        var reader = new Reader(encoder, Separator);
        return token => reader.Push(token) && reader.Steps >= steps;
    }

    /// <summary>A completion's steps; the token that ends the text belongs to the last.</summary>
    public IReadOnlyList<SearchStep> Cut(ReadOnlySpan<int> tokens)
    {
        var reader = new Reader(encoder, Separator);
        var steps = new List<SearchStep>();
        var start = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (!reader.Push(tokens[i]) && i + 1 < tokens.Length) continue;
            var step = tokens[start..(i + 1)];
            steps.Add(new SearchStep(encoder.Text(step), step.ToArray()));
            start = i + 1;
        }

        return steps;
    }

    private sealed class Reader(ProblemEncoder encoder, string separator)
    {
        private readonly StreamingDecoder _decoder = encoder.Tokenizer.StreamDecoder(skipSpecial: false);
        private readonly StringBuilder _step = new();

        public int Steps { get; private set; }

        /// <summary>Whether the token ends a step.</summary>
        public bool Push(int token)
        {
            if (encoder.StopIds.Contains(token)) return false;
            var piece = _decoder.Push(token);
            if (piece.Length == 0) return false;
            _step.Append(piece);
            // Only what the piece may have completed is looked at.
            var text = _step.ToString();
            var from = Math.Max(0, text.Length - piece.Length - separator.Length + 1);
            if (text.IndexOf(separator, from, StringComparison.Ordinal) < 0 || string.IsNullOrWhiteSpace(text)) return false;
            _step.Clear();
            Steps++;
            return true;
        }
    }
}
