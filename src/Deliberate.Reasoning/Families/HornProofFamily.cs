using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>How the writers of a <see cref="HornProofFamily"/> err.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="MisleadingShare">Share of the problems with answer no that taking any premise for all of them turns into yes.</param>
/// <param name="SlipRate">Probability that a step of a slip-prone writer uses a rule whose premises do not hold, where there is one.</param>
/// <param name="GiveUpRate">Probability of giving up after each step that is not the last.</param>
internal sealed record HornProofOptions(string Name, double MisleadingShare = 0.75, double SlipRate = 0.15, double GiveUpRate = 0.3);

/// <summary>
/// Does an atom follow from facts and Horn rules? Forward chaining, one rule a step; each step writes what is known by now and
/// the rules not yet used, until the atom is known (yes) or no rule can be used (no):
/// <code>ab;ab&gt;c;ce&gt;d;c&gt;f;f?   &lt;think&gt;abc;ce&gt;d;c&gt;f;f? / abcf;ce&gt;d;f?&lt;/think&gt;yes</code>
/// The level is the number of steps; yes and no are equally frequent, so a right answer by wrong steps is common. The misconception: one premise of
/// a rule is enough. It proves too much, so it is wrong on problems with answer no.
/// </summary>
internal sealed class HornProofFamily(HornProofOptions options) : ITaskFamily
{
    public string Name => options.Name;

    public string Description => "Does an atom follow from facts and Horn rules: forward chaining, one rule a step, answered yes or no.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = Enumerable.Range(2, 4).Select(n => new DifficultyLevel(n, $"{n} rules to use")).ToArray();

    public IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet([.. HornProblem.Atoms.Select(c => c.ToString()), ">", ";", "?", Texts.Yes, Texts.No]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index)
    {
        bool? misleads = null, yes = null;
        return ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
        {
            yes ??= random.NextBool(0.5);
            misleads ??= random.NextBool(options.MisleadingShare);
            var problem = Draw(ref random, level);
            var (proved, steps) = problem.Solve(anyPremise: false);
            if (steps != level || proved != yes) return null;
            if (!proved && problem.Solve(anyPremise: true).Proved != misleads) return null;
            var text = problem.Render();
            return new(Name, level, split, index, text, text, Canonical(text), Texts.YesOrNo(proved));
        });
    }

    public Verdict Verify(Problem problem, string answer) => Texts.VerifyExactly(answer, problem.Answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var state = HornProblem.Parse(problem.State)!;
        for (var i = 0; i < verdicts.Length; i++)
        {
            var next = HornProblem.Parse(steps[i]);
            verdicts[i] = next is null ? Verdict.Fail($"'{Texts.Quote(steps[i])}' is not a state") : Check(state, next);
            state = next ?? state;
        }

        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps)
    {
        if (steps.Count == 0 || HornProblem.Parse(steps[^1]) is not { } last) return null;
        return last.Knows(last.Asked) ? Texts.Yes : last.FirstUsable() < 0 ? Texts.No : null;
    }

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var state = HornProblem.Parse(problem.State)!;
        var steps = new List<string>();
        while (!state.Knows(state.Asked))
        {
            var rule = state.FirstUsable(anyPremise: writer == Writer.SystematicallyWrong);
            if (rule < 0) break;
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(options.GiveUpRate)) return new(writer, steps, Texts.YesOrNo(random.NextBool(0.5)));
            if (writer == Writer.SlipProne && random.NextBool(options.SlipRate) && FirstUnproved(state) is >= 0 and var slip) rule = slip;
            state = state.Use(rule);
            steps.Add(state.Render());
        }

        return new(writer, steps, Texts.YesOrNo(state.Knows(state.Asked)));
    }

    private static HornProblem Draw(ref RandomStream random, int level)
    {
        Span<char> atoms = HornProblem.Atoms.ToCharArray();
        random.Shuffle(atoms);
        var facts = random.Next(2, 4);
        var rules = new HornProblem.Rule[level + 2];
        for (var i = 0; i < rules.Length; i++)
        {
            // The order of the atoms is a hidden depth: premises come before their conclusion, so chains are long and never circular.
            var head = random.Next(facts, atoms.Length);
            int first = random.Next(head), second = random.Next(head);
            rules[i] = new(first == second || random.NextBool(0.35) ? $"{atoms[first]}" : $"{atoms[first]}{atoms[second]}", atoms[head]);
        }

        return new(new string(atoms[..facts]), rules, atoms[random.Next(facts, atoms.Length)]);
    }

    /// <summary>The problem with its atoms named in the order in which they appear.</summary>
    private static string Canonical(string text)
    {
        var order = text.Where(char.IsAsciiLetter).Distinct().ToList();
        return string.Concat(text.Select(c => char.IsAsciiLetter(c) ? (char)('a' + order.IndexOf(c)) : c));
    }

    private static int FirstUnproved(HornProblem state)
    {
        for (var i = 0; i < state.Rules.Count; i++)
        {
            if (!state.Knows(state.Rules[i].Head) && !state.CanUse(state.Rules[i])) return i;
        }

        return -1;
    }

    private static Verdict Check(HornProblem state, HornProblem next)
    {
        var text = next.Render();
        for (var i = 0; i < state.Rules.Count; i++)
        {
            if (state.Use(i).Render() != text) continue;
            var rule = state.Rules[i];
            if (state.Knows(rule.Head)) return Verdict.Fail($"{rule.Head} is known already");
            foreach (var premise in rule.Body)
            {
                if (!state.Knows(premise)) return Verdict.Fail($"{rule} needs {premise}, which is not known");
            }

            return Verdict.Pass();
        }

        return Verdict.Fail("not one rule used");
    }
}
