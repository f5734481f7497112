using System.Globalization;
using System.Numerics;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A calculator that computes one sum or product a turn, and expressions that take several: what the model says is <c>37*48</c>, the
/// reply its value, and <c>=2691</c> is the answer and the end. What cannot be computed costs a little, so that asking well is learned from
/// every turn and not from the end alone.
/// <code>37*48+915=?   37*48 → 1776   1776+915 → 2691   =2691</code>
/// </summary>
internal sealed class CalculatorEnvironment : EnvironmentFamily
{
    /// <summary>Of a turn that is neither a sum that the calculator takes nor an answer.</summary>
    public const double Malformed = -0.05;

    private const int LongestOperand = 12;

    public override string Name => "calculator";

    public override string Description => "Expressions worked out with a calculator that takes one operation a turn.";

    public override IReadOnlyList<DifficultyLevel> Levels { get; } = [new(1, "one operation"), new(2, "two operations"), new(3, "three operations")];

    public override IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet(["+", "*", "-", "=", "?", "e", "r", "o"]);

    /// <summary>Half of the writers guess where they should have asked: what reinforcement learning finds out is that asking pays.</summary>
    public override CorpusMixture DefaultMixture { get; } = new(Careful: 0.3, SlipProne: 0.2, SystematicallyWrong: 0.2, GivesUpEarly: 0.3);

    public override Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        Span<int> numbers = stackalloc int[level + 1];
        foreach (ref var number in numbers) number = random.Next(11, 100);
        var text = numbers[0].ToString(CultureInfo.InvariantCulture);
        for (var i = 1; i < numbers.Length; i++) text += (i == 1 || random.NextBool(0.5) ? "*" : "+") + numbers[i].ToString(CultureInfo.InvariantCulture);
        return new Problem(Name, level, split, index, $"{text}=?", text, text, Steps(text)[^1].Value.ToString(CultureInfo.InvariantCulture));
    });

    public override ValueTask<IEpisode> StartAsync(Problem problem, CancellationToken cancellationToken) => new(new Desk(problem));

    public override WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var steps = Steps(problem.State);
        var said = new List<string>();
        // Who gives up says a number that stands there; who errs all along computes from left to right.
        if (writer == Writer.GivesUpEarly && random.NextBool(0.5)) return Play(problem, writer, ["=" + steps[0].Asked.Split('*', '+')[0]]);
        foreach (var (asked, _) in writer == Writer.SystematicallyWrong ? LeftToRight(problem.State) : steps) said.Add(asked);
        var value = writer == Writer.SystematicallyWrong ? Value(said[^1])!.Value : steps[^1].Value;
        if (writer is Writer.SlipProne && random.NextBool(0.5)) value += Slips.Draw(ref random, _ => true);
        if (writer == Writer.GivesUpEarly) (said, value) = (said[..1], Value(said[0])!.Value + (said.Count == 1 ? 1 : 0));
        if (writer == Writer.SystematicallyWrong && value == steps[^1].Value) value += 10;
        said.Add(FormattableString.Invariant($"={value}"));
        return Play(problem, writer, said);
    }

    public override Verdict Verify(Problem problem, string answer) => base.Verify(problem, answer.StartsWith('=') ? answer[1..].Trim() : answer);

    /// <summary>The value of one operation, <c>a*b</c>, <c>a+b</c> or <c>a-b</c>; null of what is none.</summary>
    private static BigInteger? Value(string text)
    {
        var at = text.AsSpan(Math.Min(1, text.Length)).IndexOfAny('*', '+', '-') + 1;
        if (at < 1 || !Operand(text[..at], out var left) || !Operand(text[(at + 1)..], out var right)) return null;
        return text[at] switch { '*' => left * right, '+' => left + right, _ => left - right };
    }

    private static bool Operand(string text, out BigInteger value)
    {
        value = 0;
        return text.Length is > 0 and <= LongestOperand && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Products first, from left to right; then sums.</summary>
    private static List<(string Asked, BigInteger Value)> Steps(string expression)
    {
        var steps = new List<(string, BigInteger)>();
        var sums = expression.Split('+').Select(product => Fold(product.Split('*'), '*', steps)).ToArray();
        Fold(sums, '+', steps);
        return steps;
    }

    private static List<(string Asked, BigInteger Value)> LeftToRight(string expression)
    {
        var steps = new List<(string, BigInteger)>();
        var (numbers, signs) = (expression.Split('*', '+'), expression.Where(c => c is '*' or '+').ToArray());
        var total = numbers[0];
        for (var i = 0; i < signs.Length; i++) total = Fold([total, numbers[i + 1]], signs[i], steps);
        return steps;
    }

    private static string Fold(string[] terms, char sign, List<(string, BigInteger)> steps)
    {
        var total = terms[0];
        foreach (var term in terms.Skip(1))
        {
            var asked = total + sign + term;
            var value = Value(asked)!.Value;
            steps.Add((asked, value));
            total = value.ToString(CultureInfo.InvariantCulture);
        }

        return total;
    }

    private sealed class Desk(Problem problem) : IEpisode
    {
        public ValueTask<EpisodeReply> StepAsync(string said, CancellationToken cancellationToken)
        {
            if (said.StartsWith('=')) return new(said[1..].Trim() == problem.Answer ? EpisodeReply.Solved() : EpisodeReply.Failed("wrong answer"));
            return new(Value(said) is { } value ? EpisodeReply.Next(value.ToString(CultureInfo.InvariantCulture)) : EpisodeReply.Next("error", Malformed));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
