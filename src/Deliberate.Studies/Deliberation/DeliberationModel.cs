namespace Deliberate.Studies;

/// <summary>A row of the table: how a model was made, or what stands in front of the base.</summary>
/// <param name="Key">Of its folder.</param>
/// <param name="Title">In tables.</param>
/// <param name="Imitates">Whether it learns from the judged answers.</param>
/// <param name="Reinforces">Whether it goes through reinforcement learning.</param>
/// <param name="Thinks">Whether its answers have a thought.</param>
/// <param name="IsOnlyCapability">Whether its reinforcement learning has no safety requests.</param>
/// <param name="IsBrief">Whether its reinforcement learning pays for short thoughts besides.</param>
internal sealed record DeliberationModel(string Key, string Title, bool Imitates = false, bool Reinforces = false, bool Thinks = true, bool IsOnlyCapability = false, bool IsBrief = false)
{
    public static DeliberationModel Base { get; } = new("base", "base, helpful only");

    public static DeliberationModel Keywords { get; } = new("keywords", "keyword filter in front of the base");

    public static DeliberationModel Classifier { get; } = new("classifier", "trained classifier in front of the base");

    public static DeliberationModel InContext { get; } = new("in-context", "base with the rules in its prompt, not trained");

    public static DeliberationModel SupervisedOnly { get; } = new("sft-only", "SFT only", Imitates: true);

    public static DeliberationModel ReinforcementOnly { get; } = new("rl-only", "RL only", Reinforces: true);

    public static DeliberationModel Ours { get; } = new("sft-rl", "SFT + RL (deliberative alignment)", Imitates: true, Reinforces: true);

    /// <summary>With a reward on the thought's style: of right answers of a request the shorter ones earn more.</summary>
    public static DeliberationModel Brief { get; } = new("brief", "SFT + RL, short thoughts rewarded", Imitates: true, Reinforces: true, IsBrief: true);

    public static DeliberationModel Capability { get; } = new("capability-rl", "RL on capability only, no safety data", Reinforces: true, IsOnlyCapability: true);

    public static DeliberationModel Control { get; } = new("control", "control: SFT + RL without thought", Imitates: true, Reinforces: true, Thinks: false);

    public static IReadOnlyList<DeliberationModel> All { get; } = [Base, Keywords, Classifier, InContext, SupervisedOnly, ReinforcementOnly, Capability, Control, Brief, Ours];

    /// <summary>Those that an alignment makes; the checkpoint before ours' reinforcement learning is <see cref="SupervisedOnly"/>.</summary>
    public static IReadOnlyList<DeliberationModel> Aligned { get; } = [Ours, ReinforcementOnly, Capability, Control, Brief];

    /// <summary>Before and after reinforcement learning, with and without a reward on the thought: whose thoughts are held against planted hints.</summary>
    public static IReadOnlyList<DeliberationModel> Monitored { get; } = [Base, SupervisedOnly, Ours, Brief];
}
