using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>The fourth stage: from a piece of text to tokens. Safe to use from many threads, each with a <see cref="Scratch"/> of its own.</summary>
internal abstract class TokenModel
{
    /// <summary>Appends the tokens of a piece to <see cref="Scratch.Ids"/> and, if asked, the bytes [start, end) of the piece that each came from to <see cref="Scratch.Spans"/>.</summary>
    public abstract void Encode(ReadOnlySpan<byte> piece, Scratch scratch, bool wantsSpans);

    /// <summary>The error where a piece has what the vocabulary cannot spell.</summary>
    protected static UserError Unknown(string what, ReadOnlySpan<byte> piece) => new(
        $"The tokenizer cannot spell {what} in \"{Excerpt.Of(Encoding.UTF8.GetString(piece), 40)}\": its vocabulary is closed and has no unknown token.",
        advice: "Train it with an alphabet of all bytes, or on text that has this character.");

    /// <summary>Working memory of one thread.</summary>
    internal sealed class Scratch
    {
        public WordCache Cache { get; } = new();

        public List<int> Ids { get; } = [];

        public List<(int Start, int End)> Spans { get; } = [];

        public int[] Symbols { get; set; } = new int[64];

        public int[] Widths { get; set; } = new int[64];

        public (int Rank, int Id)[] Pairs { get; } = new (int, int)[BpeModel.LongestScan];

        /// <summary>Best path to each byte of a piece (Unigram).</summary>
        public UnigramModel.Node[] Path { get; set; } = [];

        /// <summary>Adds the spans of tokens that lie one behind the other from the beginning of the piece.</summary>
        public void AddSpans(ReadOnlySpan<int> widths)
        {
            var at = 0;
            foreach (var width in widths)
            {
                Spans.Add((at, at + width));
                at += width;
            }
        }
    }
}
