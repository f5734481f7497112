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

    /// <summary>Deletes what the quickstart's chapters made in the folder, and nothing else: nothing where no quickstart was.</summary>
    public static void Clear(StudyFolder folder, IEnumerable<Chapter<QuickstartPlan>> chapters)
    {
        if (!File.Exists(folder.Path(FileName))) return;
        // A chapter that declares a file in a folder keeps more beside it, labels and runs, from which it would go on.
        foreach (var made in chapters.SelectMany(c => c.Outputs).Select(output => folder.Path(output.Split('/')[0])).Distinct(StringComparer.Ordinal))
        {
            if (File.Exists(made)) File.Delete(made);
            if (!Directory.Exists(made)) continue;
            // Refused while another process trains there.
            RunLock.Acquire(made).Dispose();
            foreach (var recipe in Directory.GetFiles(made, RunFolder.RecipeFile, SearchOption.AllDirectories)) RunLock.Acquire(Path.GetDirectoryName(recipe)!).Dispose();
            Directory.Delete(made, recursive: true);
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
