namespace Deliberate.Core.Tests;

public sealed class SignedPointsTests
{
    [Theory]
    [InlineData(0.0123, "+1.2")]
    [InlineData(-0.0123, "−1.2")]
    [InlineData(0, "0.0")]
    [InlineData(0.0004, "0.0")]
    [InlineData(-0.0004, "0.0")]
    [InlineData(-0.0006, "−0.1")]
    public void A_difference_has_one_sign_or_none(double difference, string text) => SignedPoints.Of(difference).ShouldBe(text);
}
