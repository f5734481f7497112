using Deliberate.Studies;

namespace Deliberate.Cli;

/// <summary>Makes a small reasoning model from nothing and takes it to its gate and its system card.</summary>
internal sealed class ReproduceCardCommand() : ReproduceReleaseCommand(CardStudy.Name, "A small reasoning model from nothing to its system card: reinforcement learning, alignment, evaluations and attacks, a policy's tasks, gate and card, before and after its mitigations.", "a minute")
{
    protected override void Clear(string output) => StudyClaim.Clear(output, ReleaseStudy.Files, CardStudy.Folders);

    protected override ReleaseStudy Claim(ulong seed, bool quick, string output, string command)
    {
        var plan = new CardPlan(seed, quick);
        plan.Claim.Claim(output);
        return new CardStudy(plan, output, command);
    }
}
