using System.Buffers;
using System.Globalization;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The second stage: rewrites a stretch of text between added tokens. Alignment follows the reference library: what is
/// inserted shares the origin of the byte before it, what replaces a match has the origin of the match's last byte.
/// </summary>
internal abstract class Normalizer
{
    /// <summary>Writes the normalized text[start..end) to the end of the output.</summary>
    public abstract AlignedText Apply(AlignedText text, int start, int end);

    /// <summary>One after the other.</summary>
    internal sealed class Sequence(IReadOnlyList<Normalizer> parts) : Normalizer
    {
        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            foreach (var part in parts)
            {
                text = part.Apply(text, start, end);
                (start, end) = (0, text.Length);
            }

            return parts.Count == 0 ? Copy(text, start, end) : text;
        }
    }

    /// <summary>Puts a text in front, unless there is nothing to put it in front of.</summary>
    internal sealed class Prepend(string content) : Normalizer
    {
        private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var output = new AlignedText(end - start, text);
            if (start < end) output.Append(_content, text.Start(start), text.End(start));
            output.Append(text, start, end);
            return output;
        }
    }

    /// <summary>Replaces each match of a splitter: a text, or a regular expression.</summary>
    internal sealed class Replace(Splitter pattern, string content) : Normalizer
    {
        private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var output = new AlignedText(end - start + 16, text);
            var parts = new List<Splitter.Part>();
            pattern.Find(text.Bytes, start, end, parts);
            foreach (var part in parts)
            {
                if (!part.Matches) output.Append(text, part.Start, part.End);
                else if (part.End > start) output.Append(_content, text.Start(part.End - 1), text.End(part.End - 1));
                else output.Append(_content, text.Start(start), text.Start(start));
            }

            return output;
        }
    }

    /// <summary>A normalization form of Unicode.</summary>
    internal sealed class Unicode(NormalizationForm form) : Normalizer
    {
        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var source = text.Bytes[start..end];
            if (UnicodeNormalization.IsPlainly(form, source)) return Copy(text, start, end);
            var output = new AlignedText(end - start, text);
            Span<byte> encoded = stackalloc byte[4];
            var position = start;
            foreach (var (codePoint, change) in UnicodeNormalization.Apply(form, source))
            {
                var width = new Rune(codePoint).EncodeToUtf8(encoded);
                var origin = change > 0 ? Math.Max(position - 1, start) : position;
                output.Append(encoded[..width], text.Start(origin), text.End(origin));
                for (var consumed = change > 0 ? 0 : 1 - change; consumed > 0; consumed--)
                {
                    Rune.DecodeFromUtf8(text.Bytes[position..end], out _, out width);
                    position += width;
                }
            }

            return output;
        }
    }

    /// <summary>Each character in lower case, whatever its neighbours; İ alone becomes two characters.</summary>
    internal sealed class Lowercase : Normalizer
    {
        private const int DottedCapitalI = 0x130;

        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var output = new AlignedText(end - start, text);
            Span<byte> encoded = stackalloc byte[4];
            for (int position = start, length; position < end; position += length)
            {
                Rune.DecodeFromUtf8(text.Bytes[position..end], out var rune, out length);
                var lower = Rune.ToLowerInvariant(rune);
                var (from, to) = (text.Start(position), text.End(position));
                if (rune.Value == DottedCapitalI) output.Append("i\u0307"u8, from, to);
                else if (lower == rune) output.Append(text, position, position + length);
                else output.Append(encoded[..lower.EncodeToUtf8(encoded)], from, to);
            }

            return output;
        }
    }

    /// <summary>Leaves out combining marks (general category M).</summary>
    internal sealed class StripAccents : Normalizer
    {
        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var output = new AlignedText(end - start, text);
            for (int position = start, length; position < end; position += length)
            {
                Rune.DecodeFromUtf8(text.Bytes[position..end], out var rune, out length);
                if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
                    output.Append(text, position, position + length);
            }

            return output;
        }
    }

    /// <summary>Leaves out white space at the ends.</summary>
    internal sealed class Strip(bool left, bool right) : Normalizer
    {
        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            while (left && start < end && Rune.DecodeFromUtf8(text.Bytes[start..end], out var rune, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(rune)) start += length;
            while (right && start < end && Rune.DecodeLastFromUtf8(text.Bytes[start..end], out var rune, out var length) == OperationStatus.Done && Rune.IsWhiteSpace(rune)) end -= length;
            return Copy(text, start, end);
        }
    }

    private static AlignedText Copy(AlignedText text, int start, int end)
    {
        var output = new AlignedText(end - start, text);
        output.Append(text, start, end);
        return output;
    }
}
