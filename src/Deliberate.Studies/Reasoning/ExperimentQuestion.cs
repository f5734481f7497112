using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// A question that the experiment was made for, asked before there were numbers: which two kinds of models are compared, and what
/// may be said when the second one is higher, or lower. Where neither is shown, neither is said.
/// </summary>
/// <param name="Key">In results.</param>
/// <param name="Asks">The question.</param>
/// <param name="From">The first kind.</param>
/// <param name="To">The second.</param>
/// <param name="Higher">What holds if the second is higher.</param>
/// <param name="Lower">What holds if it is lower.</param>
internal sealed record ExperimentQuestion(string Key, string Asks, Subject From, Subject To, string Higher, string Lower)
{
    /// <summary>In the order of the report.</summary>
    public static IReadOnlyList<ExperimentQuestion> All { get; } =
    [
        new(
            "learning", "Does reinforcement learning raise the share of right answers?", new(ExperimentModel.Base), new(ExperimentModel.Reinforced),
            "Reinforcement learning with a checker as the only reward raises the share of right answers on held-out problems",
            "Reinforcement learning lowers the share of right answers on held-out problems"),
        new(
            "thought", "Does the thought pay?", new(ExperimentModel.DirectReinforced), new(ExperimentModel.Reinforced),
            "With thought more answers are right than without, after the same reinforcement learning",
            "With thought fewer answers are right than without, after the same reinforcement learning"),
        new(
            "learning_without_thought", "Does reinforcement learning raise answers without thought?", new(ExperimentModel.Direct), new(ExperimentModel.DirectReinforced),
            "Reinforcement learning raises answers without thought too",
            "Reinforcement learning lowers answers without thought"),
        new(
            "careful", "Does reinforcement learning from mixed writers end above imitation of careful ones?", new(ExperimentModel.Careful), new(ExperimentModel.Reinforced),
            "Reinforcement learning after mixed writers ends above imitation of careful writers only, on as many tokens as the base",
            "Imitation of careful writers only, on as many tokens as the base, ends above reinforcement learning after mixed writers"),
        new(
            "expert_iteration", "Does expert iteration raise the share of right answers?", new(ExperimentModel.Base), new(ExperimentModel.Expert),
            "Expert iteration raises the share of right answers",
            "Expert iteration lowers the share of right answers"),
        new(
            "against_expert_iteration", "Does reinforcement learning end above expert iteration on as many samples?", new(ExperimentModel.Expert), new(ExperimentModel.Reinforced),
            "Reinforcement learning ends above expert iteration on as many samples",
            "Expert iteration ends above reinforcement learning on as many samples"),
        new(
            "deeper", "Does what is learned reach deeper problems than were trained on?", new(ExperimentModel.Base, Deeper: true), new(ExperimentModel.Reinforced, Deeper: true),
            "Reinforcement learning raises right answers on deeper problems than any it was trained on",
            "Reinforcement learning lowers right answers on deeper problems than it was trained on"),
        new(
            "carry_over", "Does it carry over to a family that reinforcement learning left out?", new(ExperimentModel.Base), new(ExperimentModel.Without),
            "Reinforcement learning on the other families raises right answers on the one that it left out",
            "Reinforcement learning on the other families lowers right answers on the one that it left out"),
        new(
            "share_carried", "Does leaving a family out cost it anything?", new(ExperimentModel.Without), new(ExperimentModel.Reinforced),
            "Reinforcement learning on a family itself raises it further than learning on the others does",
            "Reinforcement learning on the other families alone raises a family further than learning on all of them"),
    ];
}
