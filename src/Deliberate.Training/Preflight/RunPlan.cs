using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// What a recipe amounts to, before anything is trained. Tokens of completions are estimates from worked solutions of the corpus,
/// cut at the budget; the most they can be stands beside them. Memory and disk are estimates too.
/// </summary>
internal sealed record RunPlan
{
    /// <summary>With its starting point resolved.</summary>
    public required TrainRecipe Recipe { get; init; }

    /// <summary>Weights of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Those that are trained: all, or the adapter's.</summary>
    public required long Trained { get; init; }

    public required LengthPlan Lengths { get; init; }

    /// <summary>The problems that are asked, or the family whose solutions are imitated; null where there are neither.</summary>
    public string? Asked { get; init; }

    /// <summary>What was left out or changed of problems of the user's.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Null where the recipe skips the stage; so with the others.</summary>
    public SupervisedPlan? Supervised { get; init; }

    public ExpertPlan? ExpertIteration { get; init; }

    public ReinforcementPlan? Reinforcement { get; init; }

    public EvaluationPlan? Evaluation { get; init; }

    /// <summary>Of each rank.</summary>
    public required MemoryPlan Memory { get; init; }

    /// <summary>That share the work.</summary>
    public int Ranks { get; init; } = 1;

    public required DiskPlan Disk { get; init; }

    /// <summary>What is allowed and yet worth a thought.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>What was read of the data to make the plan, for the run that begins with it.</summary>
    public required PlanReading Reading { get; init; }
}

/// <summary>Training a tokenizer on long files and encoding them takes long enough to do it once.</summary>
/// <param name="Text">How the model reads.</param>
/// <param name="Examples">Of the user's files; null where there are none.</param>
internal sealed record PlanReading(TextFormat Text, SupervisedData? Examples);

/// <param name="LongestPrompt">In tokens, of the problems looked at.</param>
/// <param name="MeanPrompt">The same, on average.</param>
/// <param name="MeanCompletion">Of worked solutions, end token included.</param>
/// <param name="MeanExample">Prompt and completion together.</param>
internal sealed record LengthPlan(int LongestPrompt, double MeanPrompt, double MeanCompletion, double MeanExample);

/// <param name="Steps">Optimizer steps.</param>
/// <param name="SequencesAStep">Examples of one.</param>
/// <param name="TokensAStep">Prompts included.</param>
internal sealed record SupervisedPlan(int Steps, double SequencesAStep, int TokensAStep, long Tokens);

/// <param name="Completions">Sampled in a round.</param>
/// <param name="SampledTokens">In all rounds.</param>
/// <param name="MostExamples">That a round can keep.</param>
/// <param name="MostUpdates">Optimizer steps of a round, were they all kept.</param>
internal sealed record ExpertPlan(int Rounds, int Prompts, int Samples, long Completions, double SampledTokens, long MostExamples, double MostUpdates);

/// <param name="Steps">Sampled batches.</param>
/// <param name="Prompts">A step.</param>
/// <param name="Samples">A prompt.</param>
/// <param name="Sequences">A step: prompts x samples.</param>
/// <param name="Updates">Optimizer steps a step.</param>
/// <param name="SequencesAnUpdate">Of one optimizer step.</param>
/// <param name="SampledTokensAStep">Completions.</param>
/// <param name="TrainedTokensAStep">Prompts and completions, each in one update.</param>
/// <param name="MostTokensAStep">Trained, were every completion as long as the budget.</param>
/// <param name="SampledTokens">In all steps.</param>
internal sealed record ReinforcementPlan(
    int Steps, int Prompts, int Samples, int Sequences, int Updates, double SequencesAnUpdate, double SampledTokensAStep, double TrainedTokensAStep, double MostTokensAStep, double SampledTokens);

/// <param name="Count">Evaluations, quick ones included.</param>
/// <param name="Completions">In all of them.</param>
internal sealed record EvaluationPlan(int Count, long Completions, double SampledTokens);

/// <param name="Parts">Bytes, by what they are for, largest first.</param>
internal sealed record MemoryPlan(IReadOnlyList<PlanPart> Parts)
{
    public double Total => Parts.Sum(p => p.Bytes);
}

/// <param name="Parts">Bytes, by what they are for.</param>
internal sealed record DiskPlan(IReadOnlyList<PlanPart> Parts)
{
    public double Total => Parts.Sum(p => p.Bytes);
}

internal sealed record PlanPart(string Name, double Bytes);
