using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>docs/run-folder.md names every file that a run leaves, and every field of their lines.</summary>
public sealed class RunFolderGuideTests : IDisposable
{
    private static readonly string Guide = File.ReadAllText(Repository.Path("docs/run-folder.md"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_names_every_file_and_field()
    {
        var folder = FinishedRuns.Copy(TinyRun.CurriculumRecipe(), _folder.File("run"));
        RunReport.Write(Path.Combine(folder, RunReport.FileName), "deliberate train tiny.yaml", folder);
        foreach (var path in Directory.GetFileSystemEntries(folder))
        {
            var name = Path.GetFileName(path);
            Guide.ShouldContain(name.Contains("tfevents", StringComparison.Ordinal) ? "`events.out.tfevents.*`" : name);
        }

        foreach (var file in Directory.GetFiles(new RunFolder(folder).Checkpoint(RunFolder.Final), "*", SearchOption.AllDirectories)) Guide.ShouldContain(Path.GetFileName(file));
        var fields = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder)).Append(Path.Combine(folder, SampleStore.FileName)))
        {
            foreach (var (_, line) in RecordLine.Lines(file))
            {
                using var document = JsonDocument.Parse(line);
                Collect(document.RootElement, fields);
            }
        }

        // What facts hold of the recipe is documented there.
        using (var facts = JsonDocument.Parse(File.ReadAllText(new RunFolder(folder).Facts)))
        {
            foreach (var part in facts.RootElement.EnumerateObject())
            {
                fields.Add(part.Name);
                if (part.Value.ValueKind != JsonValueKind.Object) continue;
                foreach (var field in part.Value.EnumerateObject()) fields.Add(field.Name);
            }
        }

        foreach (var field in fields) Guide.ShouldContain($"`{field}`");
        fields.Count.ShouldBeGreaterThan(30);
        Golden.Report("fields in docs/run-folder.md", fields.Count);
        Guide.ShouldContain($"`format_version: {RunInfo.NewestFormat}`");
    }

    private static void Collect(JsonElement element, HashSet<string> fields)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) Collect(item, fields);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
        {
            fields.Add(property.Name);
            Collect(property.Value, fields);
        }
    }
}
