using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>Judges of whole solutions as a command line names them: the folder of a reward model, or a language model that needs no labels.</summary>
internal static class SolutionJudges
{
    /// <summary>What a language model's name stands behind that is to judge without labels.</summary>
    public const string LabelFree = "free:";

    public const string Help = "the folder of a reward model or of its run, or free:MODEL for a language model that tells right steps by itself, without labels";

    /// <param name="name">As <see cref="Help"/> says.</param>
    /// <param name="find">The checkpoint that a folder stands for.</param>
    /// <param name="device">To run on.</param>
    /// <exception cref="UserError">There is no such model, or it says nothing of steps.</exception>
    public static ISolutionJudge Open(string name, Func<string, string> find, Device device) => name.StartsWith(LabelFree, StringComparison.Ordinal)
        ? LabelFreeJudge.Open(find(name[LabelFree.Length..]), device)
        : RewardModelJudge.Open(find(name), device);
}
