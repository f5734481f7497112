namespace Deliberate.Training.Tests;

public sealed class DynamicSamplingTests
{
    [Theory]
    [InlineData(new[] { 1.0, 0, 1, 1 }, true)]
    [InlineData(new[] { 1.0, 1, 1, 1 }, false)]
    [InlineData(new[] { 0.0, 0, 0 }, false)]
    [InlineData(new[] { 0.5, 0.5, 0.25 }, true)]
    [InlineData(new[] { 1.0, double.NaN, 1 }, false)]
    [InlineData(new[] { double.NaN, 0, 1 }, true)]
    [InlineData(new[] { double.NaN, double.NaN }, false)]
    [InlineData(new double[0], false)]
    public void A_group_is_kept_only_where_its_accuracies_differ(double[] accuracies, bool kept) => DynamicSampling.Keeps(accuracies).ShouldBe(kept);

    [Fact]
    public void A_length_penalty_does_not_rescue_a_group_that_is_all_right()
    {
        double[] accuracies = [1, 1, 1];
        double[] shaped = [1, 0.7, 0.2];
        DynamicSampling.Keeps(accuracies).ShouldBeFalse();
        DynamicSampling.Keeps(shaped).ShouldBeTrue("which is why it must not be asked about the shaped reward");
    }
}
