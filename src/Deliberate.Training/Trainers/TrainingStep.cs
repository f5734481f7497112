namespace Deliberate.Training;

/// <summary>What one optimizer step measured.</summary>
/// <param name="Loss">Of the whole batch, before the update.</param>
/// <param name="GradientNorm">Global norm before clipping.</param>
/// <param name="Applied">False where loss or gradient was not finite: the weights stayed as they were.</param>
internal readonly record struct TrainingStep(double Loss, double GradientNorm, bool Applied);
