using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>The shared models that tests open and copy.</summary>
internal static class FixtureModels
{
    public static string SmolLm2 => SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");

    public static string Folder(string name) => SharedFolder.Path("fixtures", "models", name);

    public static string Gguf(string name) => SharedFolder.Path("fixtures", "gguf", name);

    /// <summary>A copy of a checkpoint to damage.</summary>
    public static void CopyInto(this TemporaryFolder folder, string name)
    {
        foreach (var file in Directory.GetFiles(Folder(name)))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
            // The shared files may be read-only.
            File.SetAttributes(folder.File(Path.GetFileName(file)), FileAttributes.Normal);
        }
    }
}
