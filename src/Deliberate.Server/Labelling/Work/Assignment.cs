namespace Deliberate.Server;

/// <summary>What became of an item in somebody's hands.</summary>
internal enum AssignmentState
{
    /// <summary>They have it.</summary>
    Open,

    /// <summary>They labelled it.</summary>
    Done,

    /// <summary>They laid it aside, or their time ran out and somebody else took it.</summary>
    Dropped,

    /// <summary>It was a question of a screening that was asked again: it counts no more, and stays with its trail.</summary>
    Superseded,
}

/// <summary>An item in the hands of a labeller, and what they made of it. What they judged so far is saved with each judgement.</summary>
internal sealed class Assignment
{
    public long Id { get; set; }

    public long ProjectId { get; set; }

    public long ItemId { get; set; }

    public LabellingItem? Item { get; set; }

    public Guid AccountId { get; set; }

    /// <summary>What the page names it by; nobody else knows it.</summary>
    public string Lease { get; set; } = "";

    public AssignmentState State { get; set; }

    /// <summary>0 while it counts; of superseded ones which attempt it was, from 1.</summary>
    public int Attempt { get; set; }

    /// <summary>Whether a reviewer settles a disagreement with it.</summary>
    public bool IsReview { get; set; }

    /// <summary>A <see cref="Draft"/> as JSON.</summary>
    public string Draft { get; set; } = "";

    /// <summary>Counts what was saved: a page that is behind is told.</summary>
    public int Revision { get; set; }

    /// <summary>Of a pair, whether the second answer stands first: chosen by chance, so that a habit of the hand says nothing.</summary>
    public bool IsSwapped { get; set; }

    public DateTimeOffset Started { get; set; }

    public DateTimeOffset? Finished { get; set; }

    /// <summary>Of PRM800K's words; of a pair <c>solution</c>.</summary>
    public string? Finish { get; set; }

    /// <summary>Why they gave up, or what is wrong with the problem.</summary>
    public string? Comment { get; set; }

    /// <summary>The label: a line of PRM800K's, or <c>{"preferred":0}</c>.</summary>
    public string? Result { get; set; }

    /// <summary>Spent before the page while it was seen.</summary>
    public long Milliseconds { get; set; }

    /// <summary>Whether they looked at what a model thinks.</summary>
    public bool SawAnnotations { get; set; }

    /// <summary>Of known labels: how many of theirs agree, of how many.</summary>
    public int? Agreeing { get; set; }

    public int? Compared { get; set; }
}

/// <summary>A judgement as it came: the trail of a label, which is only ever added to.</summary>
internal sealed class JudgementEntry
{
    public long Id { get; set; }

    public long AssignmentId { get; set; }

    /// <summary>Of the assignment, after it.</summary>
    public int Revision { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>A word: rate, undo, flag, write, choose, mistake, prefer, look, finish, drop.</summary>
    public string Cause { get; set; } = "";

    /// <summary>As the page sent it.</summary>
    public string Body { get; set; } = "";
}
