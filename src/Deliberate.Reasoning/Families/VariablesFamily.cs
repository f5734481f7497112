using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>How the writers of a <see cref="VariablesFamily"/> err.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="MisleadingShare">Share of problems whose answer changes when a variable keeps its first value.</param>
/// <param name="SlipRate">Probability of a wrong value in each step of a slip-prone writer.</param>
/// <param name="GiveUpRate">Probability of giving up after each step that is not the last.</param>
internal sealed record VariablesOptions(string Name, double MisleadingShare = 0.75, double SlipRate = 0.15, double GiveUpRate = 0.3);

/// <summary>
/// A running computation on named variables, one assignment a step. Each step writes the values of all variables and the
/// assignments that remain:
/// <code>a=3;b=a+4;a=b*2;a?   &lt;think&gt;a=3|b=a+4;a=b*2;a? / a=3,b=7|a=b*2;a? / a=14,b=7|a?&lt;/think&gt;14</code>
/// The level is the number of assignments; values are from 0 to 99. The misconception: a variable keeps the first value that
/// it was given, later assignments to it do nothing.
/// </summary>
internal sealed class VariablesFamily(VariablesOptions options) : ITaskFamily
{
    public string Name => options.Name;

    public string Description => "A running computation on named variables, one assignment a step.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = Enumerable.Range(2, 5).Select(n => new DifficultyLevel(n, $"{n} assignments")).ToArray();

    public IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet([.. VariablesProgram.Names.Select(c => c.ToString()), "=", "+", "-", "*", ";", ",", "|", "?"]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index)
    {
        bool? misleads = null;
        return ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
        {
            misleads ??= random.NextBool(options.MisleadingShare);
            var program = Draw(ref random, level);
            if (program.Run(keepFirst: false) is not { } value || program.Run(keepFirst: true) is not { } misread || misread != value != misleads) return null;
            var text = program.Render();
            return new(Name, level, split, index, text, text, Canonical(text), value.ToString(CultureInfo.InvariantCulture));
        });
    }

    public Verdict Verify(Problem problem, string answer) => Texts.VerifyExactly(answer, problem.Answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var state = VariablesProgram.Parse(problem.State)!;
        for (var i = 0; i < verdicts.Length; i++)
        {
            var next = VariablesProgram.Parse(steps[i]);
            verdicts[i] = next is null ? Verdict.Fail($"'{Texts.Quote(steps[i])}' is not a state") : Check(state, next);
            state = next ?? state;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) =>
        steps.Count > 0 && VariablesProgram.Parse(steps[^1]) is { Rest.Count: 0 } last && last.Values.TryGetValue(last.Asked, out var value)
            ? value.ToString(CultureInfo.InvariantCulture) : null;

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var keepFirst = writer == Writer.SystematicallyWrong;
        var state = VariablesProgram.Parse(problem.State)!;
        var steps = new List<string>();
        while (state.Rest.Count > 0)
        {
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(options.GiveUpRate)) return new(writer, steps, Guess(state));
            var before = state;
            var value = state.Next(keepFirst)!.Value;
            if (writer == Writer.SlipProne && random.NextBool(options.SlipRate))
            {
                value += Slips.Draw(ref random, offset => value + offset is >= 0 and <= 99 && before.After(value + offset) is var after && (after.Rest.Count == 0 || after.Run(keepFirst) is not null));
            }

            state = state.After(value);
            steps.Add(state.Render());
        }

        return new(writer, steps, Conclusion(problem, steps)!);
    }

    private static VariablesProgram Draw(ref RandomStream random, int level)
    {
        var names = VariablesProgram.Names[..(level <= 3 ? 2 : 3)];
        var set = new List<char>();
        var assignments = new VariablesProgram.Assignment[level];
        for (var i = 0; i < level; i++)
        {
            var target = random.Pick<char>(names);
            var plain = set.Count == 0 || random.NextBool(0.1);
            var right = !plain && random.NextBool(0.4) ? new VariablesProgram.Operand(set[random.Next(set.Count)], 0) : new('\0', random.Next(1, 10));
            assignments[i] = plain ? new(target, right, '\0', default) : new(target, new(set[random.Next(set.Count)], 0), random.Pick<char>("++-*"), right);
            if (!set.Contains(target)) set.Add(target);
        }

        return new(new SortedDictionary<char, int>(), assignments, set[random.Next(set.Count)]);
    }

    /// <summary>The program with its variables named in the order in which they appear.</summary>
    private static string Canonical(string text)
    {
        var order = text.Where(char.IsAsciiLetter).Distinct().ToList();
        return string.Concat(text.Select(c => char.IsAsciiLetter(c) ? (char)('a' + order.IndexOf(c)) : c));
    }

    /// <summary>What who gives up says: the value that the variable has by now, or any that there is.</summary>
    private static string Guess(VariablesProgram state) =>
        (state.Values.TryGetValue(state.Asked, out var value) ? value : state.Values.First().Value).ToString(CultureInfo.InvariantCulture);

    private static Verdict Check(VariablesProgram state, VariablesProgram next)
    {
        if (state.Rest.Count == 0) return Verdict.Fail("nothing is left to run");
        if (state.NextValue() is not { } right) return Verdict.Fail("a variable has no value");
        var target = state.Rest[0].Target;
        if (!next.Values.TryGetValue(target, out var value) || next.Render() != state.After(value).Render()) return Verdict.Fail("not the next assignment alone");
        return value == right ? Verdict.Pass() : Verdict.Fail($"{target} is {right}, not {value}");
    }
}
