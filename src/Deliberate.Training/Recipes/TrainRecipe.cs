using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// What <c>train</c> does, from a YAML file with these keys in snake_case: build or load a model, supervised training on a corpus,
/// expert iteration and reinforcement learning on problems, evaluations in between. All of a run's numbers follow from this record and its seed.
/// </summary>
[RecipeForeignKeys]
internal sealed record TrainRecipe : ICheckedRecipe
{
    [Description("Name of the run and of its folder.")]
    public required string Name { get; init; }

    [Description("Seed of weights, corpus, problems and samples.")]
    public ulong Seed { get; init; } = 1;

    [Description("Problems to learn, made by a family of ours.")]
    public FamilyRecipe Family { get; init; } = new();

    [Description("Problems of your own, in place of the family's.")]
    public ProblemsRecipe? Problems { get; init; }

    [Description("Limits of episodes of several turns, and what problems of your own are played in.")]
    public EnvironmentRecipe? Environment { get; init; }

    [Description("Shape of a new model, or the checkpoint to start from.")]
    public ModelRecipe Model { get; init; } = new();

    [Description("A low-rank adapter to train in place of the weights of the model to start from.")]
    public AdapterRecipe? Adapter { get; init; }

    [Description("Imitation of the corpus of worked solutions.")]
    public SupervisedRecipe Supervised { get; init; } = new();

    [Description("The supervised stage trains a reward model on labels, in place of imitating.")]
    public RewardModelRecipe? RewardModel { get; init; }

    [Description("The supervised stage learns which of two answers is better, in place of imitating.")]
    public PreferenceRecipe? Preference { get; init; }

    [Description("Rounds of sampling and imitating what was right, before reinforcement learning or in its place.")]
    public ExpertIterationRecipe ExpertIteration { get; init; } = new();

    [Description("Reinforcement learning with verifiable rewards.")]
    public ReinforcementRecipe Reinforcement { get; init; } = new();

    [Description("Who samples in reinforcement learning: own (this program's engine), or servers, as vllm:http://host:8000 or sglang:http://host:30000, several separated by commas.")]
    public string Rollouts { get; init; } = RolloutAddresses.Own;

    [Description("How servers of rollouts are used.")]
    public RolloutsRecipe? RolloutServers { get; init; }

    [Description("A model with the same tokenizer to learn from.")]
    public TeacherRecipe? Teacher { get; init; }

    [Description("How accuracy is measured on held-out problems.")]
    public EvaluationRecipe Evaluation { get; init; } = new();

    [Description("When checkpoints are saved, and how many are kept.")]
    public CheckpointRecipe Checkpoint { get; init; } = new();

    [Description("When alarms ring.")]
    public HealthRecipe Health { get; init; } = new();

    [Description("How ranks share the work, under mpirun.")]
    public RanksRecipe? Ranks { get; init; }

    [Description("What computes: cpu, or gpu for the first graphics card that was found; gpu:cuda or gpu:opencl for that driver's, gpu:emulated to try it without a card. deliberate doctor lists the cards.")]
    public string Device { get; init; } = GraphicsChoice.Cpu;

    [Description("Tokens of one forward and backward pass; a matter of memory: the gradient is the same to rounding.")]
    [InRange(16, 1 << 24)]
    public int MicroBatchTokens { get; init; } = 4096;

    [Description("Holds packed copies of the weights, keys and values only while samples are drawn, and gradients and activations only while they are made. A matter of memory: no result depends on it. On for vocabularies from 16,384 tokens on if left out (auto), else off.")]
    public AutoSwitch Lean { get; init; }

    [Description("What the backward pass makes again instead of keeping it: none, elementwise (norms and activations), or layers (gradient checkpointing: a small part of the memory for a second forward pass). A matter of memory: no result depends on it.")]
    public Recomputation Recompute { get; init; }

