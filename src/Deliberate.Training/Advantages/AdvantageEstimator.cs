namespace Deliberate.Training;

/// <summary>An advantage estimator in the list: how rewards become what a token or a sample was worth beyond what was to be expected.</summary>
/// <param name="Name">In recipes, as <c>reinforcement.advantage</c>.</param>
/// <param name="Source">Paper, and the library whose numbers it reproduces.</param>
/// <param name="Words">What reports say of it.</param>
/// <param name="Compute">Fills the batch's advantages.</param>
internal sealed record AdvantageEstimator(string Name, string Source, string Words, Action<AdvantageBatch> Compute)
{
    /// <summary>Whether each token has an advantage of its own.</summary>
    public bool PerToken { get; init; }

    /// <summary>Whether it compares the samples of a problem with one another, so that one alone has nothing to learn from.</summary>
    public bool NeedsGroup { get; init; } = true;

    /// <summary>Whether the most likely completion of each problem is drawn and scored too.</summary>
    public bool NeedsGreedy { get; init; }

    /// <summary>Whether it looks at each part of the reward by itself.</summary>
    public bool NeedsParts { get; init; }

    /// <summary>Whether a critic is trained beside the policy, whose values it looks at.</summary>
    public bool NeedsCritic { get; init; }

    /// <summary>Whether it compares with a teacher, token by token, in place of rewards.</summary>
    public bool NeedsTeacher { get; init; }

    /// <summary>Whether rewards are discounted on their way to the tokens before them.</summary>
    public bool Discounts { get; init; }
}
