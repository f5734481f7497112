namespace Deliberate.Training;

/// <summary>
/// What the parts of a sample's reward are called in samples.jsonl: ours by these names, the components that a verifier gives behind
/// a prefix, so that they may have any name.
/// </summary>
internal static class RewardNames
{
    /// <summary>1 for a right answer, else 0.</summary>
    public const string Correct = "correct";

    /// <summary>1 where every step is right too.</summary>
    public const string AllStepsRight = "all_steps_right";

    /// <summary>The score that the reward was made from, where it is not 0 or 1 as the verdict says.</summary>
    public const string Score = "score";

    /// <summary>What an unreadable sample's parts would have earned above the least readable one, and did not.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The soft penalty of length.</summary>
    public const string Overlong = "overlong";

    private const string ComponentPrefix = "components/";

    /// <summary>Of a verifier's component.</summary>
    public static string Component(string name) => ComponentPrefix + name;

    /// <summary>A name as it is written today: files of before have a verifier's components without the prefix, and none with a name of ours.</summary>
    public static string Renew(string name) =>
        name is Correct or AllStepsRight or Score or Unreadable or Overlong || name.StartsWith(ComponentPrefix, StringComparison.Ordinal) ? name : Component(name);
}
