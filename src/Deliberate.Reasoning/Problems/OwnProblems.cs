using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Problems of a user's files. Held-out ones are those of their own files, or else the ones that <see cref="ProblemSplit"/> puts
/// aside by their text, one in eight, unless none is to be. A problem that stands twice counts once; one that stands on both sides is left out of
/// training, whatever its case and spacing; the same prompt with two answers is a mistake; one whose reference its grader cannot read is left out, and too many
/// of them are refused. Problems are drawn in passes over all of them, each in an order of its own.
/// </summary>
internal sealed class OwnProblems : IProblemSource
{
    private readonly Dictionary<(Split Split, int? Level), Problem[]> _problems = [];
    private readonly Lock _lock = new();
    private readonly List<(string File, int Line)> _places;
    private readonly Problem? _firstTakenOut;
    private ((Split, int?, ulong, long) Key, int[] Order)? _pass;

    private OwnProblems(string name, List<Problem> problems, List<(string File, int Line)> places, Problem? firstTakenOut)
    {
        (Name, _places, _firstTakenOut) = (name, places, firstTakenOut);
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
    public int Duplicates { get; private init; }

    /// <summary>Problems of the training files that are held out, and so were left out of training.</summary>
    public int Leaked { get; private init; }

    /// <summary>Problems whose file has a worked solution, of which the marked answer was taken.</summary>
    public int TakenOut { get; private init; }

    /// <summary>Lines left out because their grader cannot read the reference.</summary>
    public IReadOnlyList<UserError> Unreadable { get; private init; } = [];

    /// <summary>What was left out or changed of what the files hold, a sentence each.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            if (Duplicates > 0) yield return $"{Duplicates} line{(Duplicates == 1 ? " repeats a problem and was" : "s repeat problems and were")} left out.";
            if (Leaked > 0) yield return $"{Leaked} problem{(Leaked == 1 ? "" : "s")} to train on {(Leaked == 1 ? "is" : "are")} held out as well, and {(Leaked == 1 ? "was" : "were")} left out of training.";
            if (_firstTakenOut is { } first) yield return $"{TakenOut} reference{(TakenOut == 1 ? " is a worked solution" : "s are worked solutions")}: the answer that {(TakenOut == 1 ? "it marks" : "they mark")} was taken out, as \"{first.Answer}\" in line {PlaceOf(first).Line} of {Path.GetFileName(PlaceOf(first).File)}.";
            if (Unreadable.Count > 0) yield return $"{Unreadable.Count} problem{(Unreadable.Count == 1 ? " was" : "s were")} left out because the grader cannot read the reference. The first: {Unreadable[0].Message}";
        }
    }

    /// <summary>A file of which all problems are held out: nothing is trained on.</summary>
    /// <inheritdoc cref="Load"/>
    public static OwnProblems LoadHeldOut(string name, string file, IAnswerGrader? grader, double mostUnreadable = UnreadableReferences.UsualShare)
    {
        var problems = Read(name, [], [file], grader, mostUnreadable, shape: null);
        return problems.Count(Split.Test, null) > 0 ? problems : throw new UserError("No problem is left: the grader cannot read the reference of any.", file, advice: "Name another grader, or mend the references.");
    }

    /// <param name="name">Of the set, in records.</param>
    /// <param name="train">Files to train on.</param>
    /// <param name="test">Files of held-out problems; none to hold out by text.</param>
    /// <param name="grader">Of lines that name none; null where a verifier of the user's decides.</param>
    /// <param name="mostUnreadable">Share of a file's references that its grader may be unable to read.</param>
    /// <param name="shape">Which column is which field; null for lines as they are.</param>
    /// <param name="holdsOut">Whether problems are held out by their text where no file of held-out ones is named.</param>
    /// <exception cref="UserError">A line is not a problem, too many references cannot be read, or nothing is left to train on.</exception>
    public static OwnProblems Load(string name, IReadOnlyList<string> train, IReadOnlyList<string> test, IAnswerGrader? grader, double mostUnreadable = UnreadableReferences.UsualShare, ProblemShape? shape = null, bool holdsOut = true)
    {
        var problems = Read(name, train, test, grader, mostUnreadable, shape, holdsOut);
        return problems.Count(Split.Train, null) > 0 ? problems : throw new UserError($"No problem is left to train on: all of them are held out{(problems.Unreadable.Count > 0 ? ", or left out because the grader cannot read the reference" : "")}.", train[0], advice: "Add problems.");
    }

    private static OwnProblems Read(string name, IReadOnlyList<string> train, IReadOnlyList<string> test, IAnswerGrader? grader, double mostUnreadable, ProblemShape? shape, bool holdsOut = true)
    {
        var known = new Dictionary<string, (ProblemLine Line, Split Split)>(StringComparer.Ordinal);
        var heldOut = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        var places = new List<(string File, int Line)>();
        var unreadable = new List<UserError>();
        Problem? firstTakenOut = null;
        int duplicates = 0, leaked = 0, takenOut = 0;
        foreach (var (split, file) in test.Select(f => (Split: (Split?)Split.Test, f)).Concat(train.Select(f => (test.Count > 0 || !holdsOut ? (Split?)Split.Train : null, f))))
        {
            var lines = 0;
            var before = unreadable.Count;
            foreach (var line in ProblemFile.Read(file, grader, shape: shape))
            {
                lines++;
                var text = line.Prompt.Trim();
                if (known.TryGetValue(text, out var first))
                {
                    if (first.Line.Answer != line.Answer) throw new UserError($"The same prompt has the answer \"{first.Line.Answer}\" in {Place(first.Line, line.File)}, and \"{line.Answer}\" here.", line.File, line.Line, field: OwnProblem.Answer, advice: "Keep the right one.");
                    if (split == Split.Train && first.Split == Split.Test) leaked++;
                    else duplicates++;
                    continue;
                }

                // Two prompts that differ in case or spacing alone may be two problems ("How many capitals has HELLO?"), but not on two sides.
                if (split == Split.Train && heldOut.Contains(line.Canonical))
                {
                    leaked++;
                    continue;
                }

                if (line.Unreadable is { } error)
                {
                    unreadable.Add(error);
                    continue;
                }

                var side = split ?? ProblemSplit.Of(line.Canonical);
                known[text] = (line, side);
                if (side == Split.Test) heldOut.Add(line.Canonical);
                places.Add((line.File, line.Line));
                problems.Add(new Problem(name, line.Level, side, problems.Count, line.Prompt, line.Json, line.Canonical, line.Answer));
                if (!line.IsTakenOut) continue;
                firstTakenOut ??= problems[^1];
                takenOut++;
            }

            UnreadableReferences.Check(file, lines, unreadable[before..], mostUnreadable);
            if (lines == 0) throw new UserError("The file holds no problem.", file, advice: "Each line is an object such as {\"prompt\": \"What is 2+3?\", \"answer\": \"5\"}.");
        }

        return new OwnProblems(name, problems, places, firstTakenOut) { Duplicates = duplicates, Leaked = leaked, TakenOut = takenOut, Unreadable = unreadable };
    }

    public int? Count(Split split, int? level) => _problems.GetValueOrDefault((split, level))?.Length ?? 0;

    /// <summary>All of a side, in the order of the files.</summary>
    public IReadOnlyList<Problem> All(Split split) => _problems[(split, null)];

    /// <summary>All of a side, so that one that cannot be asked is known before the run.</summary>
    public IEnumerable<Problem> Probe(Split split, IEnumerable<int> levels, ulong seed, int count) => All(split);

    public (string File, int Line) PlaceOf(Problem problem) => _places[(int)problem.Index];

    (string File, int Line)? IProblemSource.PlaceOf(Problem problem) => PlaceOf(problem);

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
