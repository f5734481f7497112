using Shouldly;
using Xunit;

namespace Deliberate.Studies.Tests;

public sealed class QuickstartSeedsStudyTests
{
    [Fact]
    public void A_gain_is_shown_where_its_interval_over_seeds_is_above_0_and_is_the_recipes_where_every_seed_is_near_the_mean()
    {
        var steady = new QuickstartGain("it", [0.2, 0.3, 0.25], [0.6, 0.72, 0.63]);
        steady.Mean.ShouldBe(0.4, 1e-12);
        steady.IsShown.ShouldBeTrue();
        steady.Sentence.ShouldContain("the recipe's");
        var lucky = new QuickstartGain("it", [0.2, 0.3, 0.25], [0.3, 0.9, 0.25]);
        lucky.IsShown.ShouldBeFalse();
        lucky.Sentence.ShouldContain("its seed's");
        new QuickstartGain("it", [0.2], [0.6]).IsShown.ShouldBeFalse();
    }
}
