using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// The share of each writer in a corpus. The mixture stands for a pretraining corpus of mixed quality: like text from the
/// world, it holds right reasoning, slips, widespread misconceptions and half-hearted attempts, unlabelled; a model trained on it imitates
/// them all in proportion, and reinforcement learning has to find out which habit pays. Shares are not negative and sum to 1.
/// </summary>
public sealed record CorpusMixture(
    [property: Description("Share of right solutions.")] double Careful,
    [property: Description("Share of solutions with a slip.")] double SlipProne,
    [property: Description("Share of solutions that follow a widespread misconception.")] double SystematicallyWrong,
    [property: Description("Share of attempts that stop early.")] double GivesUpEarly)
{
    /// <summary>Careful writers only: the control of supervised training on perfect solutions.</summary>
    public static CorpusMixture CarefulOnly { get; } = new(1, 0, 0, 0);

    public double Share(Writer writer) => writer switch
    {
        Writer.Careful => Careful,
        Writer.SlipProne => SlipProne,
        Writer.SystematicallyWrong => SystematicallyWrong,
        _ => GivesUpEarly,
    };

    /// <summary>This mixture, or a <see cref="UserError"/> that names the share that is wrong.</summary>
    public CorpusMixture Validated()
    {
        foreach (var writer in Enum.GetValues<Writer>())
        {
            if (Share(writer) is not (>= 0 and <= 1)) throw new UserError($"A share of {Share(writer)} is not between 0 and 1.", field: $"mixture.{writer}");
        }

        var sum = Careful + SlipProne + SystematicallyWrong + GivesUpEarly;
        if (Math.Abs(sum - 1) > 1e-6) throw new UserError($"The shares of the writers sum to {sum:0.######}, not to 1.", field: "mixture");
        return this;
    }

    public Writer Draw(ref RandomStream random)
    {
        var u = random.NextDouble();
        if ((u -= Careful) < 0) return Writer.Careful;
        if ((u -= SlipProne) < 0) return Writer.SlipProne;
        if ((u -= SystematicallyWrong) < 0) return Writer.SystematicallyWrong;

        // The shares may sum to a hair less than 1: what is left goes to a writer who has a share at all.
        return GivesUpEarly > 0 ? Writer.GivesUpEarly : SystematicallyWrong > 0 ? Writer.SystematicallyWrong : SlipProne > 0 ? Writer.SlipProne : Writer.Careful;
    }
}
