using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Run folders as the command line names them.</summary>
internal static class RunNames
{
    /// <summary>The folder, if it holds a run; an error with the nearest run's name if not.</summary>
    public static string Existing(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserError("There is no such run folder.", folder, advice: Neighbours(folder));
        if (!File.Exists(new RunFolder(folder).Recipe)) throw new UserError($"This folder holds no run: it has no {RunFolder.RecipeFile}.", folder, advice: Inside(folder) ?? Neighbours(folder));
        return folder;
    }

    /// <summary>The runs in a folder of runs, by name.</summary>
    public static string[] In(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Where(d => File.Exists(new RunFolder(d).Recipe)).Order(StringComparer.Ordinal)] : [];

    private static string? Inside(string folder) => In(folder) is { Length: > 0 } runs ? $"It holds the runs {string.Join(", ", runs)}." : null;

    private static string Neighbours(string folder)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(folder)) ?? ".";
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        return NearestName.Suggest(name, [.. In(parent).Where(r => Path.GetFileName(r) != name).Select(r => Path.GetFileName(r))]) ?? "Runs are made by deliberate train, in the folder runs.";
    }
}
