using System.Buffers;

namespace Deliberate.Training;

/// <summary>
/// What is kept of how a sample was judged and paid, in samples.jsonl: <c>rewards</c> holds what was found of it, ours by these names,
/// the components that a verifier gives behind a prefix, so that they may have any name; <c>terms</c> holds the value of each term
/// of the reward by the name that the recipe gives it.
/// </summary>
internal static class RewardNames
{
    /// <summary>1 for a right answer, else 0.</summary>
    public const string Correct = "correct";

    /// <summary>1 where every step is right too.</summary>
    public const string AllStepsRight = "all_steps_right";

    /// <summary>The score that the reward was made from, where it is not 0 or 1 as the verdict says.</summary>
    public const string Score = "score";

    /// <summary>What an unreadable sample's terms would have earned above the least readable one, and did not.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The soft penalty of length, in files of before there were terms.</summary>
    private const string Overlong = "overlong";

    private const string ComponentPrefix = "components/";

    private static readonly SearchValues<char> InNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    /// <summary>Of a verifier's component.</summary>
    public static string Component(string name) => ComponentPrefix + name;

    /// <summary>What is wrong with a name that a recipe gives a term; null where nothing is. It has no slash, and so is no component's.</summary>
    public static string? ProblemWith(string name) =>
        name.Length is 0 or > 60 || name.AsSpan().ContainsAnyExcept(InNames) ? "A name has 1 to 60 letters, digits, underscores, hyphens and points."
        : name == Unreadable ? $"\"{Unreadable}\" is what unreadable answers are not paid: choose another name."
        : null;

    /// <summary>A name as it is written today: files of before have a verifier's components without the prefix, and none with a name of ours.</summary>
    public static string Renew(string name) =>
        name is Correct or AllStepsRight or Score or Unreadable or Overlong || name.StartsWith(ComponentPrefix, StringComparison.Ordinal) ? name : Component(name);
}
