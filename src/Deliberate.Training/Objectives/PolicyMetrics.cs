namespace Deliberate.Training;

/// <summary>
/// What a step says about itself, as sums that merge: micro-batches each fill one, the step adds them up in order. Over the
/// tokens in the loss; ratios are per token even for sequence-level objectives. KL in nats a token.
/// </summary>
public sealed class PolicyMetrics
{
    private double _ratio, _k1, _k2, _k3, _refK1, _refK3, _klLoss, _entropy, _lowMin = double.NaN, _highMax = double.NaN;

    /// <summary>Tokens in the loss.</summary>
    public double Tokens { get; private set; }

    /// <summary>Sequences seen.</summary>
    public double Sequences { get; private set; }

    /// <summary>Tokens whose reference log-probability was known.</summary>
    public double ReferenceTokens { get; private set; }

    /// <summary>Tokens whose entropy was known.</summary>
    public double EntropyTokens { get; private set; }

    /// <summary>Tokens, or sequences for a sequence-level weight, that the clip fractions are shares of.</summary>
    public double ClipUnits { get; private set; }

    /// <summary>Units with a ratio below the band and A below 0.</summary>
    public double ClippedLow { get; private set; }

    /// <summary>Units with a ratio above the band and A above 0.</summary>
    public double ClippedHigh { get; private set; }

    /// <summary>Tokens that the dual clip bounds.</summary>
    public double DualClipped { get; private set; }

    /// <summary>Sum over sequences of VESPO's weight φ.</summary>
    public double PhiSum { get; private set; }

    /// <summary>Sequences that <see cref="PhiSum"/> is a sum over.</summary>
    public double PhiCount { get; private set; }

    /// <summary>Greatest ratio new / old of a token.</summary>
    public double RatioMax { get; private set; } = double.NegativeInfinity;

    /// <summary>Least ratio new / old of a token.</summary>
    public double RatioMin { get; private set; } = double.PositiveInfinity;

    /// <summary>Mean ratio new / old.</summary>
    public double RatioMean => _ratio / Tokens;

    /// <summary>Mean of old - new: estimates KL(old || new) on old samples.</summary>
    public double ApproxKlK1 => _k1 / Tokens;

    /// <summary>Mean of (new - old)² / 2.</summary>
    public double ApproxKlK2 => _k2 / Tokens;

    /// <summary>Mean of ratio - 1 - log ratio: never negative.</summary>
    public double ApproxKlK3 => _k3 / Tokens;

    /// <summary>Mean of new - reference.</summary>
    public double ReferenceKlK1 => _refK1 / ReferenceTokens;

    /// <summary>The same of new and reference by k3.</summary>
    public double ReferenceKlK3 => _refK3 / ReferenceTokens;

    /// <summary>Mean of the KL term as it stands in the loss, without its coefficient.</summary>
    public double KlLoss => _klLoss / ReferenceTokens;

    /// <summary>Mean entropy of the policy, nats.</summary>
    public double Entropy => _entropy / EntropyTokens;

    /// <summary>Share with a ratio below the band and A below 0.</summary>
    public double ClipFractionLow => ClippedLow / ClipUnits;

    /// <summary>Share with a ratio above the band and A above 0 (CISPO: above the cap).</summary>
    public double ClipFractionHigh => ClippedHigh / ClipUnits;

    /// <summary>Share that is clipped on either side.</summary>
    public double ClipFraction => (ClippedLow + ClippedHigh) / ClipUnits;

    /// <summary>Least share of a sequence that is clipped from below.</summary>
    public double ClipFractionLowMin => _lowMin;

    /// <summary>Greatest share of a sequence that is clipped from above.</summary>
    public double ClipFractionHighMax => _highMax;

    /// <summary>Mean of VESPO's weight φ.</summary>
    public double PhiMean => PhiSum / PhiCount;

    internal void AddSequence() => Sequences++;

    internal void AddToken(double logRatio)
    {
        var ratio = Math.Exp(logRatio);
        Tokens++;
        _ratio += ratio;
        RatioMax = Math.Max(RatioMax, ratio);
        RatioMin = Math.Min(RatioMin, ratio);
        _k1 -= logRatio;
        _k2 += logRatio * logRatio / 2;
        _k3 += ratio - 1 - logRatio;
    }

    internal void AddReference(double difference, double klInLoss)
    {
        ReferenceTokens++;
        _refK1 += difference;
        _refK3 += KlEstimator.Evaluate(KlKind.K3, difference, out _);
        _klLoss += klInLoss;
    }

    internal void AddEntropy(double entropy)
    {
        EntropyTokens++;
        _entropy += entropy;
    }

