using System.ComponentModel;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A scorer as a task's file names it. To add a kind, write its record below and its line in <see cref="WrittenScorerKindsAttribute"/>.</summary>
[WrittenScorerKinds]
internal abstract record WrittenScorer
{
    [Description("What its score is called; its kind if left out.")]
    public string? Name { get; init; }

    public string Title => Name ?? RecipeKindsAttribute.Find(GetType())!.NameOf(GetType());

    public abstract IScorer Make(WrittenTask task, TaskContext context);

    /// <summary>The scorer with the files that it names found from a folder on: that of the task's file.</summary>
    public virtual WrittenScorer In(string folder) => this;
}

/// <summary>The list, as files bind it.</summary>
internal sealed class WrittenScorerKindsAttribute : RecipeKindsAttribute
{
    public override string Of => "scorer";

    public override IReadOnlyList<(string Name, Type Type)> Kinds { get; } =
    [
        ("exact", typeof(WrittenExact)),
        ("includes", typeof(WrittenIncludes)),
        ("pattern", typeof(WrittenPattern)),
        ("choice", typeof(WrittenChoice)),
        ("numeric", typeof(WrittenNumeric)),
        ("math", typeof(WrittenMath)),
        ("code", typeof(WrittenCode)),
        ("script", typeof(WrittenScript)),
        ("judge", typeof(WrittenJudge)),
        ("likelihood", typeof(WrittenLikelihood)),
    ];
}

[Description("The final answer is the reference, but for case, runs of spaces and a full stop.")]
internal sealed record WrittenExact : WrittenScorer
{
    [Description("The fact of the item that it must be instead of the reference.")]
    public string? Against { get; init; }

    public override IScorer Make(WrittenTask task, TaskContext context) => AgainstFactScorer.Of(new AnswerScorer(new ExactGrader()), Against);
}

[Description("What is said includes the reference, as a whole word or number.")]
internal sealed record WrittenIncludes : WrittenScorer
{
    [Description("Also within a longer word or number.")]
    public bool Anywhere { get; init; }

    [Description("Whether upper and lower case are told apart.")]
    public bool MatchCase { get; init; }

    [Description("Whether the reference must not be there.")]
    public bool Negate { get; init; }

    [Description("The fact of the item to look for instead of the reference.")]
    public string? Against { get; init; }

    public override IScorer Make(WrittenTask task, TaskContext context) => AgainstFactScorer.Of(new IncludesScorer(Anywhere, MatchCase, Negate), Against);
}

[Description("A regular expression over what is said; what a group of the last match holds must be the reference, unless compares says no.")]
internal sealed record WrittenPattern : WrittenScorer
{
    [Description("In .NET's syntax.")]
    public required string Pattern { get; init; }

    [Description("Whether it must not match.")]
    public bool Negate { get; init; }

    [Description("Whether what a group holds must be the reference; else a match is enough.")]
    public bool Compares { get; init; } = true;

    public override IScorer Make(WrittenTask task, TaskContext context) => new PatternScorer(Pattern, Negate, Compares);
}

[Description("The final answer is the letter of the right choice.")]
internal sealed record WrittenChoice : WrittenScorer
{
    public override IScorer Make(WrittenTask task, TaskContext context) => new AnswerScorer(new ChoiceGrader());
}

[Description("The final answer is a number within a tolerance of the reference.")]
internal sealed record WrittenNumeric : WrittenScorer
{
    [Description("Largest difference, as a share of the reference.")]
    [InRange(0, 1)]
    public double Tolerance { get; init; } = NumericGrader.UsualTolerance;

    public override IScorer Make(WrittenTask task, TaskContext context) => new AnswerScorer(new NumericGrader(Tolerance), Tolerance);
}

[Description("The final answer is mathematically the reference, LaTeX or plain.")]
internal sealed record WrittenMath : WrittenScorer
{
    [Description("How a reference that lists several answers without brackets is compared: usual, ordered or set.")]
    public AnswerLists Lists { get; init; }

