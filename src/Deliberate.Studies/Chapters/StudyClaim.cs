using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>study.json</c>: which study a folder holds and what was asked of it, so that one that was stopped goes on as it began and another is
/// not mixed into it.
/// </summary>
/// <param name="FormatVersion">Of this file.</param>
/// <param name="Study">Its name.</param>
/// <param name="Quick">Whether with tiny numbers.</param>
/// <param name="Seeds">Its seeds.</param>
/// <param name="Asked">All else that decides its numbers, as text.</param>
internal sealed record StudyClaim(int FormatVersion, string Study, bool Quick, IReadOnlyList<ulong> Seeds, string Asked)
{
    public const string FileName = "study.json";

    public const int NewestFormat = 1;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes what is asked for into a new folder.</summary>
    /// <exception cref="UserError">Something else was asked of the study that is there, or what is there is none.</exception>
    public void Claim(string root)
    {
        var path = Path.Combine(root, FileName);
        if (File.Exists(path))
        {
            var other = Read(path);
            if (other.Study == Study && other.Quick == Quick && other.Asked == Asked && other.Seeds.SequenceEqual(Seeds)) return;
            throw new UserError("The folder holds a study with other options.", root, advice: "Add --fresh to delete it, or choose another folder with --output.");
        }

        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()) throw new UserError("The folder is not empty, and holds no study.", root, advice: "Choose another with --output.");
        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(root, "Choose another folder with --output.", error);
        }

        AtomicFile.WriteJson(path, this, Options);
    }

    /// <summary>The same of a study that has nothing but its seeds' folders.</summary>
    public static void Clear(string root, params IEnumerable<string> files) => Clear(root, files, []);

    /// <summary>Deletes the folders of its seeds and those that are named, what chapters say of themselves, the named files and this one; refused while one of its runs is being trained.</summary>
    public static void Clear(string root, IEnumerable<string> files, IEnumerable<string> folders)
    {
        var path = Path.Combine(root, FileName);
        if (!File.Exists(path)) return;
        foreach (var seed in Read(path).Seeds.Select(s => Path.Combine(root, SeedFolder(s))).Where(Directory.Exists))
        {
            foreach (var run in Directory.GetDirectories(seed)) RunLock.Acquire(run).Dispose();
            Directory.Delete(seed, recursive: true);
        }

        foreach (var folder in folders.Select(f => Path.Combine(root, f)).Where(Directory.Exists))
        {
            RunLock.Acquire(folder).Dispose();
            Directory.Delete(folder, recursive: true);
        }

        new StudyFolder(root).Clear();
        foreach (var file in files) File.Delete(Path.Combine(root, file));
        File.Delete(path);
    }

    public static string SeedFolder(ulong seed) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"seed-{seed}");

    private static StudyClaim Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(path));
            RunFolder.CheckFormat(document.RootElement, path, NewestFormat);
            return document.Deserialize<StudyClaim>(Options)!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file does not describe a study: {error.Message}", path, advice: "Restore it, or choose another folder with --output.", inner: error);
        }
    }
}
