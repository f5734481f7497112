using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>quickstart.json</c> in the quickstart's folder: what was asked for, so that starting it again goes on where it was stopped,
/// and asking for something else there is refused rather than mixed up. Which chapters there are is no part of it: further ones
/// may be added.
/// </summary>
internal sealed record QuickstartRecord(int FormatVersion, double Minutes, ulong Seed, IReadOnlyList<string> Overrides)
{
    /// <summary>Raised where chapters keep other results than before.</summary>
    private const int Format = 2;

    private const string FileName = "quickstart.json";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the record of a new folder; checks that of an old one.</summary>
    public static void Claim(string folder, QuickstartPlan plan)
    {
        var path = Path.Combine(folder, FileName);
        var mine = new QuickstartRecord(Format, plan.Minutes, plan.Seed, plan.Overrides);
        if (!File.Exists(path))
        {
            if (HoldsRuns(folder)) throw new UserError("The folder holds runs that the quickstart did not make.", folder, advice: "Choose another with --output.");
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception error) when (Disk.IsRefusal(error))
            {
                throw Disk.CannotWrite(folder, "Choose another folder with --output.", error);
            }

            AtomicFile.WriteJson(path, mine, Options);
            return;
        }

        var other = Read(path);
        if (other is not null && other.FormatVersion != mine.FormatVersion) throw new UserError("The folder holds a quickstart of another version of this program.", folder, advice: "Add --fresh to delete its runs, or choose another folder with --output.");
        if (other is not null && other.Minutes.Equals(mine.Minutes) && other.Seed == mine.Seed && other.Overrides.SequenceEqual(mine.Overrides)) return;
        throw new UserError("The folder holds a quickstart with other options.", folder, advice: "Add --fresh to delete its runs, or choose another folder with --output.");
    }

    /// <summary>Deletes what the quickstart's chapters made in the folder, and nothing else.</summary>
    public static void Clear(StudyFolder folder, IEnumerable<Chapter<QuickstartPlan>> chapters)
    {
        foreach (var output in chapters.SelectMany(c => c.Outputs).Select(folder.Path))
        {
            if (File.Exists(output)) File.Delete(output);
            if (!Directory.Exists(output)) continue;
            // Refused while another process trains there.
            RunLock.Acquire(output).Dispose();
            Directory.Delete(output, recursive: true);
        }

        folder.Clear();
        File.Delete(folder.Path(FileName));
    }

    private static bool HoldsRuns(string folder) => Directory.Exists(folder) && Directory.GetDirectories(folder).Any(d => File.Exists(new RunFolder(d).Recipe));

    private static QuickstartRecord? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<QuickstartRecord>(Utf8Text.Read(path).Span, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
