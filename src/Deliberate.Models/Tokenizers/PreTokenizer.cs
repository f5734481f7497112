using System.Diagnostics;
using System.Text;

namespace Deliberate.Models;

/// <summary>A half-open range of bytes.</summary>
internal readonly record struct Piece(int Start, int End);

/// <summary>
/// The third stage: cuts a stretch of text into the pieces that the model tokenizes one by one. A list of steps, each of
/// which cuts the pieces of the one before. That bytes are spelled as letters is left to the model's vocabulary.
/// </summary>
internal sealed class PreTokenizer(IReadOnlyList<PreTokenizer.Step> steps, bool isByteLevel)
{
    /// <summary>Whether the model sees bytes rather than characters.</summary>
    public bool IsByteLevel { get; } = isByteLevel;

    /// <summary>Whether a step asks where in the caller's text a stretch begins.</summary>
    public bool NeedsOffsets { get; } = steps.Any(step => step.NeedsOffsets);

    /// <summary>Cuts text[start..end); the pieces are of the text that is returned, which a step may have rewritten.</summary>
    public AlignedText Apply(AlignedText text, int start, int end, List<Piece> pieces)
    {
        pieces.Clear();
        if (start < end) pieces.Add(new(start, end));
        foreach (var step in steps) text = step.Apply(text, pieces);
        return text;
    }

    /// <summary>One step; replaces the list of pieces by its own.</summary>
    internal abstract class Step
    {
        public virtual bool NeedsOffsets => false;

        public abstract AlignedText Apply(AlignedText text, List<Piece> pieces);
    }

    /// <summary>Cuts at the matches of a splitter.</summary>
    internal sealed class Split(Splitter splitter, SplitBehavior behavior, bool invert = false) : Step
    {
        public override AlignedText Apply(AlignedText text, List<Piece> pieces)
        {
            var parts = new List<Splitter.Part>();
            var input = pieces.ToArray();
            pieces.Clear();
            var regex = splitter as RegexSplitter;
            var started = regex is null ? 0 : Stopwatch.GetTimestamp();
            foreach (var piece in input)
            {
                parts.Clear();
                splitter.Find(text.Bytes, piece.Start, piece.End, parts);
                regex?.CheckPatience(started, text.Length);
                Combine(parts, pieces);
            }

            // Of matches without length, which only regular expressions have.
            if (regex is not null) pieces.RemoveAll(piece => piece.Start == piece.End);

            return text;
        }

        private void Combine(List<Splitter.Part> parts, List<Piece> pieces)
        {
            var first = pieces.Count;
            for (var i = 0; i < parts.Count; i++)
            {
                var matches = parts[i].Matches != invert;
                var previousMatches = i > 0 && parts[i - 1].Matches != invert;
                var joins = i > 0 && behavior switch
                {
                    SplitBehavior.MergedWithPrevious => matches && !previousMatches,
                    SplitBehavior.MergedWithNext => !matches && previousMatches,
                    SplitBehavior.Contiguous => matches == previousMatches,
                    _ => false,
                };
                if (matches && behavior == SplitBehavior.Removed) continue;
                if (joins && pieces.Count > first) pieces[^1] = pieces[^1] with { End = parts[i].End };
                else pieces.Add(new(parts[i].Start, parts[i].End));
            }
        }
    }

    /// <summary>Puts a space before each piece that does not begin with one.</summary>
    internal sealed class PrefixSpace : Step
    {
        public override AlignedText Apply(AlignedText text, List<Piece> pieces)
        {
            var output = new AlignedText(text.Length + 8, text);
            for (var i = 0; i < pieces.Count; i++)
            {
                var (start, end) = pieces[i];
                var from = output.Length;
                if (text.Bytes[start] != ' ') output.Append(" "u8, text.Start(start), text.End(start));
                output.Append(text, start, end);
                pieces[i] = new(from, output.Length);
            }

            return output;
        }
    }

    /// <summary>Spaces become a replacement character, one is put in front (always, never, or at the start of the text), and pieces begin at it.</summary>
    internal sealed class Metaspace(string replacement, string prependScheme, bool split) : Step
    {
        private readonly byte[] _replacement = Encoding.UTF8.GetBytes(replacement);
        private readonly Normalizer.Replace _replace = new(new TextSplitter(" "), replacement);
        private readonly Split? _split = split ? new Split(new TextSplitter(replacement), SplitBehavior.MergedWithNext) : null;

        public override bool NeedsOffsets => prependScheme == "first";

        public override AlignedText Apply(AlignedText text, List<Piece> pieces)
        {
            var output = new AlignedText(text.Length + 8, text);
            for (var i = 0; i < pieces.Count; i++)
            {
                var replaced = _replace.Apply(text, pieces[i].Start, pieces[i].End);
                var from = output.Length;
                var wanted = prependScheme == "always" || (prependScheme == "first" && replaced.Start(0) == 0);
                if (wanted && !replaced.Bytes.StartsWith(_replacement)) output.Append(_replacement, replaced.Start(0), replaced.End(0));
                output.Append(replaced, 0, replaced.Length);
                pieces[i] = new(from, output.Length);
            }

            return _split?.Apply(output, pieces) ?? output;
        }
    }
}
