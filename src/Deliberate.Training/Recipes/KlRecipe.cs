using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The distance from a reference policy, beside <c>options.kl_coefficient</c>, which puts it into the loss: taken out of the reward
/// instead, steered to a target, measured from a reference that is renewed.
/// </summary>
internal sealed record KlRecipe : ICheckedRecipe
{
    [Description("Coefficient of the KL that is taken out of the reward, token by token; 0 for none. RLOO's paper 0.05, PPO's 0.05.")]
    [InRange(0)]
    public double InReward { get; init; }

    [Description("Nats a token that the coefficient, in reward or loss, is steered to; fixed if left out.")]
    [InRange(0, MinExclusive = true)]
    public double? Target { get; init; }

    [Description("Samples over which the coefficient may grow by a fifth.")]
    [InRange(0, MinExclusive = true)]
    public double Horizon { get; init; } = 10_000;

    [Description("Steps after which the policy of that moment becomes the reference; 0 keeps the one that the stage began with.")]
    [InRange(0)]
    public int RenewEvery { get; init; }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Target is null && Horizon != 10_000) yield return ("horizon", "Without a target the coefficient is fixed: nothing has a horizon.");
    }
}
