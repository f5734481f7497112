using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Evaluation;

/// <summary>The texts of a line of data: of examples (<c>messages</c>; <c>prompt</c> and <c>completion</c>), preferences, problems or plain texts.</summary>
/// <param name="Whole">All of them, a line break between.</param>
/// <param name="Asked">What the user says in it, for those who judge requests; all where that cannot be told.</param>
internal sealed record FilteredText(string Whole, string Asked)
{
    private static readonly string[] Fields = ["system", "prompt", "question", "reasoning_content", "thinking", "reasoning", "completion", "chosen", "rejected", "answer", "text"];

    /// <summary>Null where the line has no text that is known here.</summary>
    public static FilteredText? Of(JsonLine line)
    {
        var root = line.Root;
        if (root.ValueKind != JsonValueKind.Object) return null;
        List<string> whole = [], asked = [];
        foreach (var field in Fields)
        {
            if (!root.TryGetProperty(field, out var value)) continue;
            if (value.ValueKind == JsonValueKind.Array) Messages(value, whole, asked);
            else if (value.ValueKind is JsonValueKind.String) Add(line.GetString(field), field is "prompt" or "question", whole, asked);
            else if (value.ValueKind is JsonValueKind.Number) whole.Add(value.GetRawText());
        }

        if (root.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array) Messages(messages, whole, asked);
        if (whole.Count == 0) return null;
        return new FilteredText(string.Join('\n', whole), string.Join('\n', asked.Count > 0 ? asked : whole));
    }

    /// <summary>Words in lower case and numbers; of scripts without spaces each character.</summary>
    public static List<string> Words(string text)
    {
        List<string> words = [];
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var kind = i < text.Length ? char.GetUnicodeCategory(text[i]) : UnicodeCategory.Control;
            var isAlone = kind == UnicodeCategory.OtherLetter;
            if (!isAlone && kind is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                if (start < 0) start = i;
                continue;
            }

            if (start >= 0) words.Add(text[start..i].ToLowerInvariant());
            start = -1;
            if (isAlone) words.Add(text[i].ToString());
        }

        return words;
    }

    /// <summary>What two lines share that say the same, but for case and spaces.</summary>
    public UInt128 Key()
    {
        var same = string.Join(' ', Whole.ToUpperInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(same));
        return new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));
    }

    private static void Messages(JsonElement messages, List<string> whole, List<string> asked)
    {
        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object) continue;
            try
            {
                var isAsked = message.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.GetString() == "user";
                Add(SupervisedFile.Thought(message), false, whole, asked);
                Add(SupervisedFile.Content(message), isAsked, whole, asked);
            }
            catch (Exception broken) when (broken is InvalidOperationException or KeyNotFoundException)
            {
                // A part without a text, or half a surrogate pair: training refuses it by its line.
            }
        }
    }

    private static void Add(string text, bool isAsked, List<string> whole, List<string> asked)
    {
        if (text.Length == 0) return;
        whole.Add(text);
        if (isAsked) asked.Add(text);
    }
}
