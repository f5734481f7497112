using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The kinds of models that the experiment compares, in the order of its table.</summary>
internal enum ExperimentModel
{
    /// <summary>Supervised on all writers: where reinforcement learning begins.</summary>
    Base,

    /// <summary>Reinforcement learning from the base.</summary>
    Reinforced,

    /// <summary>Expert iteration from the base, on as many samples.</summary>
    Expert,

    /// <summary>Supervised on careful writers only, on as many tokens as the base.</summary>
    Careful,

    /// <summary>Supervised on the answers of all writers, without thought, in as many steps as the base.</summary>
    Direct,

    /// <summary>The same reinforcement learning from there.</summary>
    DirectReinforced,

    /// <summary>Reinforcement learning from the base on all families but one, which it is tested on.</summary>
    Without,
}

/// <summary>How the kinds of models are called.</summary>
internal static class ExperimentModels
{
    public static IReadOnlyList<ExperimentModel> All { get; } = Enum.GetValues<ExperimentModel>();

    /// <summary>In names of folders and in results.</summary>
    public static string Key(ExperimentModel model) => model switch
    {
        ExperimentModel.Base => "base",
        ExperimentModel.Reinforced => "rl",
        ExperimentModel.Expert => "expert",
        ExperimentModel.Careful => "careful",
        ExperimentModel.Direct => "direct",
        ExperimentModel.DirectReinforced => "direct-rl",
        _ => "rl-without",
    };

    /// <summary>The kind that it starts from; null for random weights.</summary>
    public static ExperimentModel? From(ExperimentModel model) => model switch
    {
        ExperimentModel.Reinforced or ExperimentModel.Expert or ExperimentModel.Without => ExperimentModel.Base,
        ExperimentModel.DirectReinforced => ExperimentModel.Direct,
        _ => null,
    };

    /// <summary>In tables.</summary>
    public static string Name(ExperimentModel model) => model switch
    {
        ExperimentModel.Base => "before RL",
        ExperimentModel.Reinforced => "after RL",
        ExperimentModel.Expert => "expert iteration in place of RL",
        ExperimentModel.Careful => "imitation of careful writers only",
        ExperimentModel.Direct => "no thought, before RL",
        ExperimentModel.DirectReinforced => "no thought, after RL",
        _ => "RL on the other families only",
    };

    public static bool Thinks(ExperimentModel model) => model is not (ExperimentModel.Direct or ExperimentModel.DirectReinforced);
}
