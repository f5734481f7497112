using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// <c>facts.json</c>: what a run is, settled when it began and its data had been read: where its weights came from, what it learned
/// from and by which stages, what it was rewarded for, its seeds. Reports speak of a run by these alone, and ask them what its
/// problems are capable of; the recipe says what was asked for.
/// </summary>
internal sealed record RunFacts
{
    /// <summary>2 since terms of the reward say of themselves what they are.</summary>
    public const int NewestFormat = 2;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public int FormatVersion { get; init; } = NewestFormat;

    public required string Name { get; init; }

    public required SeedFacts Seeds { get; init; }

    public required StartFacts Start { get; init; }

    /// <summary>Null where the model's own weights are trained.</summary>
    public AdapterFacts? Adapter { get; init; }

    /// <summary>Null where nothing is learned from one.</summary>
    public TeacherFacts? Teacher { get; init; }

    /// <summary>Null where no problem is asked: a run that imitates and measures nothing.</summary>
    public required ProblemFacts? Problems { get; init; }

    /// <summary>Null without a supervised stage.</summary>
    public required ImitationFacts? Imitation { get; init; }

    /// <summary>Null without rounds of it.</summary>
    public required ExpertFacts? ExpertIteration { get; init; }

    /// <summary>Null without steps of it.</summary>
    public required ReinforcementFacts? Reinforcement { get; init; }

    /// <summary>What was left out of the run's data files before; null where none of them was filtered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FilterFacts>? Filters { get; init; }

    /// <summary>Whether anything follows imitation.</summary>
    [JsonIgnore]
    public bool Learns => Reinforcement is not null || ExpertIteration is not null;

    /// <summary>What the run is about: its problems, or its own name where it asks none.</summary>
    [JsonIgnore]
    public string Subject => Problems?.Name ?? Name;

    public void Write(string path) => AtomicFile.WriteJson(path, this, Options);

    /// <summary>Those of a folder; null where a program of before made it, which wrote none, or others.</summary>
    /// <exception cref="UserError">The file is damaged, or of a newer program.</exception>
    public static RunFacts? Read(RunFolder folder)
    {
        if (!File.Exists(folder.Facts)) return null;
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.Read(folder.Facts));
            RunFolder.CheckFormat(document.RootElement, folder.Facts, NewestFormat);
            if (document.RootElement.GetProperty("format_version").GetInt32() < NewestFormat) return null;
            return document.Deserialize<RunFacts>(Options) ?? throw new UserError("the file is empty.", folder.Facts);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"the file does not hold a run's facts: {error.Message}", folder.Facts, advice: "Restore it, or delete it: reports then say what they cannot know.", inner: error);
        }
    }
}

/// <param name="Run">Of weights, corpus, problems and samples.</param>
/// <param name="Evaluation">Of the held-out problems.</param>
internal sealed record SeedFacts(ulong Run, ulong Evaluation);

/// <summary>An adapter that is trained in place of the model's weights.</summary>
/// <param name="Base">How those are held.</param>
/// <param name="TargetModules">Ends of the names of the modules that it updates.</param>
/// <param name="ModulesToSave">The same of those that are trained whole.</param>
internal sealed record AdapterFacts(AdapterKind Kind, int Rank, double Alpha, bool RankStabilised, IReadOnlyList<string> TargetModules, IReadOnlyList<string> ModulesToSave, BaseStorage Base);

/// <summary>What the run began with.</summary>
/// <param name="Given">The checkpoint or model as it was named; null for random weights.</param>
/// <param name="Path">Where that led; null for random weights.</param>
/// <param name="Identity">Which model that was (<see cref="ModelIdentity.Id"/>); null for random weights, and in runs of before.</param>
internal sealed record StartFacts(string? Given, string? Path, int Layers, int Hidden, int Context, string? Identity = null);

/// <summary>The model that was learned from.</summary>
/// <param name="Path">Of the checkpoint or model.</param>
/// <param name="Identity">Its <see cref="ModelIdentity"/>.</param>
/// <param name="Samples">Whether its samples were imitated.</param>
/// <param name="Compares">Whether the model was compared with it on its own samples.</param>
/// <param name="Labels">Whether its distribution was learned, token by token; false in runs of before.</param>
internal sealed record TeacherFacts(string Path, int Layers, int Hidden, string Identity, bool Samples, bool Compares, bool Labels = false);

/// <summary>Who says what is right.</summary>
internal enum JudgeKind
{
    /// <summary>The rules of a task family, exact.</summary>
    Checker,

    /// <summary>A grader that compares with a reference.</summary>
    Grader,

    /// <summary>A program or class of the user's.</summary>
    Verifier,
}

