using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What one optimizer step measured.</summary>
/// <param name="Loss">Of the whole batch, before the update.</param>
/// <param name="GradientNorm">Global norm before clipping.</param>
/// <param name="Applied">False where loss or gradient was not finite: the weights stayed as they were.</param>
internal readonly record struct TrainingStep(double Loss, double GradientNorm, bool Applied)
{
    /// <summary>The end of a step whose record was read and whose loss is known.</summary>
    public static TrainingStep Conclude(Optimizer optimizer, StepRecord record, double loss, double rate, LanguageModel model)
    {
        var (norm, applied) = optimizer.Conclude(record, loss, rate);
        if (applied) model.Pack(training: true);
        return new TrainingStep(loss, norm, applied);
    }
}
