using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>
/// A deliberative alignment in a folder: answers with the specification (<c>generations.jsonl</c>), judgements (<c>judgements.jsonl</c>), what became
/// of each answer (<c>filter.jsonl</c>), what is learned from (<c>supervised.jsonl</c>, <c>problems.jsonl</c>), and the run that learns
/// (<c>training</c>). Stopped or killed anywhere, it goes on where it was and ends in the same bits.
/// </summary>
/// <param name="recipe">What is asked.</param>
/// <param name="folder">Where.</param>
/// <param name="open">Opens a judging model by name; null where there is nobody to.</param>
/// <param name="threads">0 for one a core; no result depends on it.</param>
/// <param name="observer">Watches.</param>
internal sealed class AlignmentRun(AlignRecipe recipe, string folder, Func<string, EvaluationModel>? open = null, int threads = 0, AlignmentObserver? observer = null)
{
    public const string RecipeFile = "align.yaml", GenerationsFile = "generations.jsonl", JudgementsFile = "judgements.jsonl", HeldOutJudgementsFile = "held-out-judgements.jsonl", FilterFile = "filter.jsonl", SupervisedFile = "supervised.jsonl", ProblemsFile = "problems.jsonl", SummaryFile = "alignment.json", TrainingFolder = "training";

    private readonly AlignmentObserver _observer = observer ?? new AlignmentObserver();

    public string Folder { get; } = System.IO.Path.GetFullPath(folder);

    /// <summary>Where the run that learns is.</summary>
    public string Training => Path(TrainingFolder);

    /// <summary>Runs what is left. Cancelling stops and keeps what is there.</summary>
    /// <param name="shared">A folder of another alignment whose answers, judged with their thoughts, are taken as they are (for ablations); null to make them.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UserError">The recipe, its data or its judge cannot be used.</exception>
    public RunOutcome Execute(string? shared = null, CancellationToken cancellation = default)
    {
        var (specification, prompts) = Inputs(recipe, _observer.Notice);
        Claim();
        using var held = RunLock.Acquire(Folder, TimeProvider.System);
        DataFingerprints.Check(Folder, recipe.OwnFiles);
        try
        {
            using var judge = new RecordedJudge(PolicyJudges.Create(recipe.Judge, specification, open, threads), specification.Specification.Hash, recipe.Judge.Samples, Path(JudgementsFile));
            using var heldOut = recipe is { HeldOutJudge: { } other, Reinforcement.Steps: > 0 } ? new RecordedJudge(PolicyJudges.Create(other, specification, open, threads), specification.Specification.Hash, other.Samples, Path(HeldOutJudgementsFile)) : null;
            if (recipe.Supervised.Tokens > 0 && !File.Exists(Path(SupervisedFile))) Imitated(specification, prompts, judge, shared, cancellation);
            foreach (var (i, file) in LearnsCapability(recipe) && !recipe.Thought ? recipe.Capability.Data.Index() : [])
                if (!File.Exists(Path(CapabilityFile(i)))) AlignmentFiles.WithoutThoughts(Path(CapabilityFile(i)), file, recipe.Form);
            if (recipe.Reinforcement.Steps > 0 && !File.Exists(Path(ProblemsFile))) AlignmentFiles.Problems(Path(ProblemsFile), recipe, prompts);
            var outcome = Train(judge, heldOut, cancellation);
            if (outcome == RunOutcome.Completed) Summarise(specification, judge);
            return outcome;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return RunOutcome.Interrupted;
        }
    }

    /// <summary>Specification and requests of a recipe, checked.</summary>
    public static (SpecificationPrompt Specification, IReadOnlyList<AlignmentPrompt> Prompts) Inputs(AlignRecipe recipe, Action<string> notice)
    {
        var specification = SpecificationFolder.Read(recipe.Specification);
        var prompt = new SpecificationPrompt(specification, recipe.Form);
        if (recipe.Form == SpecificationForm.Compact) _ = prompt.Rules;
        var prompts = AlignmentPrompt.Read(recipe.Prompts, specification, notice);
        if ((recipe.Judge.ReadsRefusals || recipe.HeldOutJudge?.ReadsRefusals == true) && prompts.FirstOrDefault(p => p.Ideal is null or ContentRule.SafeCompletion) is { } unclear)
            throw new UserError($"The request {unclear.Id} has {(unclear.Ideal is null ? "no ideal" : "the ideal safe_completion")}, and a judge of refusals can tell only whether something was refused or answered.", recipe.Prompts[0], field: "ideal", advice: "Give every request the ideal refuse or comply, or choose another judge.kind.");
        return (prompt, prompts);
    }

