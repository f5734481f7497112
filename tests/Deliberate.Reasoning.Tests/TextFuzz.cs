using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

/// <summary>Texts that a model might write: noise, broken encodings, strings of a family's own words, and damaged solutions.</summary>
internal static class TextFuzz
{
    private static readonly string[] Oddities = ["\uFFFD", "\uD800", "\uDC00", "\0", "((((((((((((", "99999999999999999999", "-1", "/0", "0/0", "١", "🙂", " ", "\r\n", "<think>", "</think>"];

    public static Gen<string> Completions(ITaskFamily family) => Gen.OneOf(
        Gen.Choose(0, 0x2FFF).Select(c => (char)c).ArrayOf().Select(a => new string(a)),
        Words(family),
        Words(family).Select(t => $"<think>{t}</think>{t}"),
        Damaged(family));

    private static Gen<string> Words(ITaskFamily family) =>
        Gen.Elements(family.Alphabet.Concat(Oddities).ToArray()).ArrayOf().Select(string.Concat);

    /// <summary>A worked solution with some characters replaced, or cut, or said twenty times over.</summary>
    private static Gen<string> Damaged(ITaskFamily family) =>
        from index in Gen.Choose(0, 200)
        from at in Gen.Choose(0, 400)
        from word in Gen.Elements(family.Alphabet.Concat(Oddities).ToArray())
        from kind in Gen.Choose(0, 3)
        select Damage(Corpus.Draw(family, LevelMix.All(family), family.DefaultMixture, 9, index).Completion, at, word, kind);

    private static string Damage(string text, int at, string word, int kind)
    {
        at %= text.Length;
        return kind switch
        {
            0 => text.Remove(at, 1).Insert(at, word),
            1 => text.Insert(at, word),
            2 => text[..at],
            _ => string.Concat(Enumerable.Repeat(text[..at], 20)) + text[at..],
        };
    }
}