/// <summary>What is asked, who judges it, and what can be said of it.</summary>
/// <param name="Description">Of a family; null for files.</param>
/// <param name="TrainFiles">Empty for a family.</param>
/// <param name="TestFiles">Empty where the held-out problems are a part of the others.</param>
/// <param name="Levels">That are trained on, curricula aside; empty where levels mean nothing.</param>
/// <param name="TestLevel">Of the held-out problems; null for any.</param>
/// <param name="Count">To train on; null where they never end.</param>
/// <param name="HeldOut">To measure on; null where they never end.</param>
/// <param name="Judge">Who says what is right.</param>
/// <param name="JudgedBy">Its name.</param>
/// <param name="Thinks">Whether completions hold a thought whose steps are checked.</param>
/// <param name="AnswersAtOnce">Whether the model is taught to leave the thought out: a control.</param>
/// <param name="Title">Of a family, for pages; null for files.</param>
/// <param name="StepsAreTries">Whether solutions are searches, in which a try that fails is a right step.</param>
internal sealed record ProblemFacts(
    string Name, string? Description, IReadOnlyList<string> TrainFiles, IReadOnlyList<string> TestFiles, IReadOnlyList<int> Levels, int? TestLevel, int? Count, int? HeldOut,
    JudgeKind Judge, string JudgedBy, bool Thinks, bool AnswersAtOnce, string? Title = null, bool StepsAreTries = false);

/// <summary>The supervised stage.</summary>
/// <param name="Files">Examples of the user's; empty where the corpus is all.</param>
/// <param name="Passes">Over the files; null without any, or where they were not read.</param>
/// <param name="CorpusShare">Of the examples, from the made-up corpus.</param>
/// <param name="Corpus">Who wrote it; empty where nothing of it is read.</param>
/// <param name="Target">What is learned where it is not to write the same: labels of steps or of answers, preferences.</param>
internal sealed record ImitationFacts(
    int Steps, int BatchTokens, long Tokens, IReadOnlyList<string> Files, double? Passes, double CorpusShare, IReadOnlyList<WriterFacts> Corpus, OptimizerRecipe Optimizer, ScheduleRecipe Schedule,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Target = null);

/// <param name="Family">Whose worked solutions.</param>
/// <param name="Writers">By shares.</param>
internal sealed record WriterFacts(string Family, CorpusMixture Writers);

/// <summary>The rounds of expert iteration.</summary>
/// <param name="Passes">Over the problems; null where they never end.</param>
/// <param name="Curriculum">With its levels; null without one.</param>
/// <param name="Keep">What may be imitated.</param>
internal sealed record ExpertFacts(
    int Rounds, int Prompts, int Samples, double Temperature, int MaxTokens, int? MostPerProblem, KeepOrder Order, bool EveryStepRight, bool Deduplicate, int Epochs, bool Restart, double? Passes,
    CurriculumRecipe? Curriculum, OptimizerRecipe Optimizer, ScheduleRecipe Schedule, KeepSamples Keep = KeepSamples.Right);

/// <summary>The steps of reinforcement learning.</summary>
/// <param name="Further">Every other key of the recipe that differs from the objective's own default, without its section; null where a program of before wrote none.</param>
/// <param name="Advantage">Its estimator, by name.</param>
/// <param name="KlCoefficient">Of the distance from the reference policy in the loss.</param>
/// <param name="ResamplingRounds">Of dynamic sampling, at most; 0 without it.</param>
/// <param name="Rewards">What is rewarded and punished.</param>
/// <param name="Passes">Over the problems, those of resampling not counted; null where they never end.</param>
/// <param name="Curriculum">With its levels; null without one.</param>
internal sealed record ReinforcementFacts(
    int Steps, int Prompts, int Samples, int Updates, double Temperature, int MaxTokens, string Objective, string Advantage, double KlCoefficient, double EntropyCoefficient,
    bool DynamicSampling, int ResamplingRounds, IReadOnlyList<RewardTerm> Rewards, double? Passes, CurriculumRecipe? Curriculum, OptimizerRecipe Optimizer, ScheduleRecipe Schedule,
    IReadOnlyDictionary<string, string>? Further = null);

/// <summary>A term of the reward that weighs anything.</summary>
/// <param name="Name">As in samples.jsonl.</param>
/// <param name="Kind">As in recipes.</param>
/// <param name="Correctness">Whether it depends on the answer being right.</param>
/// <param name="Punishes">Whether it only takes away.</param>
/// <param name="About">What it is about, in a word or two.</param>
/// <param name="Says">What it pays for, in words, its weight included.</param>
/// <param name="OfLength">What it makes of length, in words; null where nothing.</param>
internal sealed record RewardTerm(string Name, double Weight, string Kind, CorrectnessLink Correctness, bool Punishes, string About, string Says, string? OfLength)
{
    public static RewardTerm Of(RewardRecipe term, int maxTokens) =>
        new(term.Term, term.Weight, RewardKinds.NameOf(term), term.Correctness, term.Punishes, term.About, term.Says(maxTokens), term.SaysOfLength(maxTokens));
}
