using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>Batches and options drawn by FsCheck: lengths (0 too) and a seed, from which the rest follows.</summary>
internal sealed record PolicyDraw(int[] Lengths, int Seed)
{
    public static Arbitrary<PolicyDraw> Arbitrary { get; } = (
        from lengths in Gen.Choose(0, 6).NonEmptyListOf()
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select new PolicyDraw([.. lengths], seed)).Resize(10).ToArbitrary();

    public PolicyCase Case()
    {
        var random = new RandomStream((ulong)Seed, StreamStage.Test);
        var tokens = Lengths.Sum();
        double[] Draw(int count, Func<int, double> value) => [.. Enumerable.Range(0, count).Select(value)];
        var fresh = Draw(tokens, _ => -0.05 - 3 * random.NextDouble());
        return new PolicyCase
        {
            Lengths = Lengths,
            LogpNew = fresh,
            LogpOld = Draw(tokens, t => fresh[t] + 0.3 * random.NextNormal()),
            LogpReference = Draw(tokens, t => fresh[t] + 0.4 * random.NextNormal()),
            LogpSampler = Draw(tokens, t => fresh[t] + 0.3 * random.NextNormal()),
            Entropies = Draw(tokens, _ => 2 * random.NextDouble()),
            Mask = random.NextBool(0.5) ? [] : Draw(tokens, _ => random.NextBool(0.8) ? 1 : 0),
            Advantages = Draw(Lengths.Length, _ => random.NextNormal()),
            TokenAdvantages = random.NextBool(0.8) ? [] : Draw(tokens, _ => random.NextNormal()),
            TokenWeights = random.NextBool(0.7) ? [] : Draw(tokens, _ => 0.5 + random.NextDouble()),
            SequenceWeights = random.NextBool(0.7) ? [] : Draw(Lengths.Length, _ => 0.5 + random.NextDouble()),
        };
    }

    /// <summary>The defaults with some of everything switched on.</summary>
    public PolicyOptions Options(PolicyOptions defaults)
    {
        var random = new RandomStream((ulong)Seed, StreamStage.Test, step: 1);
        return defaults with
        {
            Level = random.NextBool(0.6) ? defaults.Level : (ImportanceLevel)random.Next(3),
            Aggregation = (LossAggregation)random.Next(4),
            CountEmptySequences = random.NextBool(0.5),
            LengthEpsilon = random.NextBool(0.5) ? 0 : 1e-8,
            ScaleFactor = random.NextBool(0.5) ? null : 64,
            Delta = random.NextBool(0.5) ? null : 1.4,
            DualClip = random.NextBool(0.5) ? defaults.DualClip : 1.3,
            KlCoefficient = random.NextBool(0.4) ? 0 : 0.3,
            Kl = (KlKind)random.Next(4),
            KlImportanceWeighted = random.NextBool(0.3),
            KlClamped = random.NextBool(0.3),
            EntropyCoefficient = random.NextBool(0.5) ? 0 : 0.2,
            TopEntropyQuantile = random.NextBool(0.5) ? 1 : 0.6,
            OffPolicyThreshold = random.NextBool(0.5) ? null : 0.02,
            KlCovRatio = defaults.KlCovRatio > 0 ? 0.3 : 0,
        };
    }

    public static void ForAll(int draws, Action<PolicyDraw> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(draws), Prop.ForAll(Arbitrary, property));
}
