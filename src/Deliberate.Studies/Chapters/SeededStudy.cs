using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>A study of which a chapter is a seed. Its page, table and results are written anew after each; started again, it goes on.</summary>
/// <param name="root">Its folder.</param>
internal abstract class SeededStudy(string root)
{
    public const string ResultsFile = "results.json", TableFile = "table.md";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What it writes beside its seeds.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName, ResultsFile, TableFile];

    /// <summary>What a folder is claimed for.</summary>
    public abstract StudyClaim Claim { get; }

    protected StudyFolder Folder { get; } = new(Path.GetFullPath(root));

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public abstract RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default);

    /// <summary>What the finished study found.</summary>
    public abstract StudyFindings Findings();

    protected RunOutcome Execute<TPlan>(TPlan plan, IReadOnlyList<Chapter<TPlan>> seeds, Action<StudyProgress<TPlan>> write, int threads, StudyObserver? observer, CancellationToken cancellation)
    {
        var work = new ChapterWork<TPlan>(plan, Folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<TPlan>(ChapterOrder.Of(seeds, seeds, plan), work, write).Execute(cancellation);
    }

    protected void WritePage(ReportModel page) => AtomicFile.WriteText(Folder.Path(RunReport.FileName), ReportPage.Render(page));

    /// <param name="docs">For a page in Markdown.</param>
    protected void WriteTable(string docs) => AtomicFile.WriteText(Folder.Path(TableFile), docs);

    protected void WriteResults(object results) => AtomicFile.WriteJson(Folder.Path(ResultsFile), results, Options);
}

/// <summary>What a study found, for those who ask the command.</summary>
/// <param name="Docs">Table and text in Markdown.</param>
/// <param name="Tables">For a terminal; each says in its title what its numbers are.</param>
/// <param name="Json">For a program, with the paths of report and results.</param>
internal sealed record StudyFindings(string Docs, IReadOnlyList<ReportTable> Tables, Func<string, string, object> Json)
{
    /// <summary>Where set: said of a quick study in place of its tables.</summary>
    public string? QuickOutcome { get; init; }
}
