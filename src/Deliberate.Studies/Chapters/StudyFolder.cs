using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>How long something took.</summary>
/// <param name="Seconds">Of the process that finished it.</param>
/// <param name="Resumed">Whether another had begun it, whose time is not counted.</param>
internal sealed record TimeTaken(double Seconds, bool Resumed);

/// <summary>
/// The folder of a study: what its parts make, and <c>chapters/NAME.json</c> of each that is done. Such a file appears when all of
/// a part is there, so that nothing that is there need be made again.
/// </summary>
internal sealed class StudyFolder(string root)
{
    public const string ChaptersFolder = "chapters";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public string Root { get; } = root;

    public string Path(string output) => System.IO.Path.Combine(Root, output);

    public bool Holds(string output) => System.IO.Path.Exists(Path(output));

    /// <summary>Null where the part is not done, or what it made is gone.</summary>
    public TimeTaken? Took<TPlan>(Chapter<TPlan> chapter) => chapter.Outputs.All(Holds) ? ReadTime(Marker(chapter.Name)) : null;

    public void Finish<TPlan>(Chapter<TPlan> chapter, TimeTaken time) => WriteTime(Marker(chapter.Name), time);

    /// <summary>Forgets that parts are done.</summary>
    public void Clear()
    {
        if (Directory.Exists(Path(ChaptersFolder))) Directory.Delete(Path(ChaptersFolder), recursive: true);
    }

    /// <summary>Null where there is no such file.</summary>
    public static TimeTaken? ReadTime(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<TimeTaken>(Utf8Text.Read(path).Span, Options);
        }
        catch (JsonException)
        {
            // How long it took is no result; that it is done is what the file stands for.
            return new TimeTaken(0, Resumed: true);
        }
    }

    public static void WriteTime(string path, TimeTaken time) => AtomicFile.WriteJson(path, time, Options);

    private string Marker(string chapter) => System.IO.Path.Combine(Root, ChaptersFolder, chapter + ".json");
}
