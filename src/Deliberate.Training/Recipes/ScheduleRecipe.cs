using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>The learning rate over a stage's steps, as a factor of the optimizer's rates; see <see cref="LearningRateSchedule"/>.</summary>
internal sealed record ScheduleRecipe
{
    [Description("Shape over the steps; the warm-up comes before it, but for constant.")]
    public ScheduleKind Kind { get; init; } = ScheduleKind.WarmupStableDecay;

    [Description("Steps of warm-up; fewer where the stage is short.")]
    [InRange(0)]
    public int Warmup { get; init; } = 20;

    [Description("In reinforcement learning: begins the warm-up at a rate of 0, as transformers does, which throws the first sampled batch away.")]
    public bool FromZero { get; init; }

    [Description("Share of the steps in which warmup_stable_decay goes down.")]
    [InRange(0, 1)]
    public double Decay { get; init; } = 0.5;

    [Description("Shape of that part.")]
    public DecayShape Shape { get; init; } = DecayShape.Linear;

    [Description("Least rate as a share of the peak, for cosine and warmup_stable_decay.")]
    [InRange(0, 1)]
    public double MinimumRatio { get; init; } = 0.05;

    /// <summary>The factor of every step of a stage.</summary>
    /// <param name="steps">Of the stage.</param>
    /// <param name="movesAtOnce">Whether its first step is to have an effect, whose batch was sampled and is used once.</param>
    public LearningRateSchedule For(int steps, bool movesAtOnce = false)
    {
        var decay = Kind == ScheduleKind.WarmupStableDecay ? Math.Max(1, (int)(Decay * steps)) : 0;
        return new LearningRateSchedule
        {
            Kind = Kind,
            Peak = 1,
            Steps = steps,
            Warmup = Math.Min(Warmup, steps - decay),
            Decay = decay,
            Shape = Shape,
            MovesAtOnce = movesAtOnce,
            MinimumRatio = MinimumRatio,
        }.Validated();
    }
}
