namespace Deliberate.Models;

/// <summary>Each character of a class is a match on its own (the steps Digits and Punctuation).</summary>
internal sealed class CharacterSplitter(CharacterClass wanted) : Splitter
{
    public override void Find(ReadOnlySpan<byte> text, int start, int end, List<Part> parts)
    {
        var pending = start;
        for (var position = start; position < end;)
        {
            var found = CharacterClasses.At(text[..end], position, out var length) & wanted;
            if (found != 0)
            {
                Add(parts, pending, position, matches: false);
                Add(parts, position, position + length, matches: true);
                pending = position + length;
            }

            position += length;
        }

        Add(parts, pending, end, matches: false);
    }
}
