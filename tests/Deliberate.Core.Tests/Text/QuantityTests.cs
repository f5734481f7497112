namespace Deliberate.Core.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(7, "7")]
    [InlineData(999, "999")]
    [InlineData(999.6, "1 k")]
    [InlineData(1_000, "1 k")]
    [InlineData(1_340_000, "1.3 M")]
    [InlineData(9_960_000, "10 M")]
    [InlineData(999_700, "1 M")]
    [InlineData(-2_500, "-2.5 k")]
    [InlineData(4.2e9, "4.2 G")]
    [InlineData(double.NaN, "NaN")]
    public void Counts_have_two_or_three_digits(double count, string text) => Quantity.Count(count).ShouldBe(text);

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(2.1e9, "2.1 GB")]
    [InlineData(150e6, "150 MB")]
    public void Bytes_are_decimal(double bytes, string text) => Quantity.Bytes(bytes).ShouldBe(text);

    [Theory]
    [InlineData(0.34, "340 ms")]
    [InlineData(0.9999, "1 s")]
    [InlineData(4.23, "4.2 s")]
    [InlineData(42, "42 s")]
    [InlineData(59.7, "1 min")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(3599.7, "1 h")]
    [InlineData(86399, "1 d")]
    [InlineData(100_000, "1 d 4 h")]
    [InlineData(-42, "-42 s")]
    public void Durations_have_two_units(double seconds, string text) => Quantity.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData("1000", 1000)]
    [InlineData("800MB", 800_000_000)]
    [InlineData("2 GiB", 2L << 30)]
    [InlineData("1.5kib", 1536)]
    [InlineData("7B", 7)]
    public void Sizes_are_read_with_their_units(string text, long bytes)
    {
        Quantity.TryParseBytes(text, out var read).ShouldBeTrue();
        read.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("1G")]
    [InlineData("1.2.3MB")]
    [InlineData("-5MB")]
    [InlineData("99999999TiB")]
    [InlineData("1,5GB")]
    public void What_is_no_size_is_not_read(string text) => Quantity.TryParseBytes(text, out _).ShouldBeFalse();

    [Fact]
    public void A_rate_names_what_it_counts() => Quantity.Rate(1300, "tokens").ShouldBe("1.3 k tokens/s");
}
