namespace Deliberate.Training;

/// <summary>What an advantage estimator saw, for the metrics of the step.</summary>
/// <param name="RewardMean">Over all scored samples of the batch.</param>
/// <param name="RewardDeviation">Unbiased, over the same.</param>
/// <param name="FlatShare">Share of samples whose group (batch, for batch scaling) has no spread of reward, that teach nothing.</param>
internal readonly record struct AdvantageStatistics(double RewardMean, double RewardDeviation, double FlatShare);
