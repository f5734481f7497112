using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

/// <summary>A chapter that writes its outputs, each made of its inputs' contents, and nothing more.</summary>
internal sealed class MadeUpChapter<TPlan>(string name, string inputs, string outputs, double seconds = 1) : Chapter<TPlan>
{
    public override string Name => name;

    public override string About => "made up";

    public override IReadOnlyList<string> Inputs => inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public override IReadOnlyList<string> Outputs => outputs.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asked before it writes.</summary>
    public Func<RunOutcome> Outcome { get; init; } = () => RunOutcome.Completed;

    /// <summary>Whether it keeps its word.</summary>
    public bool Writes { get; init; } = true;

    /// <summary>What it says came of it, of its first output.</summary>
    public Func<string, string>? Finding { get; set; }

    public override IEnumerable<string> Findings(ChapterWork<TPlan> work) => Finding is { } finding ? [finding(Outputs[0])] : [];

    public override double Seconds(TPlan plan) => seconds;

    public override RunOutcome Run(ChapterWork<TPlan> work, CancellationToken cancellation)
    {
        var read = string.Concat(Inputs.Select(i => File.ReadAllText(work.Folder.Path(i))));
        if (Outcome() == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        if (Writes)
            foreach (var output in Outputs) File.WriteAllText(work.Folder.Path(output), $"{read}{name};");
        return RunOutcome.Completed;
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<TPlan> work) => [new ReportChapter($"Chapter {name}") { Prose = [File.ReadAllText(work.Folder.Path(Outputs[0]))] }];
}
