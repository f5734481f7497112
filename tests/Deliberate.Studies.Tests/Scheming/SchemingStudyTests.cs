using Deliberate.Safety;
using Deliberate.Testing;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>The study of a planted hidden goal, on a model that stands for a trained one.</summary>
public sealed class SchemingStudyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stopped_while_it_asks_it_says_so_as_it_does_while_it_trains()
    {
        var root = _folder.File("scheming");
        var planted = Path.Combine(root, StudyClaim.SeedFolder(1), ScenarioHabits.Planted.Name);
        var world = Path.Combine(planted, "world");
        Directory.CreateDirectory(world);
        File.WriteAllText(Path.Combine(world, ScenarioWorldFolder.RecipeFile), "name: planted\n");
        var final = new RunFolder(Path.Combine(planted, "run")).Checkpoint(RunFolder.Final);
        Directory.CreateDirectory(final);
        foreach (var file in Directory.GetFiles(SharedFolder.Path("fixtures", "models", "llama"))) File.Copy(file, Path.Combine(final, Path.GetFileName(file)));
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(stop);
        (await new SchemingStudy(root, 1, quick: true, threads: 1).RunAsync(watcher, stop.Token)).HasValue.ShouldBeFalse();
        watcher.Trained.ShouldBeFalse("it was trained already");
        File.Exists(Path.Combine(root, SchemingStudy.ResultsFile)).ShouldBeFalse();
    }

    /// <summary>Stops when the first model's turn begins.</summary>
    private sealed class Watcher(CancellationTokenSource stop) : StudyObserver
    {
        public bool Trained { get; private set; }

        public override void ChapterStarted(string name, string about, int number, int count, TimeSpan left) => stop.Cancel();

        public override IRunObserver Run(string name)
        {
            Trained = true;
            return base.Run(name);
        }
    }
}
