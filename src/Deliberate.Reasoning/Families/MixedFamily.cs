using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>One of the families of a <see cref="MixedFamily"/>.</summary>
/// <param name="Family">The family itself.</param>
/// <param name="Levels">Its levels, in equal shares.</param>
/// <param name="Writers">The mixture that its part of a corpus comes from.</param>
/// <param name="Share">Its problems in one turn of the cycle.</param>
internal sealed record FamilyPart(ITaskFamily Family, IReadOnlyList<int> Levels, CorpusMixture Writers, int Share = 1);

/// <summary>
/// Several families as one, so that one model can learn all of them. Problem number i is of the part whose turn it is: parts
/// take turns in a fixed cycle, each as often as its share and as evenly spread as that allows, and so do the levels of a part.
/// Any stretch of indices as long as the cycle therefore has the exact shares. A problem is its part's own: it names that
/// family, which writes, verifies and checks it.
/// </summary>
internal sealed class MixedFamily : ITaskFamily
{
    /// <summary>The only level: what is easy or hard is said part by part.</summary>
    public const int Level = 1;

    private readonly FamilyPart[] _parts;
    private readonly FamilyPart[] _cycle;
    private readonly int[] _turn;

    public MixedFamily(string name, IReadOnlyList<FamilyPart> parts)
    {
        if (parts.Count == 0 || parts.Any(p => p.Share < 1 || p.Levels.Count == 0)) throw new ArgumentException("Parts with a share and levels.", nameof(parts));
        if (parts.DistinctBy(p => p.Family.Name).Count() < parts.Count) throw new ArgumentException("A family is named twice.", nameof(parts));
        Name = name;
        _parts = [.. parts];
        (_cycle, _turn) = Cycle(_parts);
    }

    public string Name { get; }

    public string Description => string.Create(CultureInfo.InvariantCulture, $"{_parts.Length} families in turn: {string.Join(", ", _parts.Select(p => p.Family.Name))}.");

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(Level, "as mixed")];

    public IReadOnlyList<string> Alphabet => [.. _parts.SelectMany(p => p.Family.Alphabet).Distinct()];

    /// <summary>Of no part in particular; see <see cref="WritersOf"/>.</summary>
    public CorpusMixture DefaultMixture => CorpusMixture.CarefulOnly;

    /// <summary>The mixture of writers of the family that a problem is of.</summary>
    public CorpusMixture WritersOf(Problem problem) => Of(problem).Writers;

    /// <summary>Its parts' families, in the recipe's order.</summary>
    public IEnumerable<ITaskFamily> Families => _parts.Select(p => p.Family);

    /// <summary>The family that a problem is of.</summary>
    public ITaskFamily FamilyOf(Problem problem) => Of(problem).Family;

    public Problem Generate(Split split, int level, ulong seed, long index)
    {
        var place = (int)(index % _cycle.Length);
        var part = _cycle[place];
        // How many problems of this part came before, so that its levels take turns too.
        var earlier = (index / _cycle.Length * part.Share) + _turn[place];
        return part.Family.Generate(split, part.Levels[(int)(earlier % part.Levels.Count)], seed, index);
    }

    public Verdict Verify(Problem problem, string answer) => Of(problem).Family.Verify(problem, answer);

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps) => Of(problem).Family.CheckSteps(problem, steps);

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) => Of(problem).Family.Conclusion(problem, steps);

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random) => Of(problem).Family.Write(problem, writer, ref random);

    private FamilyPart Of(Problem problem)
    {
        foreach (var part in _parts)
            if (part.Family.Name == problem.Family) return part;
        throw new ArgumentException($"{Name} has no part {problem.Family}.", nameof(problem));
    }

    /// <summary>Smooth weighted turns: who is furthest behind its share comes next, the earlier part of equals.</summary>
    private static (FamilyPart[] Cycle, int[] Turn) Cycle(FamilyPart[] parts)
    {
        var length = parts.Sum(p => p.Share);
        var cycle = new FamilyPart[length];
        var turn = new int[length];
        var credit = new int[parts.Length];
        var taken = new int[parts.Length];
        for (var place = 0; place < length; place++)
        {
            var next = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                credit[i] += parts[i].Share;
                if (credit[i] > credit[next]) next = i;
            }

            credit[next] -= length;
            (cycle[place], turn[place]) = (parts[next], taken[next]++);
        }

        return (cycle, turn);
    }
}
