namespace Deliberate.Models;

/// <summary>Sliding windows in GGUF: how many keys, and that each n-th layer sees all.</summary>
internal static class GgufWindow
{
    public const string Key = "attention.sliding_window";
    public const string PatternKey = "attention.sliding_window_pattern";

    /// <summary>n; a list of flags, which some converters write, is not read.</summary>
    public static int Pattern(GgufMetadata metadata, string own, int ifAbsent) => (int)(metadata.Integer(own + PatternKey, 1, 1 << 20) ?? ifAbsent);
}
