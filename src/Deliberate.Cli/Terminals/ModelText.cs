namespace Deliberate.Cli;

/// <summary>What a model wrote, on a terminal: control characters, which could move the cursor or worse, become U+FFFD; newlines and tabs stay.</summary>
internal static class ModelText
{
    public static string Show(string text) =>
        text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : string.Create(text.Length, text, static (shown, from) =>
        {
            for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(from[i]) && from[i] is not ('\n' or '\t') ? '\uFFFD' : from[i];
        });
}
