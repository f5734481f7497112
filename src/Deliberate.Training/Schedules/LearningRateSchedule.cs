using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Shapes of the learning rate over the optimizer's steps, named as in transformers' <c>get_scheduler</c>.</summary>
internal enum ScheduleKind
{
    /// <summary>Always the peak, warm-up ignored.</summary>
    Constant,

    /// <summary>Up to the peak, then constant.</summary>
    ConstantWithWarmup,

    /// <summary>Up, then down to 0 at the last step.</summary>
    Linear,

    /// <summary>Up, then down along half a cosine to <see cref="LearningRateSchedule.MinimumRatio"/>.</summary>
    Cosine,

    /// <summary>Cosine with hard restarts.</summary>
    CosineWithRestarts,

    /// <summary>Up, then a power of the remaining share down to <see cref="LearningRateSchedule.EndRate"/>.</summary>
    Polynomial,

    /// <summary>Up, then peak · sqrt(warm-up / step).</summary>
    InverseSqrt,

    /// <summary>Up, constant, then down over the last steps (WSD).</summary>
    WarmupStableDecay,
}

/// <summary>The shape of WSD's last part.</summary>
internal enum DecayShape
{
    Linear,
    Cosine,

    /// <summary>1 - sqrt(share).</summary>
    OneMinusSqrt,
}

/// <summary>
/// The learning rate of optimizer step i, counted from 0, as transformers 5.23 computes it: a pure function of the step, so
/// that a resumed run needs no state. Warm-up starts at 0 (the first step changes nothing), except that WSD's starts at the
/// minimum. Past the end a plain cosine rises again, linear stays at 0.
/// </summary>
internal sealed record LearningRateSchedule
{
    public ScheduleKind Kind { get; init; } = ScheduleKind.Cosine;

    /// <summary>The highest rate.</summary>
    [InRange(0)]
    public required double Peak { get; init; }

    /// <summary>Optimizer steps of the run.</summary>
    [InRange(1)]
    public required int Steps { get; init; }

    /// <summary>Steps of warm-up. Default 0.</summary>
    [InRange(0)]
    public int Warmup { get; init; }

    /// <summary>
    /// Whether the warm-up begins one step above its start, (i + 1) / (warm-up + 1): where each batch is sampled for its step, a step at
    /// rate 0 would throw one away. Default false (transformers).
    /// </summary>
    public bool MovesAtOnce { get; init; }

    /// <summary>Least rate as a share of the peak, for cosine and WSD. Default 0.</summary>
    [InRange(0, 1)]
    public double MinimumRatio { get; init; }

    /// <summary>Cycles of cosine with restarts. Default 1.</summary>
    [InRange(1)]
    public int Cycles { get; init; } = 1;

    /// <summary>Polynomial's power. Default 1.</summary>
    public double Power { get; init; } = 1;

    /// <summary>Polynomial's last rate. Default 1e-7 (transformers).</summary>
    [InRange(0)]
    public double EndRate { get; init; } = 1e-7;

    /// <summary>WSD's decay, in steps. Default 0: a tenth of all.</summary>
    [InRange(0)]
    public int Decay { get; init; }

    public DecayShape Shape { get; init; } = DecayShape.Cosine;

    /// <summary>Refuses values out of range.</summary>
    public LearningRateSchedule Validated()
    {
        Require(Peak >= 0 && double.IsFinite(Peak), "learning_rate", "must be a number of at least 0.");
        Require(Steps > 0, "steps", "must be above 0.");
        Require(Warmup >= 0 && Warmup <= Steps, "warmup_steps", $"must lie between 0 and the number of steps ({Steps}).");
        Require(MinimumRatio is >= 0 and <= 1, "minimum_ratio", "must lie between 0 and 1.");
        Require(Cycles > 0, "cycles", "must be above 0.");
        Require(Decay >= 0 && Warmup + Decay <= Steps, "decay_steps", $"must fit between warm-up and the last step ({Steps}).");
        return this;
    }

    /// <summary>The rate that the step uses.</summary>
    public double At(int step) => Kind switch
    {
        ScheduleKind.Constant => Peak,
        ScheduleKind.WarmupStableDecay => Peak * StableDecay(step),
        _ when step < Warmup => Peak * Risen(step),
        ScheduleKind.ConstantWithWarmup => Peak,
        ScheduleKind.Linear => Peak * Math.Max(0, Steps - step) / Math.Max(1, Steps - Warmup),
        ScheduleKind.Cosine => Peak * (HalfCosine(Progress(step)) * (1 - MinimumRatio) + MinimumRatio),
        ScheduleKind.CosineWithRestarts => Progress(step) >= 1 ? 0 : Peak * HalfCosine(Cycles * Progress(step) % 1),
        ScheduleKind.Polynomial => step > Steps ? EndRate : (Peak - EndRate) * Math.Pow(1 - Progress(step), Power) + EndRate,
        ScheduleKind.InverseSqrt => Peak / Math.Sqrt((step + TimeScale - Warmup) / TimeScale),
        _ => throw new InvalidOperationException($"No schedule {Kind}."),
    };

    /// <summary>transformers takes the warm-up for the time scale, or 10,000 without one.</summary>
    private double TimeScale => Warmup > 0 ? Warmup : 10_000;

    /// <summary>Share of the warm-up.</summary>
    private double Risen(int step) => MovesAtOnce ? (step + 1.0) / (Warmup + 1.0) : (double)step / Math.Max(1, Warmup);

    private static double HalfCosine(double progress) => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress)));

    private double Progress(int step) => (double)(step - Warmup) / Math.Max(1, Steps - Warmup);

    private double StableDecay(int step)
    {
        var decay = Decay > 0 ? Decay : Math.Max(1, Steps / 10);
        var stable = Steps - Warmup - decay;
        double factor;
        if (step < Warmup) factor = Risen(step);
        else if (step < Warmup + stable) return 1;
        else if (step >= Steps) return MinimumRatio;
        else
        {
            var progress = (double)(step - Warmup - stable) / decay;
            factor = Shape switch
            {
                DecayShape.Linear => 1 - progress,
                DecayShape.Cosine => HalfCosine(progress),
                DecayShape.OneMinusSqrt => 1 - Math.Sqrt(progress),
                _ => throw new InvalidOperationException($"No shape {Shape}."),
            };
        }

        return factor * (1 - MinimumRatio) + MinimumRatio;
    }

    private static void Require(bool holds, string field, string problem)
    {
        if (!holds) throw new UserError(problem, field: "schedule." + field);
    }
}
