using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Core.Tests;

public sealed class NearestNameTests
{
    private static readonly string[] Keys = ["learning_rate", "steps", "top_k", "top_p"];

    [Theory]
    [InlineData("learnig_rate", "learning_rate")]
    [InlineData("Steps", "steps")]
    [InlineData("setps", "steps")]
    [InlineData("top_q", "top_k")]
    [InlineData("temperature", null)]
    [InlineData("", null)]
    public void A_slip_finds_its_name(string name, string? nearest) => NearestName.Find(name, Keys).ShouldBe(nearest);

    [Fact]
    public void A_strange_name_gets_the_choices() =>
        NearestName.Suggest("zzz", Keys).ShouldBe("Known here: learning_rate, steps, top_k, top_p.");

    [Fact]
    public void The_distance_is_symmetric_zero_for_the_same_and_at_most_the_longer_length() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NonNull<string>, NonNull<string>>((a, b) =>
        {
            var distance = NearestName.Distance(a.Get, b.Get);
            NearestName.Distance(b.Get, a.Get).ShouldBe(distance);
            NearestName.Distance(a.Get, a.Get).ShouldBe(0);
            distance.ShouldBeInRange(Math.Abs(a.Get.Length - b.Get.Length), Math.Max(a.Get.Length, b.Get.Length));
        }));
}
