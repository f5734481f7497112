using System.Numerics;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>How the writers of a <see cref="ProgramFamily"/> err.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="Language">What the programs are written in.</param>
/// <param name="SlipRate">Probability of a wrong constant in each step of a slip-prone writer.</param>
/// <param name="GiveUpRate">Probability of giving up before each step.</param>
internal sealed record ProgramOptions(string Name, ProgramLanguage Language = ProgramLanguage.Python, double SlipRate = 0.15, double GiveUpRate = 0.15);

/// <summary>
/// Problems whose answer is a small program in Python or C#, which has to pass tests: a function of a whole number, described step by step.
/// <code>times 2, plus 3, mod 7. f(x)=?   &lt;think&gt;x*2 / x*2+3 / (x*2+3)%7&lt;/think&gt;def f(x): return (x*2+3)%7</code>
/// <code>times 2, plus 3, mod 7. F(x)=?   &lt;think&gt;x*2 / x*2+3 / ((x*2+3)%7+7)%7&lt;/think&gt;int F(int x) =&gt; ((x*2+3)%7+7)%7;</code>
/// Any program that defines the function and gives the right numbers is right. One that is a single expression is worked out
/// (<see cref="ProgramExpression"/>), every other runs in the sandbox (<see cref="ProgramTests"/>). A step is right iff it does to the line
/// before what the description says next. The misconceptions: brackets left out, "at least" for a minimum, and in C# a remainder that may
/// be below 0.
/// </summary>
internal sealed class ProgramFamily(ProgramOptions options) : ITaskFamily
{
    private static readonly int[] Tested = [0, 1, -1, 2, 5, -7, 9, 13, -20, 48];

    private readonly ProgramNotation _notation = options.Language == ProgramLanguage.Csharp ? ProgramNotation.Csharp : ProgramNotation.Python;

    public string Name => options.Name;

    public string Description => $"Small programs in {(options.Language == ProgramLanguage.Csharp ? "C#" : "Python")} from a description, judged by tests.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(1, "one step"), new(2, "two steps"), new(3, "three steps"), new(4, "four steps"), new(5, "five steps")];

    public IReadOnlyList<string> Alphabet { get; } = options.Language == ProgramLanguage.Csharp
        ? Texts.Alphabet(["+", "-", "*", "%", "(", ")", ",", ".", "=>", "=", "?", ";", " ", "x", "F", "Max", "Min", "int", .. ProgramStep.Words])
        : Texts.Alphabet(["+", "-", "*", "%", "(", ")", ",", ".", ":", "=", "?", " ", "x", "f", "max", "min", "def", "return", .. ProgramStep.Words]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        var steps = new ProgramStep[level];
        for (var i = 0; i < level; i++)
        {
            var word = ProgramStep.Words[random.Next(ProgramStep.Words.Count)];
            // A bound right behind another, or behind a remainder, mostly does nothing.
            if (i > 0 && (word == steps[i - 1].Word || (word is ProgramStep.AtLeast or ProgramStep.AtMost && steps[i - 1].Word is ProgramStep.AtLeast or ProgramStep.AtMost or ProgramStep.Mod))) return null;
            steps[i] = new ProgramStep(word, random.Next(2, word switch { ProgramStep.Times => 10, ProgramStep.Mod => 20, _ => 50 }));
        }

        var state = string.Join(", ", steps);
        return new(Name, level, split, index, $"{state}. {_notation.Name}(x)=?", state, state, _notation.Program(Expression(steps)));
    });

    public Verdict Verify(Problem problem, string answer)
    {
        var steps = ProgramStep.Parse(problem.State);
        // What C# makes of numbers beyond an int is for C# to say.
        if (ProgramExpression.OfProgram(answer, _notation) is { } expression && (options.Language == ProgramLanguage.Python || Array.TrueForAll(Tested, x => expression.At(x) is not null)))
            return Array.Exists(Tested, x => expression.At(x) != Value(steps, x)) ? Verdict.Fail("it gives another number") : Verdict.Pass();
        if (!answer.Contains(options.Language == ProgramLanguage.Csharp ? "F" : "def f(", StringComparison.Ordinal) && !answer.Contains("lambda", StringComparison.Ordinal)) return Verdict.Fail($"no program that defines {_notation.Name}");
        if (Sandbox.WhyNotUntrusted() is { } why) return Verdict.HarnessError($"the program cannot be run: {why}");
        try
        {
            return ProgramTests.RunAsync(CodeBlock.Of(answer), [.. Tested.Select(x => _notation.Test(x, Value(steps, x)))], _notation.Setup, Limits, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (UserError error)
        {
            return Verdict.HarnessError(error.Problem);
        }
    }

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var asked = ProgramStep.Parse(problem.State);
        var verdicts = new Verdict[steps.Count];
        var before = ProgramExpression.Parse("x", _notation);
        for (var i = 0; i < verdicts.Length; i++)
        {
            var now = ProgramExpression.Parse(steps[i], _notation);
            verdicts[i] = i >= asked.Count ? Verdict.Fail("nothing is left to do")
                : now is null ? Verdict.Fail($"'{Texts.Quote(steps[i])}' is not an expression")
                : before is null ? Verdict.Fail("the line before cannot be continued")
                : Array.Exists(Tested, x => before.At(x) is { } value && now.At(x) != asked[i].Apply(value)) ? Verdict.Fail($"not the line before, {asked[i]}") : Verdict.Pass();
            before = now ?? before;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) =>
        steps.Count == ProgramStep.Parse(problem.State).Count && ProgramExpression.Parse(steps[^1], _notation) is not null ? _notation.Program(steps[^1]) : null;

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var (expression, lines) = ("x", new List<string>());
        foreach (var step in ProgramStep.Parse(problem.State))
        {
            if (writer == Writer.GivesUpEarly && random.NextBool(options.GiveUpRate)) break;
            var done = writer == Writer.SlipProne && random.NextBool(options.SlipRate) ? step with { Constant = step.Constant + Slips.Draw(ref random, offset => step.Constant + offset > 1) } : step;
            expression = done.Around(expression, _notation, isCareful: writer != Writer.SystematicallyWrong);
            lines.Add(expression);
        }

        return new(writer, lines, _notation.Program(expression));
    }

    private string Expression(IReadOnlyList<ProgramStep> steps) => steps.Aggregate("x", (inner, step) => step.Around(inner, _notation));

    private ProgramLimits Limits => new() { Language = options.Language, Time = TimeSpan.FromSeconds(10) };

    private static BigInteger Value(IReadOnlyList<ProgramStep> steps, BigInteger x) => steps.Aggregate(x, (value, step) => step.Apply(value));
}