    /// <summary>The keys of the file's top level that it says itself, so that defaults which wait for the model know their place.</summary>
    [JsonIgnore]
    public IReadOnlySet<string> Written { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether it is trained in little memory.</summary>
    [JsonIgnore]
    public bool IsLean => Lean == AutoSwitch.On;

    /// <summary>The checkpoint and evaluation that reinforcement learning begins with.</summary>
    [JsonIgnore]
    public string ReinforcementStart => ExpertIteration.Rounds > 0 ? RunFolder.Expert : RunFolder.Base;

    /// <summary>Whether the model that the run starts from is measured before it is trained; without a supervised stage the first evaluation does that.</summary>
    [JsonIgnore]
    public bool MeasuresStart => Evaluation is { Start: true, Problems: > 0 } && Model.From is not null && Supervised.Steps > 0 && RewardModel is null;

    /// <summary>Whether problems are played in several turns.</summary>
    [JsonIgnore]
    public bool IsPlayed => Problems is null ? Family.IsPlayed : Environment is { IsOwn: true };

    /// <summary>The lowest score that an answer may get: 0, unless a verifier says otherwise.</summary>
    [JsonIgnore]
    public double LowestScore => Problems?.Verifier?.LowestScore ?? 0;

    /// <summary>Whether the family's corpus or problems are read at all.</summary>
    [JsonIgnore]
    public bool UsesFamily => ReadsCorpus || (Problems is null && AsksProblems);

    /// <summary>Whether the family's worked solutions are imitated.</summary>
    [JsonIgnore]
    public bool ReadsCorpus => Supervised.Steps > 0 && Supervised.CorpusShare > 0;

    /// <summary>Whether problems are asked at all, whosever they are.</summary>
    [JsonIgnore]
    public bool AsksProblems => Reinforcement.Steps > 0 || ExpertIteration.Rounds > 0 || Evaluation.Problems > 0;

    /// <summary>Files of the user's that the run reads.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> OwnFiles => [.. Supervised.Data, .. Problems?.Train ?? [], .. Problems?.Test ?? []];

    /// <summary>Every level that problems to train on may have.</summary>
    [JsonIgnore]
    public IEnumerable<int> TrainingLevels => Family.TrainingLevels.Concat(Levels(ExpertIteration.Curriculum)).Concat(Levels(Reinforcement.Curriculum)).Distinct();

    /// <summary>Reads a recipe file. What it leaves out of the objective's options are that objective's own defaults.</summary>
    /// <exception cref="UserError">With file, line, column and field.</exception>
    public static TrainRecipe Read(string path, IReadOnlyList<string>? overrides = null) => Bind(RecipeReader.ReadSection(path, overrides), path, isRun: false);

    /// <summary>Reads the recipe of a run that is there: families and objectives of other programs are no mistake of it.</summary>
    public static TrainRecipe ReadRun(string path, IReadOnlyList<string>? overrides = null) => Bind(RecipeReader.ReadSection(path, overrides), path, isRun: true);

    /// <summary>Reads a recipe from text; <paramref name="fileName"/> is what messages call it.</summary>
    public static TrainRecipe Parse(string text, string fileName, IReadOnlyList<string>? overrides = null) => Bind(RecipeReader.ParseSection(text, fileName, overrides), fileName, isRun: false);

    /// <summary>Whether servers elsewhere sample in reinforcement learning.</summary>
    [JsonIgnore]
    public bool SamplesElsewhere => Rollouts != RolloutAddresses.Own;

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (!GraphicsChoice.All.Contains(Device, StringComparer.Ordinal)) yield return ("device", $"there is no device \"{Device}\": say one of {string.Join(", ", GraphicsChoice.All)}.");
        if (Device != GraphicsChoice.Cpu && Reinforcement is { Steps: > 0, Lag: not null }) yield return ("device", "a run that samples ahead (reinforcement.lag) does it on the processor, whose bits are not the card's: leave out lag, or device.");
        if (Device != GraphicsChoice.Cpu && Adapter is { Base: BaseStorage.BF16 or BaseStorage.Q8_0 }) yield return ("device", "a card holds the base as f32 only: say adapter.base: f32.");
        foreach (var clash in RolloutAddresses.Problems(this)) yield return clash;
        foreach (var clash in LagRules.Problems(this)) yield return clash;
        if (FolderName.Problem(Name) is { } name) yield return ("name", name);
        foreach (var clash in OwnDataRules.Clashes(this)) yield return clash;
        foreach (var clash in LabelRules.Clashes(this)) yield return clash;
        foreach (var clash in AdapterProblems()) yield return clash;
        if (Problems is null && ExpertIteration.Curriculum.ProblemFor(Family) is { } rounds) yield return ("expert_iteration", $"curriculum: {rounds}");
        if (Problems is null && Reinforcement.Curriculum.ProblemFor(Family) is { } steps) yield return ("reinforcement", $"curriculum: {steps}");
        if (Teacher is null && Training.Teacher.Samples(this)) yield return ("expert_iteration.sampler", "There is no teacher to sample from: name one in teacher.from.");
        if (Teacher is null && Training.Teacher.Labels(this)) yield return ("expert_iteration.labels", "There is no teacher whose distribution could be learned: name one in teacher.from.");
        if (Teacher is null && Training.Teacher.Compares(this)) yield return ("reinforcement.advantage", $"{Reinforcement.Advantage} compares with a teacher: name one in teacher.from.");
        if (Teacher is not null && !Training.Teacher.IsAsked(this)) yield return ("teacher", "Nothing learns from the teacher: say expert_iteration.sampler: teacher (its samples are imitated), expert_iteration.labels: soft (its distributions are), or reinforcement.advantage: reverse_kl (token by token, on the model's own samples).");
        var metrics = EvaluationSummary.Names(Evaluation.Budgets);
        if (!metrics.Contains(Checkpoint.BestMetric)) yield return ("checkpoint", $"best_metric: no evaluation measures \"{Checkpoint.BestMetric}\". {NearestName.Suggest(Checkpoint.BestMetric, metrics)}");
        if (!Family.ChainOfThought && ExpertIteration is { Rounds: > 0, EveryStepRight: true }) yield return ("expert_iteration", "every_step_right: answers without thought have no steps, so none would be kept.");
        if (!Family.ChainOfThought && Problems is null && Reinforcement.Steps > 0)
            foreach (var (at, term) in Reinforcement.Rewards.Index())
                if (term is AllStepsReward or FormatReward { RequiresThought: true }) yield return ($"reinforcement.rewards[{at}]", $"{term.Term}: answers without thought have no {(term is AllStepsReward ? "steps" : "thought")}, so it would never be paid.");
        if (MicroBatchTokens < Model.Context) yield return ("micro_batch_tokens", $"{MicroBatchTokens} tokens hold no sequence of the model's context of {Model.Context}.");
        if (Reinforcement.Steps > 0 && Reinforcement.MaxTokens >= Model.Context) yield return ("reinforcement", $"max_tokens {Reinforcement.MaxTokens} leaves no room for a prompt in the model's context of {Model.Context}.");
        if (ExpertIteration.Rounds > 0 && ExpertIteration.MaxTokens >= Model.Context) yield return ("expert_iteration", $"max_tokens {ExpertIteration.MaxTokens} leaves no room for a prompt in the model's context of {Model.Context}.");
        if (Evaluation.Problems > 0 && Evaluation.MaxTokens >= Model.Context) yield return ("evaluation", $"max_tokens {Evaluation.MaxTokens} leaves no room for a prompt in the model's context of {Model.Context}.");
    }

