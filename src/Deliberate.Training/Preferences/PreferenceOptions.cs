namespace Deliberate.Training;

/// <summary>What the reference's divergence makes of a log ratio (f-DPO, arXiv 2309.16240).</summary>
internal enum PreferenceDivergence
{
    /// <summary>The log ratio itself: DPO.</summary>
    ReverseKl,

    /// <summary>1 - e^(-x).</summary>
    ForwardKl,

    /// <summary>ln 2 + ln σ(x).</summary>
    JsDivergence,
}

/// <summary>Numbers that the losses of preferences have; the defaults are TRL 1.16's.</summary>
internal sealed record PreferenceOptions
{
    /// <summary>How much a log ratio weighs.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>Share of pairs that are labelled the wrong way round.</summary>
    public double LabelSmoothing { get; init; }

    public PreferenceDivergence Divergence { get; init; }

    /// <summary>What of the log-probability behind the shorter answer's length counts; null for all (LD-DPO, arXiv 2409.06411).</summary>
    public double? LengthAlpha { get; init; }

    /// <summary>Temperature of discopop's switch.</summary>
    public double DiscopopTau { get; init; } = 0.05;

    /// <summary>Margin of SimPO, γ.</summary>
    public double Gamma { get; init; } = 0.5;

    /// <summary>AlphaPO's exponent; 0 for log-probabilities as they are (arXiv 2501.03884).</summary>
    public double Alpha { get; init; }

    /// <summary>Weights of KTO's better and worse answers.</summary>
    public double DesirableWeight { get; init; } = 1;

    public double UndesirableWeight { get; init; } = 1;
}
