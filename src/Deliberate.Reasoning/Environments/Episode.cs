namespace Deliberate.Reasoning;

/// <summary>What was said in an episode, turn by turn. Who said what is known by where its tokens came from, never by what they look like.</summary>
internal sealed record Episode(IReadOnlyList<EpisodeTurn> Turns)
{
    /// <summary>The rewards of the turns at the last token of each, over all tokens of the episode.</summary>
    /// <param name="tokens">How many these are.</param>
    public double[] TokenRewards(int tokens)
    {
        var rewards = new double[tokens];
        var end = 0;
        foreach (var turn in Turns)
        {
            end += turn.OwnTokens;
            if (turn.OwnTokens > 0) rewards[end - 1] += turn.Reward;
            end += turn.GivenTokens;
        }

        return rewards;
    }

    /// <summary>Which tokens the environment gave [tokens]; null where it gave none.</summary>
    public static bool[]? Given(IEnumerable<(int Own, int Given)> turns)
    {
        var given = new List<bool>();
        foreach (var (own, replied) in turns)
        {
            given.AddRange(Enumerable.Repeat(false, own));
            given.AddRange(Enumerable.Repeat(true, replied));
        }

        return given.Contains(true) ? [.. given] : null;
    }
}

/// <summary>A turn of an episode.</summary>
/// <param name="Said">By the model, its thought left out.</param>
/// <param name="Reply">The environment's; null of the last turn.</param>
/// <param name="Reward">Of the turn.</param>
internal sealed record EpisodeTurn(string Said, string? Reply, double Reward)
{
    /// <summary>Tokens that the model wrote, the one that ended the turn included.</summary>
    public int OwnTokens { get; init; }

    /// <summary>Tokens of the reply and of what frames it.</summary>
    public int GivenTokens { get; init; }

    /// <summary>The thought of the turn; null without one.</summary>
    public string? Thinking { get; init; }
}
