using System.Collections.Concurrent;
using Deliberate.Core;

[assembly: AssemblyFixture(typeof(Deliberate.Training.Tests.FinishedRuns))]

namespace Deliberate.Training.Tests;

/// <summary>Runs that several tests look at or compare with, carried out once each. Their folder is deleted with the last test.</summary>
public sealed class FinishedRuns : IDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_runs = new(StringComparer.Ordinal);
    private static readonly Lazy<TemporaryFolder> s_folder = new(() => new TemporaryFolder());

    /// <summary>A copy of the recipe's run, on one thread, to look at or to damage.</summary>
    internal static string Copy(TrainRecipe recipe, string folder)
    {
        var run = s_runs.GetOrAdd(RecipeWriter.Write(recipe), _ => new Lazy<string>(() => TinyRun.Start(recipe, s_folder.Value.File($"run-{Guid.NewGuid():N}")))).Value;
        foreach (var file in Directory.GetFiles(run, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return folder;
    }

    public void Dispose()
    {
        if (s_folder.IsValueCreated) s_folder.Value.Dispose();
    }
}