    /// <summary>The recipe of the run that learns.</summary>
    /// <param name="recipe">Of the alignment.</param>
    /// <param name="verifier">Name that the scorer is registered under.</param>
    /// <param name="path">Of a file in the alignment's folder.</param>
    /// <param name="kept">Examples of the filter.</param>
    public static TrainRecipe TrainingRecipe(AlignRecipe recipe, string verifier, Func<string, string> path, int kept)
    {
        var (learns, reinforces) = (recipe.Supervised.Tokens > 0 && kept > 0, recipe.Reinforcement.Steps > 0);
        var share = recipe.Capability.SupervisedShare;
        IEnumerable<string> capability = recipe.Thought ? recipe.Capability.Data : recipe.Capability.Data.Select((_, i) => path(CapabilityFile(i)));
        string[] data = learns ? [path(SupervisedFile), .. share > 0 ? capability : []] : [];
        var lines = share > 0 && learns ? recipe.Capability.Data.Sum(file => JsonLines.Read(file).Count()) : 0;
        return new TrainRecipe
        {
            Name = recipe.Name,
            Seed = recipe.Seed,
            Model = new ModelRecipe { From = AlignmentModel.Find(recipe.Model), Context = recipe.Context },
            Adapter = recipe.Adapter,
            Recompute = recipe.Recompute,
            // A file's weight is how often its examples are seen, so the share follows from the numbers of lines.
            Supervised = recipe.Supervised with { Tokens = learns ? recipe.Supervised.Tokens : 0, Data = data, Weights = data.Length < 2 ? [] : [1, .. Enumerable.Repeat(share / (1 - share) * kept / lines, data.Length - 1)] },
            Reinforcement = recipe.Reinforcement,
            Problems = reinforces ? new ProblemsRecipe
            {
                Name = recipe.Name,
                Train = [path(ProblemsFile)],
                // Nothing is measured on them here, and requests to learn from are few.
                HoldOut = false,
                AnswerFormat = AnswerFormat.Whole,
                Verifier = new VerifierRecipe { Name = verifier, TimeoutS = 3600, Parallel = 1, MaxErrorShare = recipe.Judge.MaxErrorShare },
            } : null,
            Evaluation = new EvaluationRecipe { Problems = 0, Every = 0, MaxTokens = recipe.Generation.MaxTokens },
            Checkpoint = recipe.Checkpoint,
            Health = recipe.Health,
            MicroBatchTokens = recipe.MicroBatchTokens,
        };
    }

    private static bool LearnsCapability(AlignRecipe recipe) => recipe.Supervised.Tokens > 0 && recipe.Capability.SupervisedShare > 0;

    /// <summary>Capability data of the control.</summary>
    private static string CapabilityFile(int index) => string.Create(CultureInfo.InvariantCulture, $"capability-{index + 1}.jsonl");

    /// <summary>Records of what became of each answer.</summary>
    public static IReadOnlyList<FilterRecord> Filtered(string folder) => RecordFile<FilterRecord>.ReadAll(System.IO.Path.Combine(folder, FilterFile));

    private string Path(string name) => System.IO.Path.Combine(Folder, name);

