using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace OwnFamily;

/// <summary>
/// Binary numbers, read by doubling: <c>1011b=?   &lt;think&gt;2*0+1=1 / 2*1+0=2 / 2*2+1=5 / 2*5+1=11&lt;/think&gt;11</c>, a step a bit.
/// The misconception: a zero changes nothing.
/// </summary>
public sealed partial class BinaryFamily : ITaskFamily
{
    private const double SlipRate = 0.06, GiveUpRate = 0.06;

    public string Name => "binary";

    public string Description => "Binary numbers, read by doubling.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(1, "seven bits"), new(2, "nine bits"), new(3, "eleven bits")];

    public IReadOnlyList<string> Alphabet { get; } = [ChainOfThought.OpeningTag, ChainOfThought.ClosingTag, "\n", .. "0123456789b*+=?".Select(c => c.ToString())];

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        var bits = 5 + (2 * level);
        var number = random.Next(1 << (bits - 1), 1 << bits);

        // All ones would hide the misconception: null draws again.
        if (number == (1 << bits) - 1) return null;
        var text = Convert.ToString(number, 2);
        return new Problem(Name, level, split, index, Prompt: $"{text}b=?", State: text, Canonical: text, Answer: Text(number));
    });

    public Verdict Verify(Problem problem, string answer) => answer == problem.Answer ? Verdict.Pass() : Verdict.Fail("wrong answer");

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var before = 0;
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (Step().Match(steps[i]) is not { Success: true } step)
            {
                verdicts[i] = Verdict.Fail("not a doubling");
                continue;
            }

            var (value, bit, result) = (Number(step, "value"), Number(step, "bit"), Number(step, "result"));
            verdicts[i] = i >= problem.State.Length ? Verdict.Fail("no bit is left")
                : value != before ? Verdict.Fail($"goes on from {value}, not from {before}")
                : bit != problem.State[i] - '0' ? Verdict.Fail($"bit {i + 1} is {problem.State[i]}")
                : result != (2 * value) + bit ? Verdict.Fail($"2*{value}+{bit} is {(2 * value) + bit}")
                : Verdict.Pass();

            // The next step is judged by what this one says, right or wrong.
            before = result;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) =>
        steps.Count == problem.State.Length && Step().Match(steps[^1]) is { Success: true } last ? Text(Number(last, "result")) : null;

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var steps = new List<string>();
        var value = 0;
        foreach (var bit in problem.State.Select(c => c - '0'))
        {
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(GiveUpRate)) break;
            var next = writer == Writer.SystematicallyWrong && bit == 0 ? value : (2 * value) + bit;
            if (writer == Writer.SlipProne && random.NextBool(SlipRate)) next++;
            steps.Add($"2*{Text(value)}+{bit}={Text(next)}");
            value = next;
        }

        return new WorkedSolution(writer, steps, Text(value));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(Match step, string part) => int.Parse(step.Groups[part].ValueSpan, CultureInfo.InvariantCulture);

    // Seven digits at most: a model's text never overflows.
    [GeneratedRegex(@"^2\*(?<value>[0-9]{1,7})\+(?<bit>[01])=(?<result>[0-9]{1,7})$", RegexOptions.CultureInvariant)]
    private static partial Regex Step();
}
