using Deliberate.Testing;

namespace Deliberate.Evaluation.Tests;

/// <summary>A folder of data that a test wrote down, as <c>--data</c> takes it.</summary>
internal sealed class TemporaryData : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-data-").FullName;

    public TaskContext Context => new() { DataFolder = _folder };

    /// <summary>The published data beside the repository; the test is skipped where there is none.</summary>
    public static TaskContext Shared => new() { DataFolder = SharedFolder.Path("data") };

    public string Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