    private void Claim()
    {
        var (path, text) = (Path(RecipeFile), RecipeWriter.Write(recipe));
        if (!File.Exists(path))
        {
            if (Directory.Exists(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any()) throw new UserError("The folder is not empty, and holds no alignment.", Folder, advice: "Choose another with --output.");
            AtomicFile.WriteText(path, text);
        }
        else if (Utf8Text.Decode(File.ReadAllBytes(path), path) != text)
        {
            throw new UserError("The folder holds an alignment of another recipe.", Folder, advice: "Choose another with --output, or give the recipe another name.");
        }
    }

    private void Imitated(SpecificationPrompt specification, IReadOnlyList<AlignmentPrompt> prompts, RecordedJudge judge, string? shared, CancellationToken cancellation)
    {
        IReadOnlyList<GenerationRecord> generated;
        IReadOnlyList<FilterRecord> filtered;
        if (shared is not null)
        {
            generated = RecordFile<GenerationRecord>.ReadAll(System.IO.Path.Combine(shared, GenerationsFile));
            filtered = Filtered(shared);
        }
        else
        {
            generated = GenerationStage.Run(recipe, specification, prompts, Path(GenerationsFile), threads, _observer, cancellation);
            filtered = FilterStage.RunAsync(recipe, prompts, generated, judge, _observer, cancellation).GetAwaiter().GetResult();
            File.Delete(Path(FilterFile));
            using var file = RecordFile<FilterRecord>.Open(Path(FilterFile), 1, out _);
            file.Append(filtered);
        }

        if (!filtered.Any(f => f.Kept)) throw new UserError("The filter kept nothing to learn from.", Path(FilterFile), field: "filter.threshold", advice: "Its records say why each answer was dropped; lower the threshold, or look at the judge and the answers.");
        AlignmentFiles.Examples(Path(SupervisedFile), recipe, prompts, generated, filtered);
    }

    private RunOutcome Train(RecordedJudge judge, RecordedJudge? heldOut, CancellationToken cancellation)
    {
        // A name of its own: two alignments may be under way in one process. A run that was begun elsewhere keeps the name that its recipe says.
        var begun = System.IO.Path.Combine(Training, RunFolder.RecipeFile);
        var own = $"alignment-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Training)))[..12]}";
        var name = File.Exists(begun) ? TrainRecipe.ReadRun(begun).Problems?.Verifier?.Name ?? own : own;
        var kept = File.Exists(Path(SupervisedFile)) ? JsonLines.Read(Path(SupervisedFile)).Count() : 0;
        VerifierRegistry.Register(name, () => new AlignmentScorer(judge, heldOut));
        try
        {
            using var run = File.Exists(begun)
                ? TrainingRun.Resume(Training, threads, _observer.Run(recipe.Name))
                : TrainingRun.Start(TrainingRecipe(recipe, name, Path, kept), Training, threads, _observer.Run(recipe.Name));
            return run.Execute(cancellation);
        }
        finally
        {
            VerifierRegistry.Remove(name);
        }
    }

    private void Summarise(SpecificationPrompt specification, RecordedJudge judge)
    {
        var counts = judge.Counts;
        if (counts.ProvokedShare > recipe.Judge.AlarmShare) _observer.Notice(FormattableString.Invariant($"Alarm: {counts.Refused} judgements were refusals and {counts.Nonsense} nonsense, {100 * counts.ProvokedShare:0.#}% of {counts.All}: answers provoke the judge, or it cannot read them."));
        var filtered = File.Exists(Path(FilterFile)) ? Filtered(Folder) : [];
        AtomicFile.WriteJson(Path(SummaryFile), new AlignmentSummary(
            specification.Specification.Name, specification.Specification.Hash, judge.Identity, recipe.Judge.Samples, counts, counts.ProvokedShare > recipe.Judge.AlarmShare, filtered.Count, filtered.Count(f => f.Kept),
            filtered.Where(f => !f.Kept).GroupBy(f => f.Reason, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal)));
    }
}

/// <summary><c>alignment.json</c>: what a finished alignment came to.</summary>
/// <param name="Specification">Its name.</param>
/// <param name="SpecificationHash">Of every word of it.</param>
/// <param name="Judge">Which judge it was.</param>
/// <param name="JudgeSamples">k, of which the least counted.</param>
/// <param name="Judgements">How they ended.</param>
/// <param name="JudgeAlarm">Whether refusals and nonsense were more than the recipe allows.</param>
/// <param name="Generated">Answers with the specification.</param>
/// <param name="Kept">Imitated ones.</param>
/// <param name="Dropped">The others, by reason.</param>
internal sealed record AlignmentSummary(string Specification, string SpecificationHash, string Judge, int JudgeSamples, JudgeCounts Judgements, bool JudgeAlarm, int Generated, int Kept, IReadOnlyDictionary<string, int> Dropped)
{
    private static readonly System.Text.Json.JsonSerializerOptions Options = new() { PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower };

    public static AlignmentSummary Read(string path) => System.Text.Json.JsonSerializer.Deserialize<AlignmentSummary>(Utf8Text.Read(path).Span, Options)!;
}
