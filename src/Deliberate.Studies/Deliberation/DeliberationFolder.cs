using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Where things of a seed are.</summary>
internal sealed class DeliberationFolder(StudyFolder study, ulong seed)
{
    public string World => Path("world");

    public string Base => Path("base");

    public string Judge => Path("judge");

    public string Trials => Path("trials.json");

    public string JudgeErrors => Path("judge-errors.json");

    public string Align(DeliberationModel model) => Path(model.Key);

    /// <summary>A trial of a model at a learning rate.</summary>
    public string Trial(DeliberationModel model, double rate) => Path(FormattableString.Invariant($"trial-{model.Key}-{rate:0.#####}"));

    public string Log(DeliberationModel model, string task) => System.IO.Path.Combine(Path("evaluations"), FormattableString.Invariant($"{model.Key}--{task}.log"));

    /// <summary>Of ours within so many tokens of thought.</summary>
    public string Log(int budget, string task) => System.IO.Path.Combine(Path("evaluations"), FormattableString.Invariant($"{DeliberationModel.Ours.Key}-within-{budget}--{task}.log"));

    /// <summary>Records of monitorability of a row.</summary>
    public string Monitored(DeliberationModel model) => System.IO.Path.Combine(Path("monitored"), model.Key + ".jsonl");

    /// <summary>The checkpoint that a row is measured of.</summary>
    public string Checkpoint(DeliberationModel model) =>
        model == DeliberationModel.SupervisedOnly ? Training(DeliberationModel.Ours).Checkpoint(RunFolder.Base)
        : DeliberationModel.Aligned.Contains(model) ? Training(model).Checkpoint(RunFolder.Final)
        : new RunFolder(Base).Checkpoint(RunFolder.Final);

    private RunFolder Training(DeliberationModel model) => new(System.IO.Path.Combine(Align(model), AlignmentRun.TrainingFolder));

    private string Path(string name) => System.IO.Path.Combine(study.Path(StudyClaim.SeedFolder(seed)), name);
}
