namespace Deliberate.Core;

/// <summary>The beginning of a text, for messages.</summary>
internal static class Excerpt
{
    /// <summary>The text, or as much of it as is to be shown and three dots.</summary>
    public static string Of(string text, int most) => text.Length <= most ? text : text[..most] + "...";
}
