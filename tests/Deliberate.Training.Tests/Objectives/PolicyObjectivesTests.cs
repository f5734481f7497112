using Deliberate.Core;

namespace Deliberate.Training.Tests;

public sealed class PolicyObjectivesTests
{
    [Fact]
    public void Names_are_unique_and_found_in_any_case()
    {
        PolicyObjectives.All.Select(entry => entry.Name).ShouldBeUnique();
        PolicyObjectives.Find("GRPO").ShouldBeSameAs(GrpoObjective.Entry);
        foreach (var entry in PolicyObjectives.All) entry.Create(entry.Defaults).Name.ShouldBe(entry.Name);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest() =>
        Should.Throw<UserError>(() => PolicyObjectives.Create("gropo")).Message.ShouldContain("\"grpo\"");

    [Theory]
    [InlineData("objective.top_entropy_quantile")]
    [InlineData("objective.epsilon_low")]
    [InlineData("objective.dual_clip")]
    public void An_option_out_of_range_is_refused_by_its_name(string field)
    {
        var options = field switch
        {
            "objective.top_entropy_quantile" => new PolicyOptions { TopEntropyQuantile = 1.5 },
            "objective.epsilon_low" => new PolicyOptions { EpsilonLow = double.NaN },
            _ => new PolicyOptions { DualClip = 1 },
        };
        Should.Throw<UserError>(() => PolicyObjectives.Create("ppo", _ => options)).Field.ShouldBe(field);
    }

    [Fact]
    public void A_batch_whose_spans_do_not_belong_together_is_a_bug_of_the_caller()
    {
        var data = new PolicyCase { Lengths = [2], LogpNew = [-1, -1], LogpOld = [-1], Advantages = [1] };
        var objective = PolicyObjectives.Create("grpo");
        Should.Throw<ArgumentException>(() => data.Evaluate(objective, data.Normalisers(objective.Options)));
        var withoutReference = data with { LogpOld = [] };
        Should.Throw<ArgumentException>(() => withoutReference.Evaluate(
            PolicyObjectives.Create("grpo", options => options with { KlCoefficient = 0.1 }), data.Normalisers(objective.Options)));
    }

    [Fact]
    public void A_batch_without_advantages_has_no_token_of_highest_covariance()
    {
        var data = new PolicyCase { Lengths = [2, 2], LogpNew = [-1, -2, -0.5, -1.5], LogpOld = [-1.2, -1.9, -0.7, -1.5], Advantages = [0, 0] };
        var objective = PolicyObjectives.Create("kl_cov");
        var (loss, gradient, _, _) = data.Evaluate(objective, data.Normalisers(objective.Options));
        loss.ShouldBe(0);
        gradient.ShouldAllBe(g => g == 0);
        // One token alone has no other that it could be higher than.
        var alone = new PolicyCase { Lengths = [1], LogpNew = [-1], LogpOld = [-1.5], Advantages = [1] };
        alone.Evaluate(objective, alone.Normalisers(objective.Options)).Loss.ShouldBe(-Math.Exp(0.5), 1e-12);
    }

    [Fact]
    public void A_batch_without_a_token_in_the_loss_has_no_loss_and_no_gradient()
    {
        foreach (var entry in PolicyObjectives.All)
        {
            var data = new PolicyCase { Lengths = [2, 0], LogpNew = [-1, -1], LogpOld = [-2, -3], Advantages = [1, -1], Mask = [0, 0] };
            var (loss, gradient, _, _) = data.Evaluate(entry.Create(entry.Defaults), data.Normalisers(entry.Defaults));
            loss.ShouldBe(0, entry.Name);
            gradient.ShouldAllBe(g => g == 0);
        }
    }
}
