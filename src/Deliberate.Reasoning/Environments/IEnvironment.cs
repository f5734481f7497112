namespace Deliberate.Reasoning;

/// <summary>
/// What a model acts in over several turns: it says something, the environment replies (a tool's result, a new state), until one of
/// them is done. Calls come from several threads at once; what belongs to one attempt is in its <see cref="IEpisode"/>. A run that is
/// resumed ends in the same bits only where the same words get the same replies.
/// </summary>
public interface IEnvironment
{
    /// <summary>The name in recipes and records: lower case, hyphens.</summary>
    string Name { get; }

    /// <summary>A fresh attempt at a problem: nothing of earlier ones is left in it.</summary>
    ValueTask<IEpisode> StartAsync(Problem problem, CancellationToken cancellationToken);
}

/// <summary>One attempt at a problem. Used by one caller at a time; disposed at its end, whatever ended it.</summary>
public interface IEpisode : IAsyncDisposable
{
    /// <summary>The reply to a turn of the model.</summary>
    /// <param name="said">What the model said outside of its thought, trimmed; any text, empty too.</param>
    /// <param name="cancellationToken">When the turn takes too long, or the run stops.</param>
    ValueTask<EpisodeReply> StepAsync(string said, CancellationToken cancellationToken);
}

/// <summary>What an environment says to a turn.</summary>
/// <param name="Text">What the model reads next; not read where the episode is over.</param>
/// <param name="Reward">Of the turn. The rewards of an episode's turns sum to its score.</param>
public sealed record EpisodeReply(string Text, double Reward)
{
    /// <summary>Whether the episode has ended.</summary>
    public bool IsOver { get; private init; }

    /// <summary>Whether the problem is solved: what accuracy counts.</summary>
    public bool IsSolved { get; private init; }

    /// <summary>Why it ended so, in a few words; empty while it goes on.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>The episode goes on.</summary>
    public static EpisodeReply Next(string text, double reward = 0) => new(text, Finite(reward));

    /// <summary>The episode is over, and the problem solved.</summary>
    public static EpisodeReply Solved(double reward = 1, string reason = "right") => new("", Finite(reward)) { IsOver = true, IsSolved = true, Reason = reason };

    /// <summary>The episode is over, and the problem not solved.</summary>
    public static EpisodeReply Failed(string reason, double reward = 0) => new("", Finite(reward)) { IsOver = true, Reason = reason };

    private static double Finite(double reward) => double.IsFinite(reward) ? reward : throw new ArgumentOutOfRangeException(nameof(reward), reward, "A reward is a finite number.");
}
