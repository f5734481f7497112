using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>What a metric is measured in.</summary>
/// <param name="Name">In documents and on axes.</param>
/// <param name="Style">How its values are written.</param>
/// <param name="Minimum">The least that there can be; null where there is none.</param>
internal sealed record MetricUnit(string Name, NumberStyle Style = NumberStyle.Plain, double? Minimum = 0)
{
    /// <summary>From 0 to 1.</summary>
    public static MetricUnit Share { get; } = new("share", NumberStyle.Percent);

    public static MetricUnit Count { get; } = new("count");

    public static MetricUnit Tokens { get; } = new("tokens");

    /// <summary>Natural logarithms: 1 nat is 1.44 bits.</summary>
    public static MetricUnit NatsAToken { get; } = new("nats a token");

    /// <summary>The same, of a quantity that may be negative.</summary>
    public static MetricUnit SignedNatsAToken { get; } = new("nats a token", Minimum: null);

    public static MetricUnit Nats { get; } = new("nats");

    /// <summary>Of one policy's probability of a token to another's.</summary>
    public static MetricUnit Ratio { get; } = new("ratio");

    /// <summary>As the recipe weighs it.</summary>
    public static MetricUnit Reward { get; } = new("reward", Minimum: null);

    public static MetricUnit Level { get; } = new("level", Minimum: null);

    /// <summary>Without a unit of its own.</summary>
    public static MetricUnit Number { get; } = new("number", Minimum: null);

    /// <summary>The same, never negative.</summary>
    public static MetricUnit Size { get; } = new("number");

    public static MetricUnit Seconds { get; } = new("seconds");

    public static MetricUnit TokensASecond { get; } = new("tokens a second");
}
