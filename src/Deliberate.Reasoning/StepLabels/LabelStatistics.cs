using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>What a part of a file of labels holds: a row of table 3 of "Let's Verify Step by Step".</summary>
internal sealed class LabelTally
{
    private int _rightEnds;
    private readonly ItemValues<int> _steps = new(), _ends = new();

    public int Solutions { get; private set; }

    /// <summary>Rated candidates, alternatives included.</summary>
    public int Labels { get; private set; }

    public int Negative { get; private set; }

    public int Neutral { get; private set; }

    public int Positive { get; private set; }

    public int Flagged { get; private set; }

    /// <summary>Steps that labellers wrote.</summary>
    public int Human { get; private set; }

    /// <summary>Milliseconds, where they were taken.</summary>
    public double Time { get; private set; }

    public SortedDictionary<LabelFinish, int> Finishes { get; } = [];

    /// <summary>Share of solutions that end in the right answer.</summary>
    public Estimate RightEnds => ShareMetric.Of(_ends);

    /// <summary>Share of labels that say right, the solution's labels hanging together.</summary>
    public Estimate RightSteps => ShareMetric.Of(_steps);

    public void Add(LabelledSolution solution)
    {
        var number = Solutions++;
        Finishes[solution.Finish] = Finishes.GetValueOrDefault(solution.Finish) + 1;
        if (solution.Finish == LabelFinish.Solution) _rightEnds++;
        _ends.Add(number, solution.Finish == LabelFinish.Solution ? 1 : 0);
        Time += solution.TotalTime ?? 0;
        foreach (var step in solution.Steps)
        {
            if (step.Human is not null) Human++;
            foreach (var completion in step.Completions)
            {
                if (completion.Flagged == true) Flagged++;
                if (completion.Rating is not { } rating) continue;
                Labels++;
                if (rating < 0) Negative++;
                else if (rating == 0) Neutral++;
                else Positive++;
                _steps.Add(number, rating > 0 ? 1 : 0);
            }
        }
    }
}

/// <summary>Statistics of labelled solutions by phase, and the lines that repeat or contradict each other.</summary>
internal sealed class LabelStatistics
{
    private const int MostShown = 20;

    private readonly Dictionary<UInt128, int> _seen = [];
    private readonly Dictionary<UInt128, (int Rating, int Line)> _ratings = [];

    public LabelTally PhaseOne { get; } = new();

    public LabelTally PhaseTwo { get; } = new();

    public LabelTally All { get; } = new();

    public HashSet<string> Labellers { get; } = new(StringComparer.Ordinal);

    public int Duplicates { get; private set; }

    public int Contradictions { get; private set; }

    /// <summary>The first of them, in words.</summary>
    public List<string> Found { get; } = [];

    public void Add(int line, LabelledSolution solution)
    {
        (solution.IsPhaseOne ? PhaseOne : PhaseTwo).Add(solution);
        All.Add(solution);
        Labellers.Add(solution.Labeler);
        using var buffer = new MemoryStream();
        Prm800kFile.Write(buffer, solution with { Timestamp = "", TotalTime = null });
        if (!_seen.TryAdd(Hash(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)), line))
        {
            Duplicates++;
            Note($"line {line} repeats line {_seen[Hash(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))]}: the same solution with the same labels of the same labeller");
            return;
        }

        Contradict(line, solution);
    }

    /// <summary>The same step behind the same steps of the same problem, rated differently.</summary>
    private void Contradict(int line, LabelledSolution solution)
    {
        var before = Hash(Encoding.UTF8.GetBytes(solution.Question.Problem));
        for (var i = 0; i < solution.Steps.Count; i++)
        {
            foreach (var completion in solution.Steps[i].Completions)
            {
                if (completion.Rating is not { } rating) continue;
                var key = Next(before, completion.Text);
                if (!_ratings.TryGetValue(key, out var known)) _ratings[key] = (rating, line);
                else if (known.Rating != rating)
                {
                    Contradictions++;
                    Note($"step {i} of line {line} is rated {rating}, and {known.Rating} in line {known.Line}");
                }
            }

            before = Next(before, solution.Steps[i].Text ?? "");
        }
    }

    private void Note(string found)
    {
        if (Found.Count < MostShown) Found.Add(found);
    }

    private static UInt128 Next(UInt128 before, string text)
    {
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(text)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, before);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(16));
        return Hash(bytes);
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
