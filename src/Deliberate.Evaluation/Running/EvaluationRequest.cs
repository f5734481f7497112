namespace Deliberate.Evaluation;

/// <summary>Everything that an evaluation is asked to do, kept with it so that it can be gone on with: tasks, models, judge, settings, requirements.</summary>
internal sealed record EvaluationRequest
{
    /// <summary>Names, or files of tasks and problems.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The judging model; null where none was named.</summary>
    public string? Judge { get; init; }

    public string? DataFolder { get; init; }

    /// <summary>Where the hashes of fetched data are pinned; null for beside them.</summary>
    public string? LockFile { get; init; }

    /// <summary>What is said to tasks besides.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = EvaluatedSample.NoTags;

    public RunSettings Settings { get; init; } = new();

    public IReadOnlyList<string> Requirements { get; init; } = [];

    /// <summary>Whether results of several models are compared in pairs.</summary>
    public bool Compares { get; init; }
}
