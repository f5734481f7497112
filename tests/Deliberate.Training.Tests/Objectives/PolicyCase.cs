using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>A batch in arrays, as tests make and read it.</summary>
internal sealed record PolicyCase
{
    public required int[] Lengths { get; init; }

    public required double[] LogpNew { get; init; }

    public double[] LogpOld { get; init; } = [];

    public double[] LogpReference { get; init; } = [];

    public double[] LogpSampler { get; init; } = [];

    public double[] Entropies { get; init; } = [];

    public double[] Mask { get; init; } = [];

    public double[] Advantages { get; init; } = [];

    public double[] TokenAdvantages { get; init; } = [];

    public double[] TokenWeights { get; init; } = [];

    public double[] SequenceWeights { get; init; } = [];

    public int[] Offsets => Golden.Offsets(Lengths);

    public int Tokens => LogpNew.Length;

    public PolicyBatch Batch(double[]? logpNew = null, double[]? entropies = null) => new()
    {
        Offsets = Offsets,
        LogpNew = logpNew ?? LogpNew,
        LogpOld = LogpOld,
        LogpReference = LogpReference,
        LogpSampler = LogpSampler,
        Entropies = entropies ?? Entropies,
        Mask = Mask,
        Advantages = Advantages,
        TokenAdvantages = TokenAdvantages,
        TokenWeights = TokenWeights,
        SequenceWeights = SequenceWeights,
    };

    public (double Loss, double[] GradLogp, double[] GradEntropy, PolicyMetrics Metrics) Evaluate(
        IPolicyObjective objective, BatchNormalisers normalisers, double[]? logpNew = null, double[]? entropies = null)
    {
        var gradLogp = new double[Tokens];
        var gradEntropy = new double[Tokens];
        var metrics = new PolicyMetrics();
        var loss = objective.Evaluate(Batch(logpNew, entropies), normalisers, gradLogp, gradEntropy, metrics);
        return (loss, gradLogp, gradEntropy, metrics);
    }

    public BatchNormalisers Normalisers(PolicyOptions options, int maxCompletionLength = 16) => BatchNormalisers.Of(Batch(), options, maxCompletionLength);

    public static PolicyCase Read(JsonElement item)
    {
        var inputs = item.GetProperty("inputs");
        return new PolicyCase
        {
            Lengths = item.Integers("lengths"),
            LogpNew = inputs.Numbers("logp_new"),
            LogpOld = inputs.Numbers("logp_old"),
            LogpReference = inputs.Numbers("logp_ref"),
            LogpSampler = inputs.Numbers("logp_sampler"),
            Entropies = inputs.Numbers("entropy"),
            Mask = inputs.Numbers("token_mask"),
            Advantages = inputs.Numbers("advantages"),
            TokenAdvantages = inputs.Numbers("token_advantages"),
            TokenWeights = inputs.Numbers("sampler_weight"),
        };
    }
}
