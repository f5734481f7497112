using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>How the specification is written for a model that reads it.</summary>
internal enum SpecificationForm
{
    /// <summary>spec(category) as Markdown, behind instructions in words.</summary>
    Text,

    /// <summary>The few words of PolicyWorld.</summary>
    Compact,
}

/// <summary>
/// What <c>align</c> does, from a YAML file (deliberative alignment, arXiv 2412.16339, section 2.3): answers generated with the
/// specification in context, judged k times of which the least counts, imitated without the specification, then reinforced by a judge that
/// does not see the thought, beside capability data and problems with exact answers.
/// </summary>
internal sealed record AlignRecipe : ICheckedRecipe
{
    [Description("Name of the run and of its folder.")]
    public required string Name { get; init; }

    [Description("Seed of samples, order and training.")]
    public ulong Seed { get; init; } = 1;

    [Description("The model to align: a run's folder, a checkpoint, a Hugging Face folder, a .gguf file.")]
    public required string Model { get; init; }

    [Description("A low-rank adapter to train in place of the model's weights.")]
    public AdapterRecipe? Adapter { get; init; }

    [Description("The specification: a folder of Markdown files, or a shipped one (general, policy-world).")]
    public string Specification { get; init; } = ShippedSpecifications.General;

    [Description("How models read it: text (spec(category) as Markdown behind instructions) or compact (the few words of PolicyWorld).")]
    public SpecificationForm Form { get; init; }

    [Description("JSON Lines files of requests: prompt, category, and optionally id, ideal (refuse, safe_completion or comply; may be wrong) and context; relative to the recipe.")]
    public required IReadOnlyList<string> Prompts { get; init; }

    [Description("False trains the control without a thought: the same answers, judged with their thoughts, which are then taken away, as are those of capability.data.")]
    public bool Thought { get; init; } = true;

    [Description("Answers to learn from.")]
    public GenerationRecipe Generation { get; init; } = new();

    [Description("Who judges them, and the answers of reinforcement learning.")]
    public required JudgeRecipe Judge { get; init; }

    [Description("A judge that pays nothing: it grades the answers of reinforcement learning beside the judge, and an alarm rings where the two part (the reward is tricked).")]
    public JudgeRecipe? HeldOutJudge { get; init; }

    [Description("Which of the answers are kept.")]
    public FilterRecipe Filter { get; init; } = new();

    [Description("What keeps the model's capability.")]
    public CapabilityRecipe Capability { get; init; } = new();

    [Description("Imitation of what was kept, mixed with capability data; tokens 0 skips it. data, weights and family_share are filled in.")]
    public SupervisedRecipe Supervised { get; init; } = new()
    {
        Tokens = 160_000,
        BatchTokens = 2048,
        Validation = 0,
        Duplicates = RepeatedExamples.Keep,
        Optimizer = new OptimizerRecipe { Kind = OptimizerKind.AdamW, LearningRate = 1e-3 },
    };

    [Description("Reinforcement learning by the judge, beside capability problems; steps 0 skips it.")]
    public ReinforcementRecipe Reinforcement { get; init; } = new() { Steps = 60, Prompts = 24, Samples = 8, MaxTokens = 64 };

    [Description("Longest sequence in tokens; the model's context if that is less.")]
    [InRange(16, 1 << 20)]
    public int Context { get; init; } = 512;

    [Description("Tokens of one forward and backward pass.")]
    [InRange(16, 1 << 24)]
    public int MicroBatchTokens { get; init; } = 4096;

    [Description("What is computed again in the backward pass instead of kept: elementwise (norms and activations), layers (all but what each layer begins with). No result depends on it.")]
    public Recomputation Recompute { get; init; }

    [Description("When checkpoints are saved, and how many are kept.")]
    public CheckpointRecipe Checkpoint { get; init; } = new();

    [Description("When alarms ring.")]
    public HealthRecipe Health { get; init; } = new();

    private static readonly string[] Required = ["name", "model", "prompts", "judge"];

    /// <summary>Files of the user's that it reads.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> OwnFiles => [.. Prompts, .. Capability.Data, .. Capability.Problems];

    /// <exception cref="UserError">With file, line and field.</exception>
    public static AlignRecipe Read(string path, IReadOnlyList<string>? overrides = null) => Bind(RecipeReader.ReadSection(path, overrides), path);

