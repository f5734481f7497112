using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>The last stage: from tokens as they are spelled to text. Each part rewrites the list of tokens; what is left is joined.</summary>
internal abstract class Decoder
{
    /// <summary>Longest text that replacing may make, in UTF-16 units: the rules come from strangers.</summary>
    private const int LongestText = 16 << 20;

    public abstract List<string> Apply(List<string> tokens);

    /// <summary>Byte letters back to bytes, and those, as UTF-8, to text; a token with another character in it stands for itself.</summary>
    internal sealed class ByteLevel : Decoder
    {
        public static byte[] Bytes(string token) => ByteLetters.Read(token) ?? Encoding.UTF8.GetBytes(token);

        public override List<string> Apply(List<string> tokens)
        {
            var bytes = new MemoryStream();
            foreach (var token in tokens) bytes.Write(Bytes(token));
            return [Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))];
        }
    }

    internal sealed class Sequence(IReadOnlyList<Decoder> parts) : Decoder
    {
        public override List<string> Apply(List<string> tokens)
        {
            foreach (var part in parts) tokens = part.Apply(tokens);
            return tokens;
        }
    }

    internal sealed class Replace(Splitter pattern, string content, string? file) : Decoder
    {
        public override List<string> Apply(List<string> tokens)
        {
            var output = new List<string>(tokens.Count);
            var parts = new List<Splitter.Part>();
            var length = 0L;
            foreach (var token in tokens)
            {
                var bytes = Encoding.UTF8.GetBytes(token);
                parts.Clear();
                pattern.Find(bytes, 0, bytes.Length, parts);
                length += token.Length + ((long)content.Length * parts.Count(part => part.Matches));
                if (length > LongestText) throw new UserError($"The tokenizer's rules make more than {LongestText} characters of one text: it was stopped.", file, field: "decoder");
                output.Add(parts.Exists(part => part.Matches) ? string.Concat(parts.Select(part => part.Matches ? content : Encoding.UTF8.GetString(bytes, part.Start, part.End - part.Start))) : token);
            }

            return output;
        }
    }

    /// <summary>A run of tokens named &lt;0x00&gt; to &lt;0xFF&gt; becomes its text, or U+FFFD for each if it is not UTF-8 as a whole.</summary>
    internal sealed class ByteFallback : Decoder
    {
        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        public static int Byte(string token) =>
            token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && char.IsAsciiHexDigit(token[3]) && char.IsAsciiHexDigit(token[4]) ? Convert.ToInt32(token[3..5], 16) : -1;

        public override List<string> Apply(List<string> tokens)
        {
            var output = new List<string>(tokens.Count);
            var run = new List<byte>();
            foreach (var token in tokens)
            {
                var value = Byte(token);
                if (value >= 0)
                {
                    run.Add((byte)value);
                    continue;
                }

                Flush(run, output);
                output.Add(token);
            }

            Flush(run, output);
            return output;
        }

        private static void Flush(List<byte> run, List<string> output)
        {
            if (run.Count == 0) return;
            try
            {
                output.Add(Strict.GetString(run.ToArray()));
            }
            catch (DecoderFallbackException)
            {
                output.Add(new string('\uFFFD', run.Count));
            }

            run.Clear();
        }
    }

    internal sealed class Fuse : Decoder
    {
        public override List<string> Apply(List<string> tokens) => [string.Concat(tokens)];
    }

    /// <summary>Takes up to so many of a character off both ends of each token.</summary>
    internal sealed class Strip(char content, int start, int stop) : Decoder
    {
        public override List<string> Apply(List<string> tokens) => tokens.ConvertAll(token =>
        {
            int from = 0, to = token.Length;
            while (from < Math.Min(start, to) && token[from] == content) from++;
            while (to > from && token.Length - to < stop && token[to - 1] == content) to--;
            return token[from..to];
        });
    }

    /// <summary>The replacement character back to spaces; in the first token it goes, if encoding put one there.</summary>
    internal sealed class Metaspace(string replacement, bool prepends) : Decoder
    {
        public override List<string> Apply(List<string> tokens)
        {
            var output = new List<string>(tokens.Count);
            foreach (var token in tokens)
                output.Add(token.Replace(replacement, output.Count == 0 && prepends ? "" : " ", StringComparison.Ordinal));
            return output;
        }
    }
}
