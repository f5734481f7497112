using System.Text.Json;

namespace Deliberate.Cli;

/// <summary>A word of a command line that is printed to be typed again.</summary>
internal static class ShellWord
{
    /// <summary>In quotes where it needs some.</summary>
    public static string Of(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=".Contains(c, StringComparison.Ordinal)) ? text : JsonSerializer.Serialize(text);
}