    public override IScorer Make(WrittenTask task, TaskContext context) => new AnswerScorer(new MathGrader(Lists), lists: Lists);
}

[Description("The program in the answer passes the item's tests (facts: tests), in the sandbox.")]
internal sealed record WrittenCode : WrittenScorer
{
    [Description("Program and arguments, run beside the files.")]
    public IReadOnlyList<string> Command { get; init; } = ["python3", "tests.py"];

    [Description("The file that the program goes to.")]
    public string Program { get; init; } = "answer.py";

    [Description("The file that the item's tests go to.")]
    public string Tests { get; init; } = "tests.py";

    [Description("Seconds until it is killed.")]
    [InRange(0.01, 86_400)]
    public double Seconds { get; init; } = 10;

    [Description("Megabytes that all of its processes may hold.")]
    [InRange(16, 1 << 20)]
    public int Megabytes { get; init; } = 512;

    public override IScorer Make(WrittenTask task, TaskContext context) => new CodeScorer(new CodeOptions(Command, Program, Tests, Seconds, Megabytes));
}

[Description("Code of yours that is given the answer (output, context) and says whether it passes, in the sandbox.")]
internal sealed record WrittenScript : WrittenScorer, ICheckedRecipe
{
    [Description("javascript (by node or bun) or python.")]
    public required ScriptLanguage Language { get; init; }

    [Description("An expression, or the body of a function of output and context; without code and file it is each item's own, among its facts under the scorer's name.")]
    public string? Code { get; init; }

    [Description("A file with a function of output and context instead, relative to this file.")]
    public string? File { get; init; }

    [Description("Which function of the file; get_assert in Python, what the module exports in JavaScript if left out.")]
    public string? Function { get; init; }

    [Description("From which a number passes; above 0 if left out.")]
    public double? Threshold { get; init; }

    [Description("Whether what passes fails.")]
    public bool Negate { get; init; }

    [Description("Seconds until it is killed.")]
    [InRange(0.1, 3600)]
    public double Seconds { get; init; } = 10;

    [Description("Megabytes that all of its processes may hold.")]
    [InRange(16, 1 << 20)]
    public int Megabytes { get; init; } = 512;

    public override IScorer Make(WrittenTask task, TaskContext context) => new ScriptScorer(new ScriptOptions(Title, Language, Code, File, Function, Threshold, Negate, Seconds, Megabytes));

    public override WrittenScorer In(string folder) => File is null ? this : this with { File = Path.GetFullPath(File, folder) };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Code is not null && File is not null) yield return ("code", "The code is either written here or in a file.");
        if (Function is not null && File is null) yield return ("function", "A function is one of a file.");
    }
}

[Description("A judge of deliberate judge list: refusal offline, the others by the model that --judge names.")]
internal sealed record WrittenJudge : WrittenScorer
{
    [Description("Which: refusal, refusal-model, strongreject, policy or factual.")]
    public required string Judge { get; init; }

    [Description("File of the policy, for policy; ours if left out.")]
    public string? Policy { get; init; }

    [Description("What passes, for judges of refusal: comply or refuse.")]
    public RefusalExpectation Expects { get; init; }

    public override IScorer Make(WrittenTask task, TaskContext context) => JudgeList.Create(Judge, new JudgeRequest(context.Judge, Policy, Expects));
}

[Description("How likely given texts are to a checkpoint, instead of an answer: the only scorer of its task.")]
internal sealed record WrittenLikelihood : WrittenScorer
{
    [Description("choices (the likeliest behind the prompt), answer (behind the prompt) or text (the prompt itself).")]
    public LikelihoodOf Of { get; init; }

    [Description("Between the prompt and each choice.")]
    public string Delimiter { get; init; } = " ";

    public override IScorer Make(WrittenTask task, TaskContext context) => new LikelihoodScorer(Of);

    /// <summary>How the model is asked instead of for an answer.</summary>
    public LikelihoodSolver Solver(WrittenTask task) => new(Of, Delimiter, task.Metrics.Contains(LikelihoodVerdict.ByInformation));
}
