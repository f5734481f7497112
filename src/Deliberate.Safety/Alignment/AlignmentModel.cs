using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>Where a model is that a recipe names: a run's folder stands for its last checkpoint.</summary>
internal static class AlignmentModel
{
    public static string Find(string path)
    {
        var final = new RunFolder(path).Checkpoint(RunFolder.Final);
        return File.Exists(Path.Combine(path, RunFolder.RecipeFile)) && Directory.Exists(final) ? final : path;
    }
}
