using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Reads a vocabulary of tiktoken: a line a token, its bytes in base64 and its rank. Special tokens and the pattern that cuts words are
/// not in it: the pattern is Llama 3's, or Qwen's where the file is called so, and the special tokens are those beside it, or
/// Llama 3's own behind its 128,000 ranks.
/// </summary>
internal static class TiktokenFile
{
    private const int Llama3Ranks = 128_000;
    private const int Llama3Special = 256;
    private const int LongestToken = 4096;

    private static readonly string[] Llama3Names =
    [
        "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|reserved_special_token_2|>", "<|start_header_id|>",
        "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
    ];

    /// <summary>Whether the beginning of a file is that of such a vocabulary.</summary>
    public static bool Is(ReadOnlySpan<byte> file)
    {
        var end = file[..Math.Min(file.Length, LongestToken)].IndexOf((byte)'\n');
        return end > 0 && ReadLine(file[..end], out _, out _);
    }

    /// <param name="added">The tokens beside the file; empty where nothing is said of any.</param>
    /// <param name="begin">The token to put before texts, where it is known.</param>
    public static Tokenizer Read(ReadOnlySpan<byte> file, string path, IReadOnlyList<AddedToken> added, string? begin)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var line = 0;
        while (!file.IsEmpty)
        {
            line++;
            var end = file.IndexOf((byte)'\n');
            var text = end < 0 ? file : file[..end];
            file = end < 0 ? [] : file[(end + 1)..];
            if (text.TrimEnd((byte)'\r').IsEmpty) continue;
            if (!ReadLine(text, out var bytes, out var rank)) throw new UserError("is not a token in base64 and its rank.", path, line);
            if (!ids.TryAdd(string.Concat(bytes.Select(b => ByteLetters.Letter(b))), rank)) throw new UserError("the token stands here twice.", path, line);
        }

        var isQwen = Path.GetFileName(path).Contains("qwen", StringComparison.OrdinalIgnoreCase);
        if (added.Count == 0 && !isQwen && ids.Count == Llama3Ranks) (added, begin) = (Llama3Tokens(), begin ?? Llama3Names[0]);
        var preset = isQwen ? "qwen2" : "llama-bpe";
        var first = begin is null || isQwen ? null : added.FirstOrDefault(token => token.Content == begin);
        var vocabulary = new BpeVocabulary { Ids = ids, Merges = Merges(ids), IgnoresMerges = TokenizerPresets.IgnoresMerges(preset) };
        return new Tokenizer(new TokenizerFile(vocabulary, added, TokenizerPresets.Stages(preset, first is null ? null : (first.Content, first.Id), null, path), path));
    }

    /// <summary>Every pair whose joined token is there, in the order of that token's rank.</summary>
    private static List<(string, string)> Merges(Dictionary<string, int> ids)
    {
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string, string)>(ids.Count);
        foreach (var (token, _) in ids.OrderBy(entry => entry.Value))
        {
            var pairs = new List<(int Left, int Right, int Cut)>();
            for (var cut = 1; cut < token.Length; cut++)
            {
                if (lookup.TryGetValue(token.AsSpan(0, cut), out var left) && lookup.TryGetValue(token.AsSpan(cut), out var right)) pairs.Add((left, right, cut));
            }

            foreach (var (_, _, cut) in pairs.Order()) merges.Add((token[..cut], token[cut..]));
        }

        return merges;
    }

    private static AddedToken[] Llama3Tokens() => [.. Enumerable.Range(0, Llama3Special).Select(i => new AddedToken(
        Llama3Ranks + i, i < Llama3Names.Length ? Llama3Names[i] : string.Create(CultureInfo.InvariantCulture, $"<|reserved_special_token_{i - 8}|>"), Special: true))];

    private static bool ReadLine(ReadOnlySpan<byte> line, out byte[] token, out int rank)
    {
        (token, rank) = ([], 0);
        line = line.TrimEnd((byte)'\r');
        var space = line.IndexOf((byte)' ');
        if (space is < 1 or > LongestToken || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out rank)) return false;
        var buffer = new byte[space];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(line[..space], buffer, out _, out var written) != System.Buffers.OperationStatus.Done || written == 0) return false;
        token = buffer[..written];
        return true;
    }
}