    /// <summary>One sequence's clipped units: how many below, how many above, of how many.</summary>
    public void AddClips(double low, double high, double units)
    {
        if (units == 0) return;
        ClippedLow += low;
        ClippedHigh += high;
        ClipUnits += units;
        _lowMin = Least(_lowMin, low / units);
        _highMax = Greatest(_highMax, high / units);
    }

    /// <summary>Tokens that a dual clip bounds.</summary>
    public void AddDualClips(double tokens) => DualClipped += tokens;

    internal void AddPhi(double phi)
    {
        PhiSum += phi;
        PhiCount++;
    }

    internal void Merge(PolicyMetrics other)
    {
        Tokens += other.Tokens;
        Sequences += other.Sequences;
        ReferenceTokens += other.ReferenceTokens;
        EntropyTokens += other.EntropyTokens;
        ClipUnits += other.ClipUnits;
        ClippedLow += other.ClippedLow;
        ClippedHigh += other.ClippedHigh;
        DualClipped += other.DualClipped;
        PhiSum += other.PhiSum;
        PhiCount += other.PhiCount;
        _ratio += other._ratio;
        _k1 += other._k1;
        _k2 += other._k2;
        _k3 += other._k3;
        _refK1 += other._refK1;
        _refK3 += other._refK3;
        _klLoss += other._klLoss;
        _entropy += other._entropy;
        RatioMax = Math.Max(RatioMax, other.RatioMax);
        RatioMin = Math.Min(RatioMin, other.RatioMin);
        _lowMin = Least(_lowMin, other._lowMin);
        _highMax = Greatest(_highMax, other._highMax);
    }

    /// <summary>Everything that was added up, for another rank's <see cref="Of"/>.</summary>
    internal double[] Parts =>
    [
        Tokens, Sequences, ReferenceTokens, EntropyTokens, ClipUnits, ClippedLow, ClippedHigh, DualClipped, PhiSum, PhiCount, _ratio, _k1, _k2, _k3, _refK1, _refK3, _klLoss, _entropy, RatioMax, RatioMin, _lowMin, _highMax,
    ];

    /// <summary>What <see cref="Parts"/> says.</summary>
    internal static PolicyMetrics Of(double[] parts) => new()
    {
        Tokens = (int)parts[0],
        Sequences = (int)parts[1],
        ReferenceTokens = (int)parts[2],
        EntropyTokens = (int)parts[3],
        ClipUnits = parts[4],
        ClippedLow = parts[5],
        ClippedHigh = parts[6],
        DualClipped = parts[7],
        PhiSum = parts[8],
        PhiCount = parts[9],
        _ratio = parts[10],
        _k1 = parts[11],
        _k2 = parts[12],
        _k3 = parts[13],
        _refK1 = parts[14],
        _refK3 = parts[15],
        _klLoss = parts[16],
        _entropy = parts[17],
        RatioMax = parts[18],
        RatioMin = parts[19],
        _lowMin = parts[20],
        _highMax = parts[21],
    };

    /// <summary>Name and value of everything that was measured, as the metrics stream writes them.</summary>
    internal void CopyTo(MetricValues metrics)
    {
        if (Tokens > 0)
        {
            metrics.Add(ObjectiveMetrics.RatioMean, RatioMean);
            metrics.Add(ObjectiveMetrics.RatioMax, RatioMax);
            metrics.Add(ObjectiveMetrics.RatioMin, RatioMin);
            metrics.Add(ObjectiveMetrics.ApproxKlK1, ApproxKlK1);
            metrics.Add(ObjectiveMetrics.ApproxKlK2, ApproxKlK2);
            metrics.Add(ObjectiveMetrics.ApproxKlK3, ApproxKlK3);
        }

        if (ClipUnits > 0)
        {
            metrics.Add(ObjectiveMetrics.ClipFraction, ClipFraction);
            metrics.Add(ObjectiveMetrics.ClipFractionLow, ClipFractionLow);
            metrics.Add(ObjectiveMetrics.ClipFractionHigh, ClipFractionHigh);
        }

        if (DualClipped > 0) metrics.Add(ObjectiveMetrics.DualClipFraction, DualClipped / Tokens);
        if (PhiCount > 0) metrics.Add(ObjectiveMetrics.VespoPhi, PhiMean);
        if (EntropyTokens > 0) metrics.Add(ObjectiveMetrics.Entropy, Entropy);
        if (ReferenceTokens == 0) return;
        metrics.Add(ObjectiveMetrics.ReferenceKlK1, ReferenceKlK1);
        metrics.Add(ObjectiveMetrics.ReferenceKlK3, ReferenceKlK3);
        metrics.Add(ObjectiveMetrics.KlInLoss, KlLoss);
    }

    private static double Least(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Min(a, b);

    private static double Greatest(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Max(a, b);
}
