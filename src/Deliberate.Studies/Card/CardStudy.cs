namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce card</c>: a small reasoning model from nothing to its system card: a base, reinforcement learning, alignment, evaluations and
/// attacks, the policy's tasks, gate and card, with a column before its mitigations and one after.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the pages.</param>
internal sealed class CardStudy(CardPlan plan, string root, string command) : ReleaseStudy<CardPlan>(plan, root, command)
{
    public const string Name = "card";

    /// <summary>What it writes its parts into.</summary>
    public static IReadOnlyList<string> Folders => [CardFolder.World, CardFolder.Base, CardFolder.Reasoner, CardFolder.Aligned, CardFolder.Evidence, CardFolder.Release];

    public override IReadOnlyList<string> Cards => [Card(Root)];

    protected override string Title => "A small reasoning model, from nothing to its system card";

    protected override string About => "Base, reinforcement learning, alignment, evaluations and attacks, the tasks of a preparedness policy, gate and card.";

    protected override IReadOnlyList<Chapter<CardPlan>> Chapters => [new CardTrainChapter(), new CardAlignChapter(), new CardMeasureChapter(), new CardReleaseChapter(Command)];

    protected override IReadOnlyList<(string Name, string Value)> Facts => [("Policy", CardPlan.Policy)];

    public static string Card(string root) => Path.Combine(root, CardFolder.Release, ReleaseWriter.CardName);
}
