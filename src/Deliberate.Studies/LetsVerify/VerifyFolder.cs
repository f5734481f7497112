using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Where things of a seed are.</summary>
internal sealed class VerifyFolder(StudyFolder study, ulong seed)
{
    /// <summary>Scores that are not one reward model's choice: votes, alone or weighted by the large PRM, the reader without labels, the rules, the reader's own answers.</summary>
    public const string Majority = "majority", Vote = "prm-vote", LabelFree = "label-free", Exact = "exact", Reader = "reader";

    public RunFolder Policy => Run("policy");

    public RunFolder ReaderRun => Run("reader");

    public RunFolder Run(RewardArm arm) => Run(arm.Key);

    public string Labels(RewardArm arm) => Path("labels", arm.Key + ".jsonl");

    public string Scores(string name) => Path("scores", name + ".json");

    private RunFolder Run(string name) => new(Path(name));

    private string Path(params string[] names) => System.IO.Path.Combine([study.Path(StudyClaim.SeedFolder(seed)), .. names]);
}
