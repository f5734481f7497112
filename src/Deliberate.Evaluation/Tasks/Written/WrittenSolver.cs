using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A solver as a task's file names it. To add a kind, write its record below and its line in <see cref="WrittenSolverKindsAttribute"/>.</summary>
[WrittenSolverKinds]
internal abstract record WrittenSolver
{
    public abstract ISolver Make(WrittenTask task);
}

/// <summary>The list, as files bind it.</summary>
internal sealed class WrittenSolverKindsAttribute : RecipeKindsAttribute
{
    public override string Of => "solver";

    public override IReadOnlyList<(string Name, Type Type)> Kinds { get; } =
    [
        ("system", typeof(WrittenSystem)),
        ("template", typeof(WrittenTemplate)),
        ("chain_of_thought", typeof(WrittenChainOfThought)),
        ("few_shot", typeof(WrittenFewShot)),
        ("multiple_choice", typeof(WrittenMultipleChoice)),
        ("turns", typeof(WrittenTurns)),
        ("self_consistency", typeof(WrittenSelfConsistency)),
        ("search", typeof(WrittenSearch)),
        ("tools", typeof(WrittenTools)),
    ];
}

[Description("A system message before the conversation.")]
internal sealed record WrittenSystem : WrittenSolver
{
    [Description("What it says.")]
    public required string Text { get; init; }

    public override ISolver Make(WrittenTask task) => new SystemPromptSolver(Text);
}

[Description("Writes the last user message anew.")]
internal sealed record WrittenTemplate : WrittenSolver, ICheckedRecipe
{
    [Description("{prompt} stands for what it was, {choices} for the lettered choices.")]
    public required string Text { get; init; }

    public override ISolver Make(WrittenTask task) => new TemplateSolver(Text);

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!Text.Contains(TemplateSolver.Prompt, StringComparison.Ordinal)) yield return ("text", $"The template does not say where the prompt goes: it has no {TemplateSolver.Prompt}.");
    }
}

[Description("Asks for reasoning first and a marked answer last.")]
internal sealed record WrittenChainOfThought : WrittenSolver
{
    [Description("Other words than the usual ones.")]
    public string? Text { get; init; }

    public override ISolver Make(WrittenTask task) => new ChainOfThoughtSolver(Text);
}

[Description("Worked examples before the question, as turns.")]
internal sealed record WrittenFewShot : WrittenSolver
{
    [Description("In their order.")]
    public required IReadOnlyList<WrittenExample> Examples { get; init; }

    public override ISolver Make(WrittenTask task) => new FewShotSolver([.. Examples.Select(e => (e.Prompt, e.Answer))]);
}

/// <summary>A worked example.</summary>
internal sealed record WrittenExample
{
    [Description("What the user says.")]
    public required string Prompt { get; init; }

    [Description("What the assistant says.")]
    public required string Answer { get; init; }
}

[Description("The item's choices, lettered, and a request for a letter.")]
internal sealed record WrittenMultipleChoice : WrittenSolver
{
    [Description("Whether reasoning comes first.")]
    public bool Reasons { get; init; }

    public override ISolver Make(WrittenTask task) => new MultipleChoiceSolver(Reasons);
}

[Description("Further messages of the user, each after an answer; the last answer counts.")]
internal sealed record WrittenTurns : WrittenSolver
{
    [Description("What the user says, in turn.")]
    public required IReadOnlyList<string> Turns { get; init; }

    public override ISolver Make(WrittenTask task) => new TurnsSolver(Turns);
}

[Description("Several answers, of which one is given whose final answer most of them share.")]
internal sealed record WrittenSelfConsistency : WrittenSolver
{
    [Description("How many are drawn.")]
    [InRange(2, 1024)]
    public int Samples { get; init; } = 5;

    public override ISolver Make(WrittenTask task) => new SelfConsistencySolver(Samples, task.Answers);
}

[Description("Tools that the model may call until it answers.")]
internal sealed record WrittenTools : WrittenSolver
{
    [Description("Their names: python (in the sandbox).")]
    public required IReadOnlyList<string> Tools { get; init; }

    [Description("Answers until the loop ends.")]
    [InRange(1, 1000)]
    public int Turns { get; init; } = 10;

    public override ISolver Make(WrittenTask task) => new ToolLoopSolver([.. Tools.Select(SandboxTools.Named)], Turns);
}

[Description("Answers of a checkpoint are searched for at test time, instead of one being drawn.")]
internal sealed record WrittenSearch : WrittenSolver, ICheckedRecipe
{
    [Description("majority, best-of-n, weighted-vote, beam, lookahead, dvts or mcts.")]
    public required string Method { get; init; }

    [Description("What a search may spend, in solutions.")]
    [InRange(1, SearchSetting.MostSolutions)]
    public int N { get; init; } = 16;

    [Description("Who says whether steps are right: a reward model's folder, or ask:MODEL. None for majority.")]
    public string? Scorer { get; init; }

    private SearchSetting Setting => new(Method, N, Scorer);

    public override ISolver Make(WrittenTask task) => new SearchSolver(Setting);

    public IEnumerable<(string Key, string Problem)> Problems() => Setting.Problems().Select(p => ("method", p));
}
