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

    /// <summary>Replaces each occurrence of a text.</summary>
    internal sealed class Replace(string pattern, string content) : Normalizer
    {
        private readonly byte[] _pattern = Encoding.UTF8.GetBytes(pattern);
        private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var output = new AlignedText(end - start + 16, text);
            while (start < end)
            {
                var skipped = _pattern.Length == 0 ? -1 : text.Bytes[start..end].IndexOf(_pattern);
                if (skipped < 0) break;
                output.Append(text, start, start + skipped);
                start += skipped + _pattern.Length;
                output.Append(_content, text.Start(start - 1), text.End(start - 1));
            }

            output.Append(text, start, end);
            return output;
        }
    }

    /// <summary>Unicode normalization form C.</summary>
    internal sealed class Nfc : Normalizer
    {
        public override AlignedText Apply(AlignedText text, int start, int end)
        {
            var source = text.Bytes[start..end];
            if (CanonicalComposition.IsPlainlyComposed(source)) return Copy(text, start, end);
            var output = new AlignedText(end - start, text);
            Span<byte> encoded = stackalloc byte[4];
            var position = start;
            foreach (var (codePoint, change) in CanonicalComposition.Compose(source))
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

    private static AlignedText Copy(AlignedText text, int start, int end)
    {
        var output = new AlignedText(end - start, text);
        output.Append(text, start, end);
        return output;
    }
}
