namespace Deliberate.Training;

/// <summary>What a server of rollouts did wrong, by name.</summary>
internal enum FaultKind
{
    /// <summary>429: it has too much to do.</summary>
    Busy,

    /// <summary>5xx, or no connection.</summary>
    Unavailable,

    /// <summary>No whole answer in time.</summary>
    TooSlow,

    /// <summary>The answer ended in the middle.</summary>
    CutBody,

    /// <summary>An answer that is not of its interface.</summary>
    Malformed,

    /// <summary>Samples of other weights than those that were loaded last: a restart, or somebody else's update.</summary>
    WrongVersion,

    /// <summary>The canary's log-probabilities are not the trainer's: old weights, an old prefix cache, another model.</summary>
    StaleWeights,

    /// <summary>A token id that the model does not have.</summary>
    OutsideVocabulary,

    /// <summary>A log-probability above 0 or not finite.</summary>
    BadLogProbability,

    /// <summary>It refuses to load weights, or serves another context.</summary>
    Refused,
}

/// <summary>A fault of one server; what came with it is not trained on.</summary>
internal sealed class RolloutFault(FaultKind kind, string server, string what) : Exception($"{server}: {Name(kind)}: {what}")
{
    public FaultKind Kind { get; } = kind;

    /// <summary>Whether the same may be asked of it again at once.</summary>
    public bool MayPass => Kind is FaultKind.Busy or FaultKind.Unavailable or FaultKind.TooSlow or FaultKind.CutBody;

    /// <summary>As messages and metrics call it.</summary>
    public static string Name(FaultKind kind) => kind switch
    {
        FaultKind.Busy => "busy (429)",
        FaultKind.Unavailable => "unavailable",
        FaultKind.TooSlow => "too slow",
        FaultKind.CutBody => "cut body",
        FaultKind.Malformed => "malformed answer",
        FaultKind.WrongVersion => "wrong version",
        FaultKind.StaleWeights => "stale weights",
        FaultKind.OutsideVocabulary => "token outside the vocabulary",
        FaultKind.BadLogProbability => "log-probability above 0",
        _ => "refused",
    };
}
