namespace Deliberate.Server;

/// <summary>What an item is for.</summary>
internal enum ItemPurpose
{
    /// <summary>To be labelled, by one or two.</summary>
    Ordinary,

    /// <summary>Of the questions that everybody answers first; its labels are known.</summary>
    Screening,

    /// <summary>Mixed in among the others, for everybody; its labels are known.</summary>
    Quality,
}

/// <summary>Whether a reviewer is to look at an item.</summary>
internal enum ReviewState
{
    None,
    Wanted,
    Settled,
}

/// <summary>A solution to be labelled, or a pair. Whoever labels an ordinary one holds it alone, until a time.</summary>
internal sealed class LabellingItem
{
    public long Id { get; set; }

    public long ProjectId { get; set; }

    /// <summary>Within the project, from 1: what people call it.</summary>
    public int Number { get; set; }

    public ItemPurpose Purpose { get; set; }

    /// <summary>An <see cref="ItemContent"/> as JSON.</summary>
    public string Content { get; set; } = "";

    /// <summary>SHA-256 of the content: the same is not added twice.</summary>
    public string Hash { get; set; } = "";

    /// <summary>The known labels, a line of PRM800K's; null of what is to be labelled.</summary>
    public string? Gold { get; set; }

    public int? Generation { get; set; }

    /// <summary>The highest is labelled next; of equals the one that was added first. Active learning sets it.</summary>
    public double Priority { get; set; }

    /// <summary>How many are to label it.</summary>
    public int Wanted { get; set; } = 1;

    /// <summary>How many have.</summary>
    public int Labels { get; set; }

    /// <summary>Whether labels are wanted still.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Who holds it.</summary>
    public Guid? HolderId { get; set; }

    /// <summary>Until when nobody else may have it.</summary>
    public DateTimeOffset HeldUntil { get; set; } = DateTimeOffset.UnixEpoch;

    public ReviewState Review { get; set; }

    /// <summary>Why.</summary>
    public string? ReviewReason { get; set; }

    /// <summary>The assignment whose label stands, where a reviewer said so.</summary>
    public long? StandsId { get; set; }

    /// <summary>What a model thinks of the steps, as JSON; shown only to whoever asks.</summary>
    public string? Annotations { get; set; }
}
