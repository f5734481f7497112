using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Texts of the user's to measure on: a file in UTF-8 is one, the field text of each line of JSON Lines is one.</summary>
internal static class TextFile
{
    public const string Description = "A text in UTF-8, or JSON Lines (.jsonl) whose field text is each a text of its own.";

    private const int LargestText = 1 << 29;

    public static string[] Read(string path) => IsJsonLines(path) ? [.. JsonLines.Read(path).Select(l => l.GetString("text"))] : [ReadText(path)];

    private static bool IsJsonLines(string path) => path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);

    private static string ReadText(string path)
    {
        if (!File.Exists(path)) throw new UserError(Directory.Exists(path) ? "This is a folder, not a text." : "There is no such file.", path);
        try
        {
            if (new FileInfo(path).Length > LargestText) throw new UserError($"The text is larger than {Quantity.Bytes(LargestText)}.", path, advice: "Measure a part of it.");
            return Utf8Text.Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
