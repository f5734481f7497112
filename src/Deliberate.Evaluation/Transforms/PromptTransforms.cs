using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>The one visible list of prompt transforms. To add one: a line in a table, or copy the nearest file, and its line here.</summary>
internal static class PromptTransforms
{
    public static IReadOnlyList<IPromptTransform> All { get; } =
    [
        .. ByteEncodings.All,
        .. SpokenEncodings.All,
        .. Ciphers.All,
        .. UnicodeEncodings.All,
        new AsciiArtTransform(),
        .. Frames.All,
        new PayloadSplitting(),
        new ChunkedTurns(),
        .. ForgedTurns.All,
        .. TenseTransform.All,
        new NoiseTransform(),
    ];

    /// <param name="name">Of one, or several joined by +, or translate: and a language.</param>
    /// <param name="translations">The file of translations; null where none was named.</param>
    /// <exception cref="UserError">There is none of that name.</exception>
    public static IPromptTransform Get(string name, string? translations = null)
    {
        var parts = name.Split(ComposedTransform.Joint).Select(part => One(part.Trim(), translations)).ToArray();
        return parts.Length == 1 ? parts[0] : new ComposedTransform(parts);
    }

    private static IPromptTransform One(string name, string? translations)
    {
        if (name.StartsWith(TranslationTransform.Prefix, StringComparison.Ordinal))
        {
            if (translations is null) throw new UserError("A translation needs a file of translations.", field: "transform", advice: "Name it with --translations: JSON Lines with prompt, language and translation.");
            return new TranslationTransform(name[TranslationTransform.Prefix.Length..], translations);
        }

        return All.FirstOrDefault(t => t.Name == name) ?? throw new UserError($"There is no prompt transform \"{name}\".", field: "transform", advice: NearestName.Find(name, All.Select(t => t.Name)) is { } near ? $"Did you mean \"{near}\"?" : "deliberate eval transforms lists them.");
    }
}
