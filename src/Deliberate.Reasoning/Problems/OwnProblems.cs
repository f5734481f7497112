using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Problems of a user's files. Held-out ones are those of their own files, or else the ones that <see cref="ProblemSplit"/> puts
/// aside by their text, one in eight. A problem that stands twice counts once; one that stands on both sides is left out of
/// training; the same prompt with two answers is a mistake. Problems are drawn in passes over all of them, each in an order of its own.
/// </summary>
internal sealed class OwnProblems : IProblemSource
{
    private readonly Dictionary<(Split Split, int? Level), Problem[]> _problems = [];
    private readonly Lock _lock = new();
    private ((Split, int?, ulong, long) Key, int[] Order)? _pass;

    private readonly List<(string File, int Line)> _places;

    private OwnProblems(string name, List<Problem> problems, List<(string File, int Line)> places, int duplicates, int leaked)
    {
        (Name, _places, Duplicates, Leaked) = (name, places, duplicates, leaked);
        foreach (var split in Enum.GetValues<Split>())
        {
            var side = problems.Where(p => p.Split == split).ToArray();
            _problems[(split, null)] = side;
            foreach (var level in side.GroupBy(p => p.Level)) _problems[(split, level.Key)] = [.. level];
        }

        Levels = [.. problems.Select(p => p.Level).Distinct().Order().Select(l => new DifficultyLevel(l, $"level {l}"))];
    }

    public string Name { get; }

    public IReadOnlyList<DifficultyLevel> Levels { get; }

    /// <summary>Lines that repeated another one.</summary>
    public int Duplicates { get; }

    /// <summary>Problems of the training files that are held out, and so were left out of training.</summary>
    public int Leaked { get; }

    /// <param name="name">Of the set, in records.</param>
    /// <param name="train">Files to train on.</param>
    /// <param name="test">Files of held-out problems; none to hold out by text.</param>
    /// <param name="grader">Of lines that name none; null where a verifier of the user's decides.</param>
    /// <exception cref="UserError">A line is not a problem, or nothing is left to train on.</exception>
    public static OwnProblems Load(string name, IReadOnlyList<string> train, IReadOnlyList<string> test, IAnswerGrader? grader)
    {
        var known = new Dictionary<string, (ProblemLine Line, Split Split)>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        var places = new List<(string File, int Line)>();
        int duplicates = 0, leaked = 0;
        foreach (var (split, file) in test.Select(f => (Split: (Split?)Split.Test, f)).Concat(train.Select(f => (test.Count > 0 ? (Split?)Split.Train : null, f))))
        {
            var lines = 0;
            foreach (var line in ProblemFile.Read(file, grader))
            {
                lines++;
                if (known.TryGetValue(line.Canonical, out var first))
                {
                    if (first.Line.Answer != line.Answer) throw new UserError($"The same prompt has the answer \"{first.Line.Answer}\" in {Place(first.Line, line.File)}, and \"{line.Answer}\" here.", line.File, line.Line, field: OwnProblem.Answer, advice: "Keep the right one.");
                    if (split == Split.Train && first.Split == Split.Test) leaked++;
                    else duplicates++;
                    continue;
                }

                var side = split ?? ProblemSplit.Of(line.Canonical);
                known[line.Canonical] = (line, side);
                places.Add((line.File, line.Line));
                problems.Add(new Problem(name, line.Level, side, problems.Count, line.Prompt, line.Json, line.Canonical, line.Answer));
            }

            if (lines == 0) throw new UserError("The file holds no problem.", file, advice: "Each line is an object such as {\"prompt\": \"What is 2+3?\", \"answer\": \"5\"}.");
        }

        if (!problems.Exists(p => p.Split == Split.Train)) throw new UserError("No problem is left to train on: all of them are held out.", train[0], advice: "Add problems.");
        return new OwnProblems(name, problems, places, duplicates, leaked);
    }

    public int? Count(Split split, int? level) => _problems.GetValueOrDefault((split, level))?.Length ?? 0;

    /// <summary>All of a side, in the order of the files.</summary>
    public IReadOnlyList<Problem> All(Split split) => _problems[(split, null)];

    /// <summary>The line that a problem stands in.</summary>
    public (string File, int Line) PlaceOf(Problem problem) => _places[(int)problem.Index];

    public Problem Draw(Split split, int? level, ulong seed, long index)
    {
        if (_problems.GetValueOrDefault((split, level)) is not { Length: > 0 } all) throw new InvalidOperationException($"There is no {split} problem of level {level}.");
        var (pass, at) = Math.DivRem(index, all.Length);
        return all[Order((split, level, seed, pass), all.Length)[at]];
    }

    private int[] Order((Split Split, int? Level, ulong Seed, long Pass) key, int count)
    {
        lock (_lock)
        {
            if (_pass is { } known && known.Key == key) return known.Order;
            var order = Enumerable.Range(0, count).ToArray();
            // Levels have orders of their own: as many as there are levels, and one for all.
            new RandomStream(key.Seed, key.Split == Split.Train ? StreamStage.TrainProblems : StreamStage.TestProblems, step: key.Pass, problem: key.Level ?? -1).Shuffle(order.AsSpan());
            _pass = (key, order);
            return order;
        }
    }

    private static string Place(ProblemLine line, string besides) => line.File == besides ? $"line {line.Line}" : $"{line.File}:{line.Line}";
}
