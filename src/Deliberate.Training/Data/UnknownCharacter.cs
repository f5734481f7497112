using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>Finds the character of a text for which a tokenizer with a closed vocabulary has no token.</summary>
internal static class UnknownCharacter
{
    /// <summary>An error that shows it; null where the text can be written.</summary>
    public static UserError? Find(Tokenizer tokenizer, string text)
    {
        if (CanWrite(tokenizer, text)) return null;
        foreach (var rune in text.EnumerateRunes())
        {
            if (CanWrite(tokenizer, rune.ToString())) continue;
            var shown = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.SpaceSeparator ? "" : $" (\"{rune}\")";
            return new UserError(
                string.Create(CultureInfo.InvariantCulture, $"The model's tokenizer has no token for the character U+{rune.Value:X4}{shown}."),
                advice: "Leave the character out, or train a model whose tokenizer knows all bytes: a new one with model.tokenizer.kind: bpe, or a pretrained one.");
        }

        return new UserError("The model's tokenizer cannot write this text.", advice: "Train a model whose tokenizer knows all bytes: model.tokenizer.kind: bpe.");
    }

    private static bool CanWrite(Tokenizer tokenizer, string text)
    {
        try
        {
            // One that has a token for what it cannot write loses it without a word; one that has none says so.
            return !tokenizer.Encode(text, parseSpecial: false).Contains(tokenizer.UnknownId);
        }
        catch (UserError)
        {
            return false;
        }
    }
}
