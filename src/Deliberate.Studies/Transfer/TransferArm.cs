using System.Globalization;

namespace Deliberate.Studies;

/// <summary>A model of the study: reinforcement learning from the common base on some of the families, every model on as many samples.</summary>
/// <param name="Key">Its folder.</param>
/// <param name="Families">That it is rewarded on, equally often.</param>
/// <param name="IsHeld">Whether a KL to the base holds it.</param>
internal sealed record TransferArm(string Key, IReadOnlyList<string> Families, bool IsHeld)
{
    /// <summary>
    /// Of a plan: for each number of families as many models as there are families, each beginning its round at another one, so that each is left out
    /// equally often and with its neighbours in turn; one on all of them; and, left out one at a time, those that a KL holds.
    /// </summary>
    public static IReadOnlyList<TransferArm> Of(TransferPlan plan)
    {
        string[] names = [.. plan.Families.Select(f => f.Name)];
        string[] Round(int first, int count) => [.. Enumerable.Range(0, count).Select(i => names[(first + i) % names.Length])];
        return
        [
            .. plan.Counts.SelectMany(count => Enumerable.Range(0, names.Length).Select(first => new TransferArm(Named("rl", count, names[first]), Round(first, count), IsHeld: false))),
            new(Named("rl", names.Length, names[0]), names, IsHeld: false),
            .. Enumerable.Range(0, names.Length).Select(first => new TransferArm(Named("kl", names.Length - 1, names[first]), Round(first, names.Length - 1), IsHeld: true)),
        ];
    }

    private static string Named(string kind, int count, string first) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{count}-{first}");
}
