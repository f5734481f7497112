using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>How the writers of a <see cref="SudokuFamily"/> err.</summary>
/// <param name="Name">The family's name.</param>
/// <param name="MostSteps">Writers who may run in circles stop after this many steps and fill in anything.</param>
/// <param name="SlipRate">Probability that a step of a slip-prone writer fills in a value that does not fit.</param>
/// <param name="GiveUpRate">Probability of giving up after each step that is not the last.</param>
internal sealed record SudokuOptions(string Name, int MostSteps = 40, double SlipRate = 0.08, double GiveUpRate = 0.10);

/// <summary>
/// 4x4 Sudoku with traceback. The writer takes the first empty cell in reading order; each step writes the whole grid behind a
/// mark: <c>=</c> the only value that fits, <c>?</c> a guess among several, <c>x</c> a dead end, back to the grid before the last guess,
/// whose value counts as refuted from then on. The answer is the full grid.
/// <code>1.34|3412|21.3|4321?   &lt;think&gt;=1234|3412|21.3|4321 / =1234|3412|2143|4321&lt;/think&gt;1234|3412|2143|4321</code>
/// The level is the number of empty cells; every problem has one solution. The misconception: only rows count;
/// columns and boxes are forgotten.
/// </summary>
internal sealed class SudokuFamily(SudokuOptions options) : ITaskFamily
{
    public string Name => options.Name;

    public string Description => "4x4 Sudoku with visible guesses and traceback.";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [new(4, "four empty cells"), new(6, "six empty cells"), new(8, "eight empty cells"), new(10, "ten empty cells")];

    public IReadOnlyList<string> Alphabet { get; } = Texts.Alphabet([".", "|", "=", "?", "x"]);

    public CorpusMixture DefaultMixture { get; } = new(Careful: 0.45, SlipProne: 0.25, SystematicallyWrong: 0.20, GivesUpEarly: 0.10);

    public Problem Generate(Split split, int level, ulong seed, long index) => ProblemSplit.Generate(split, level, seed, index, (ref RandomStream random) =>
    {
        var solution = DrawSolution(new string('.', 4) + "|....|....|....", ref random)!;
        Span<int> cells = stackalloc int[SudokuSearch.Cells];
        for (var i = 0; i < cells.Length; i++) cells[i] = i;
        random.Shuffle(cells);
        var grid = solution;
        foreach (var cell in cells[..level]) grid = SudokuSearch.With(grid, cell, '.');
        if (SudokuSearch.CountSolutions(grid, limit: 2) != 1) return null;
        return new(Name, level, split, index, $"{grid}?", grid, Canonical(grid), solution);
    });

    public Verdict Verify(Problem problem, string answer) =>
        SudokuSearch.IsGrid(answer) ? Texts.VerifyExactly(answer, problem.Answer) : Verdict.Fail("not a grid");

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
    {
        var verdicts = new Verdict[steps.Count];
        var search = new SudokuSearch(problem.State);
        for (var i = 0; i < verdicts.Length; i++) verdicts[i] = SudokuRules.Follow(search, steps[i]);
        return verdicts;
    }

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) =>
        steps.Count > 0 && steps[^1] is ['=' or '?', .. var grid] && SudokuSearch.IsGrid(grid) && !grid.Contains('.', StringComparison.Ordinal) ? grid : null;

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random)
    {
        var rowsOnly = writer == Writer.SystematicallyWrong;
        var search = new SudokuSearch(problem.State);
        var steps = new List<string>();
        while (!search.IsFull)
        {
            if (writer == Writer.GivesUpEarly && steps.Count > 0 && random.NextBool(options.GiveUpRate)) break;
            if (writer is Writer.SlipProne or Writer.SystematicallyWrong && steps.Count >= options.MostSteps) break;
            var cell = SudokuSearch.FirstEmpty(search.Grid);
            var candidates = search.Candidates(cell, rowsOnly);
            if (writer == Writer.SlipProne && random.NextBool(options.SlipRate))
            {
                // What does not fit is taken for the only value that does.
                var others = "1234".Where(v => !SudokuSearch.Fits(search.Grid, cell, v)).ToArray();
                if (others.Length > 0) candidates = [random.Pick<char>(others)];
            }

            if (candidates.Count == 0)
            {
                if (!search.HasOpenGuess) break;
                search.GoBack();
                steps.Add($"x{search.Grid}");
            }
            else if (candidates.Count == 1)
            {
                search.Fill(cell, candidates[0]);
                steps.Add($"={search.Grid}");
            }
            else
            {
                search.Guess(cell, candidates[random.Next(candidates.Count)]);
                steps.Add($"?{search.Grid}");
            }
        }

        return new(writer, steps, FillIn(search.Grid, ref random));
    }

    /// <summary>A solution of the grid, values tried in random order.</summary>
    private static string? DrawSolution(string grid, ref RandomStream random)
    {
        var cell = SudokuSearch.FirstEmpty(grid);
        if (cell < 0) return grid;
        Span<char> values = ['1', '2', '3', '4'];
        random.Shuffle(values);
        foreach (var value in values)
        {
            if (SudokuSearch.Fits(grid, cell, value) && DrawSolution(SudokuSearch.With(grid, cell, value), ref random) is { } solution) return solution;
        }

        return null;
    }

    /// <summary>The grid with its values named in the order in which they appear.</summary>
    private static string Canonical(string grid)
    {
        var order = grid.Where(char.IsAsciiDigit).Distinct().ToList();
        return string.Concat(grid.Select(c => char.IsAsciiDigit(c) ? (char)('1' + order.IndexOf(c)) : c));
    }

    /// <summary>What who gives up says: anything in the empty cells.</summary>
    private static string FillIn(string grid, ref RandomStream random)
    {
        for (var cell = SudokuSearch.FirstEmpty(grid); cell >= 0; cell = SudokuSearch.FirstEmpty(grid)) grid = SudokuSearch.With(grid, cell, random.Pick<char>("1234"));
        return grid;
    }
}
