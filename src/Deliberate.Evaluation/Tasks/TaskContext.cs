using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What a task is given to make its items and its scorer from.</summary>
public sealed record TaskContext
{
    /// <summary>Folder of the user's that holds the data (<c>--data</c>): then nothing is fetched. Null to fetch it.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Where fetched data is kept; null for the user's cache folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Where the hashes of fetched data are pinned.</summary>
    public string? LockFile { get; init; }

    /// <summary>Of generated items and their order.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many items will be asked: a generator need make no more. Null for all.</summary>
    public int? Limit { get; init; }

    public Split Split { get; init; } = Split.Test;

    /// <summary>What the user says to the task besides (<c>-T name=value</c>).</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = EvaluatedSample.NoTags;

    /// <summary>The judging model; null where the user names none.</summary>
    public EvaluationModel? Judge { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>All HTTP there is; null where nothing may be fetched.</summary>
    internal ProviderHandlers? Http { get; init; }

    /// <summary>Told what the user should know: lines left out, data fetched.</summary>
    internal Action<string> Notice { get; init; } = _ => { };

    /// <summary>Told of each file of data that was read: its hash belongs to the result.</summary>
    internal Action<UsedData> Used { get; init; } = _ => { };
}
