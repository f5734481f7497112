namespace Deliberate.Reasoning;

/// <summary>What an episode may take. The token budget of the whole episode, replies included, is the stage's (<c>max_tokens</c>).</summary>
internal sealed record EnvironmentLimits
{
    /// <summary>Turns of the model; the episode then ends unsolved.</summary>
    public int Turns { get; init; } = 8;

    /// <summary>Tokens of one turn; a turn that is cut off ends the episode.</summary>
    public int TurnTokens { get; init; } = 256;

    /// <summary>Tokens of one reply; what is longer is cut, and says so.</summary>
    public int ReplyTokens { get; init; } = 512;

    /// <summary>Of one start or turn of the environment; then the episode counts as failed by it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Episodes that are stepped at a time.</summary>
    public int Parallel { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Share of a batch of episodes that the environment may fail on.</summary>
    public double MaxErrorShare { get; init; } = 0.05;
}
