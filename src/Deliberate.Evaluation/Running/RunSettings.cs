namespace Deliberate.Evaluation;

/// <summary>How a task is run on a model; what is null is as the task has it.</summary>
public sealed record RunSettings
{
    /// <summary>Items to ask; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Samples of each item.</summary>
    public int? Epochs { get; init; }

    /// <summary>Token budget of an answer.</summary>
    public int? MaxTokens { get; init; }

    public double? Temperature { get; init; }

    public string? ReasoningEffort { get; init; }

    /// <summary>A search in the place of each sample of a checkpoint, as METHOD:N or METHOD:N:SCORER; null for none.</summary>
    public string? Search { get; init; }

    /// <summary>Tokens that a sample's answers may take in all.</summary>
    public long? TokenLimit { get; init; }

    /// <summary>Seconds that a sample may take.</summary>
    public double? TimeLimit { get; init; }

    /// <summary>Money that the whole run may take; samples beyond it are not asked, and are missing.</summary>
    public double? CostLimit { get; init; }

    /// <summary>Samples at a time; null for what the model takes.</summary>
    public int? Concurrency { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>Share of samples of which nothing was found out above which a result is inconclusive.</summary>
    public double AllowedMissing { get; init; } = 0.05;

    /// <summary>Whether samples that ended in an error are asked again when a log is gone on with.</summary>
    public bool RetryErrors { get; init; }
}
