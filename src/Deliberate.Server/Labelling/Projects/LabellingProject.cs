namespace Deliberate.Server;

/// <summary>What is asked of labellers.</summary>
internal enum LabellingKind
{
    /// <summary>A conversation: alternatives for each step are rated, a right one is gone on with, a labeller may write one.</summary>
    Phase1,

    /// <summary>One solution, labelled up to its first mistake.</summary>
    Phase2,

    /// <summary>Two answers, of which the better is chosen.</summary>
    Preference,

    /// <summary>One answer, rated from 1 to 5 by people who are not told who wrote it.</summary>
    Rating,
}

/// <summary>What a project is labelled by.</summary>
internal sealed class LabellingProject
{
    public long Id { get; set; }

    /// <summary>In addresses and on the command line.</summary>
    public string Name { get; set; } = "";

    public string Title { get; set; } = "";

    public LabellingKind Kind { get; set; } = LabellingKind.Phase2;

    /// <summary>Markdown; null for those that the kind brings.</summary>
    public string? Instructions { get; set; }

    /// <summary>Share of the screening's labels that must agree with the known ones (training.md of the paper: 0.75).</summary>
    public double PassMark { get; set; } = 0.75;

    /// <summary>A quality question behind every so many solutions; 0 for none.</summary>
    public int QualityEvery { get; set; } = 12;

    /// <summary>Share of the items that two label.</summary>
    public double DoubleShare { get; set; } = 0.1;

    /// <summary>How long an item is kept for whoever has it and does nothing.</summary>
    public int LeaseMinutes { get; set; } = 30;

    /// <summary>Phase 1: the model that writes the alternatives of a step while the labeller waits; null for those alone that were prepared.</summary>
    public string? LiveModel { get; set; }

    /// <summary>How many it writes; what it writes twice is shown once.</summary>
    public int LiveCandidates { get; set; } = 4;

    /// <summary>How long a labeller waits for it at most.</summary>
    public int LiveSeconds { get; set; } = 10;

    /// <summary>What ends a step of a checkpoint's; null for a line feed.</summary>
    public string? LiveSeparator { get; set; }

    /// <summary>The same, where none was said too.</summary>
    public string StepSeparator => LiveSeparator ?? "\n";

    /// <summary>Whether items are handed out.</summary>
    public bool IsOpen { get; set; } = true;

    public DateTimeOffset Created { get; set; }
}

/// <summary>How far somebody is with the questions that everybody answers first.</summary>
internal enum ScreeningState
{
    /// <summary>Under way, or there is none.</summary>
    Open,

    Passed,

    Failed,

    /// <summary>An owner let them in.</summary>
    Waived,
}

/// <summary>Somebody's standing in a project.</summary>
internal sealed class ProjectMember
{
    public long ProjectId { get; set; }

    public Guid AccountId { get; set; }

    public ScreeningState Screening { get; set; }

    /// <summary>Share of the screening's labels that agreed; null before its end.</summary>
    public double? Agreement { get; set; }
}