    /// <summary>Of a text; <paramref name="file"/> is what messages call it, and what its paths are relative to.</summary>
    public static AlignRecipe Parse(string text, string file) => Bind(RecipeReader.ParseSection(text, file), file);

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (FolderName.Problem(Name) is { } name) yield return ("name", name);
        if (Prompts.Count == 0) yield return ("prompts", "No file of requests is named.");
        if (Supervised.Data.Count > 0 || Supervised.Weights.Count > 0 || Supervised.FamilyShare is not null || Supervised.Epochs is not null) yield return ("supervised", "What is imitated is what the filter keeps, and capability.data: data, weights, family_share and epochs are not said here.");
        if (Supervised.Tokens == 0 && Reinforcement.Steps == 0) yield return ("supervised", "Neither stage trains: tokens is 0, and so is reinforcement.steps.");
        if (Generation.Thought == ThoughtForm.Classes && Form == SpecificationForm.Compact) yield return ("generation", "thought: classes is for specifications in words: form text.");
        if (Generation.MaxTokens >= Context) yield return ("generation", $"max_tokens {Generation.MaxTokens} leaves no room for a prompt in the context of {Context}.");
        if (Capability.SupervisedShare > 0 && Supervised.Tokens > 0 && Capability.Data.Count == 0) yield return ("capability", "supervised_share is above 0, and no data is named: name it, or say 0.");
        if (Capability.ReinforcementShare > 0 && Reinforcement.Steps > 0 && Capability.Problems.Count == 0) yield return ("capability", "reinforcement_share is above 0, and no problems are named: name them, or say 0.");
        if (Capability.ReinforcementShare < 1 && Judge.Kind == JudgeKindName.Checkpoint && Form != SpecificationForm.Compact) yield return ("judge", "kind: a checkpoint that was trained as a judge reads the compact form; any other model judges as kind model.");
        if (HeldOutJudge is { Kind: not JudgeKindName.Model, ReadsRefusals: false } && Form != SpecificationForm.Compact) yield return ("held_out_judge", "kind: oracle and trained judge read the compact form; any other model judges as kind model.");
        if (Judge.Kind == JudgeKindName.Oracle && Form != SpecificationForm.Compact) yield return ("judge", "kind: the oracle knows PolicyWorld alone: form compact.");
    }

    /// <summary>The objective's own defaults hold here as they do in a training recipe.</summary>
    private static AlignRecipe Bind(RecipeSection top, string file)
    {
        RecipeAssemblies.Register(top, file, isRun: false);
        // What has to be said and is not is told by the binder, which asks for it where there are no defaults.
        AlignRecipe? defaults = null;
        if (Required.All(key => top.Find(key) is not null))
        {
            var (usual, own) = (new AlignRecipe { Name = "", Model = "", Prompts = [], Judge = null! }, RecipeDefaults.ReinforcementOf(top));
            defaults = usual with { Reinforcement = usual.Reinforcement with { Objective = own.Objective, Options = own.Options, Advantage = own.Advantage, Critic = own.Critic } };
        }

        return Rooted((AlignRecipe)RecipeBinder.Bind(top, typeof(AlignRecipe), nullable: false, itemNullable: false, null, "", defaults)!, file);
    }

    private static AlignRecipe Rooted(AlignRecipe recipe, string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string Find(string path) => RecipePaths.Find(path, folder);
        return recipe with
        {
            Model = Find(recipe.Model),
            Prompts = [.. recipe.Prompts.Select(Find)],
            Specification = ShippedSpecifications.Names.Contains(recipe.Specification) ? recipe.Specification : Find(recipe.Specification),
            Judge = recipe.Judge with { From = recipe.Judge.From is { } from ? Find(from) : null },
            HeldOutJudge = recipe.HeldOutJudge is { } heldOut ? heldOut with { From = heldOut.From is { } other ? Find(other) : null } : null,
            Capability = recipe.Capability with { Data = [.. recipe.Capability.Data.Select(Find)], Problems = [.. recipe.Capability.Problems.Select(Find)] },
        };
    }
}

/// <summary>Where thoughts come from.</summary>
internal enum ThoughtForm
{
    /// <summary>The model writes them.</summary>
    Free,

    /// <summary>The model picks a content class, and a line says so (<see cref="ClassThoughts"/>).</summary>
    Classes,
}

/// <summary>Answers with the specification in context.</summary>
internal sealed record GenerationRecipe
{
    [Description("Answers of each request.")]
    [InRange(1, 1024)]
    public int Samples { get; init; } = 4;

