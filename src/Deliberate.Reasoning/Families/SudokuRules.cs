namespace Deliberate.Reasoning;

/// <summary>Judges one step of a Sudoku search and lets the search follow it, right or wrong.</summary>
internal static class SudokuRules
{
    public static Verdict Follow(SudokuSearch search, string step)
    {
        if (step is not [var mark and ('=' or '?' or 'x'), .. var next] || !SudokuSearch.IsGrid(next)) return Verdict.Fail($"'{Texts.Quote(step)}' is not a marked grid");
        if (mark == 'x') return FollowBack(search, next);
        var cell = FilledCell(search.Grid, next);
        if (cell < 0)
        {
            search.Accept(next);
            return Verdict.Fail("does not fill one empty cell");
        }

        var value = next[SudokuSearch.Place(cell)];
        var verdict = JudgeFill(search, cell, value, mark);
        if (mark == '?') search.Guess(cell, value);
        else search.Fill(cell, value);
        return verdict;
    }

    private static Verdict JudgeFill(SudokuSearch search, int cell, char value, char mark)
    {
        var at = $"row {(cell / 4) + 1} column {(cell % 4) + 1}";
        if (!SudokuSearch.Fits(search.Grid, cell, value)) return Verdict.Fail($"{value} does not fit at {at}");
        if (search.IsRefuted(cell, value)) return Verdict.Fail($"{value} at {at} was refuted before");
        return mark == '?' || search.Candidates(cell).Count == 1 ? Verdict.Pass() : Verdict.Fail($"{value} is not the only value that fits at {at}");
    }

    private static Verdict FollowBack(SudokuSearch search, string next)
    {
        var verdict = search.BeforeLastGuess is not { } before ? Verdict.Fail("there is no guess to take back")
            : before != next ? Verdict.Fail("not the grid before the last guess")
            : !search.IsDead() ? Verdict.Fail("not a dead end")
            : Verdict.Pass();
        if (search.BeforeLastGuess == next) search.GoBack();
        else search.Accept(next);
        return verdict;
    }

    /// <summary>The one cell in which the grids differ, empty before and full after; -1 where it is not so.</summary>
    private static int FilledCell(string before, string after)
    {
        var found = -1;
        for (var cell = 0; cell < SudokuSearch.Cells; cell++)
        {
            var place = SudokuSearch.Place(cell);
            if (before[place] == after[place]) continue;
            if (found >= 0 || before[place] != '.') return -1;
            found = cell;
        }

        return found;
    }
}
