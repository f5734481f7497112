using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>A run as a page shows it at one moment: never changed, replaced by the next.</summary>
internal sealed record RunView
{
    /// <summary>Counts up: a page that has drawn this number need not draw again.</summary>
    public required long Version { get; init; }

    /// <summary>State, place, accuracy; null where the folder is gone or was never a run.</summary>
    public RunOverview? Overview { get; init; }

    /// <summary>What the folder holds beside metrics and samples; null where it cannot be read.</summary>
    public RunEvidence? Evidence { get; init; }

    /// <summary>In the order written.</summary>
    public IReadOnlyList<MetricsRecord> Metrics { get; init; } = [];

    public IReadOnlyList<RungAlarm> Alarms { get; init; } = [];

    /// <summary>How many alarms are looked at.</summary>
    public int Watched { get; init; }

    /// <summary>What is wrong with the folder or one of its files, in words for who can mend it.</summary>
    public string? Problem { get; init; }

    /// <summary>The folder was there, and is no longer.</summary>
    public bool IsGone { get; init; }
}