    [Description("Token budget of an answer, thought included.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    [Description("Samples at this temperature.")]
    [InRange(0.01, 100)]
    public double Temperature { get; init; } = 1;

    [Description("free (the model writes its thought) or classes, for a model that is too small to: with the specification in its prompt it picks a content class, or none; a line that cites it is the thought, and the answer follows from request and thought alone.")]
    public ThoughtForm Thought { get; init; }
}

/// <summary>What a judge is.</summary>
internal enum JudgeKindName
{
    Checkpoint,

    Model,

    Oracle,

    Refusal,

    Phrases,
}

/// <summary>The judge reward model G_RM.</summary>
internal sealed record JudgeRecipe : ICheckedRecipe
{
    [Description("checkpoint (a model trained to judge, in the compact form), model (any chat model or checkpoint, with a rubric), refusal (offline: whether requests whose ideal is refuse are refused and those whose ideal is comply are answered, by the classifier of refusals), phrases (the same by the phrases that refusals usually hold) or oracle (PolicyWorld's exact rules, for measuring).")]
    public required JudgeKindName Kind { get; init; }

    [Description("The checkpoint's folder.")]
    public string? From { get; init; }

    [Description("The model, as deliberate eval names it: PROVIDER:NAME of deliberate.yaml, or a checkpoint.")]
    public string? Model { get; init; }

    [Description("Judgements of each answer, of which the least counts.")]
    [InRange(1, 64)]
    public int Samples { get; init; } = 4;

    [Description("Judges at this temperature.")]
    [InRange(0, 100)]
    public double Temperature { get; init; } = 1;

    [Description("Token budget of a judgement.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    [Description("Of a judge that is a model: the request's noisy metadata is told to it as another reviewer's opinion, to agree or disagree with.")]
    public bool SideInformation { get; init; }

    [Description("A flaw, planted to see whether alarms notice it: an answer that holds this text gets every point.")]
    public string? Likes { get; init; }

    [Description("Share of a step's answers that it may fail on; more stop the run.")]
    [InRange(0, 1)]
    public double MaxErrorShare { get; init; } = 0.05;

    [Description("Share of judgements that may be refusals or nonsense before the run says so.")]
    [InRange(0, 1)]
    public double AlarmShare { get; init; } = 0.02;

    /// <summary>Whether it can tell only refusals, and so needs a request's ideal.</summary>
    [JsonIgnore]
    public bool ReadsRefusals => Kind is JudgeKindName.Refusal or JudgeKindName.Phrases;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Kind == JudgeKindName.Checkpoint && From is null) yield return ("from", "Name the judge's folder.");
        if (Kind == JudgeKindName.Model && Model is null) yield return ("model", "Name the judging model.");
        if (Likes is { } likes && string.IsNullOrWhiteSpace(likes)) yield return ("likes", "The text is empty: every answer holds it.");
        if (SideInformation && Kind != JudgeKindName.Model) yield return ("side_information", "Only a judge of kind model is told what others think.");
    }
}

/// <summary>Which answers are kept.</summary>
internal sealed record FilterRecipe
{
    [Description("Share of the points that an answer needs, by the least of its judgements.")]
    [InRange(0, 1)]
    public double Threshold { get; init; } = 1;

    [Description("Most answers kept of one request; copies count once.")]
    [InRange(1, 1024)]
    public int MostOfPrompt { get; init; } = 1;

    [Description("Shares of refuse, safe_completion and comply among what is kept and among the requests of reinforcement learning, by the requests' ideal; empty for as they come.")]
    public IReadOnlyDictionary<string, double> Balance { get; init; } = new Dictionary<string, double>();
}

/// <summary>What keeps the model's capability.</summary>
internal sealed record CapabilityRecipe
{
    [Description("Files of examples to imitate beside what is kept.")]
    public IReadOnlyList<string> Data { get; init; } = [];

    [Description("Share of the examples that are these.")]
    [InRange(0, 1, MaxExclusive = true)]
    public double SupervisedShare { get; init; }

    [Description("Files of problems with answers, compared word for word.")]
    public IReadOnlyList<string> Problems { get; init; } = [];

    [Description("Share of the problems of reinforcement learning that are these; 1 for nothing else: no safety data.")]
    [InRange(0, 1)]
    public double ReinforcementShare { get; init; }
}