    private IEnumerable<(string Key, string Problem)> AdapterProblems()
    {
        if (Adapter is null) yield break;
        if (RewardModel is not null) yield return ("adapter", "A reward model is trained whole: its head is new.");
        if (Model.From is null) yield return ("adapter", "An adapter belongs to a model: name the one to start from in model.from.");
        foreach (var (stage, isUsed, optimizer) in new[] { ("supervised", Supervised.Steps > 0, Supervised.Optimizer), ("expert_iteration", ExpertIteration.Rounds > 0, ExpertIteration.Optimizer), ("reinforcement", Reinforcement.Steps > 0, Reinforcement.Optimizer) })
            if (isUsed && optimizer.Kind == OptimizerKind.Muon) yield return (stage, "optimizer.kind: muon makes whole matrices orthogonal; the factors of an adapter are trained by adamw or sgd.");
        if (MemoryEstimate.HasCritic(this)) yield return ("reinforcement.advantage", $"{Reinforcement.Advantage} trains a critic, a whole model beside the policy, which an adapter's base is not shared with yet: choose advantages without one, such as group.");
    }

    private IEnumerable<int> Levels(CurriculumRecipe curriculum) => curriculum.Kind == CurriculumKind.None ? [] : curriculum.LevelsOf(Family);

    /// <summary>Binds over defaults that follow from what the recipe says of the objective and of data of the user's.</summary>
    private static TrainRecipe Bind(RecipeSection top, string fileName, bool isRun)
    {
        RecipeAssemblies.Register(top, fileName, isRun);
        RewardsOfBefore.Renew(top);
        StepsOrEpochs.Settle(top);
        var defaults = top.Find("name") is null ? null : RecipeDefaults.For(top);
        var bound = (TrainRecipe)RecipeBinder.Bind(top, typeof(TrainRecipe), nullable: false, itemNullable: false, null, "", defaults)!;
        if (!isRun) UnreadKeys.Refuse(top, bound.Reinforcement);
        var written = top.Find("model")?.Value is RecipeSection model ? model.Entries.Select(e => e.Key) : [];
        return RecipePaths.Rooted(bound with { Written = top.Entries.Select(e => e.Key).ToHashSet(StringComparer.Ordinal), Model = bound.Model with { Written = written.ToHashSet(StringComparer.Ordinal) } }, fileName);
    }
}
