namespace Deliberate.Reasoning;

/// <summary>
/// A search in a 4x4 Sudoku: the grid (16 cells, '.' where empty, rows joined by '|', as text of 19 characters), the guesses
/// that are open, and the values already refuted in a given grid. Writer and checker both walk on it.
/// </summary>
internal sealed class SudokuSearch(string grid)
{
    public const int Cells = 16, TextLength = 19;

    private readonly Stack<(string Before, int Cell, char Value)> _guesses = new();
    private readonly HashSet<(string Before, int Cell, char Value)> _refuted = [];

    public string Grid { get; private set; } = grid;

    public bool HasOpenGuess => _guesses.Count > 0;

    public bool IsFull => !Grid.Contains('.', StringComparison.Ordinal);

    /// <summary>The grid to which going back would return; null without an open guess.</summary>
    public string? BeforeLastGuess => _guesses.TryPeek(out var guess) ? guess.Before : null;

    /// <summary>Whether a text is a grid of four rows of four.</summary>
    public static bool IsGrid(string text)
    {
        if (text.Length != TextLength) return false;
        for (var i = 0; i < TextLength; i++)
        {
            if (i % 5 == 4 ? text[i] != '|' : text[i] is not ('.' or >= '1' and <= '4')) return false;
        }

        return true;
    }

    /// <summary>The place in the text of cell 0..15.</summary>
    public static int Place(int cell) => cell + (cell / 4);

    /// <summary>Whether a value in a cell meets no equal one in its row and, unless these are ignored, its column and box.</summary>
    public static bool Fits(string grid, int cell, char value, bool rowsOnly = false)
    {
        for (var other = 0; other < Cells; other++)
        {
            if (other == cell || grid[Place(other)] != value) continue;
            var sameBox = other / 8 == cell / 8 && other % 4 / 2 == cell % 4 / 2;
            if (other / 4 == cell / 4 || (!rowsOnly && (other % 4 == cell % 4 || sameBox))) return false;
        }

        return true;
    }

    public static string With(string grid, int cell, char value) => string.Concat(grid.AsSpan(0, Place(cell)), [value], grid.AsSpan(Place(cell) + 1));

    /// <summary>The first empty cell in reading order; -1 where none is.</summary>
    public static int FirstEmpty(string grid)
    {
        for (var cell = 0; cell < Cells; cell++)
        {
            if (grid[Place(cell)] == '.') return cell;
        }

        return -1;
    }

    /// <summary>How many solutions a grid has, counted up to a limit.</summary>
    public static int CountSolutions(string grid, int limit)
    {
        var cell = FirstEmpty(grid);
        if (cell < 0) return 1;
        var count = 0;
        for (var value = '1'; value <= '4' && count < limit; value++)
        {
            if (Fits(grid, cell, value)) count += CountSolutions(With(grid, cell, value), limit - count);
        }

        return count;
    }

    /// <summary>The values that fit an empty cell and have not been refuted there.</summary>
    public List<char> Candidates(int cell, bool rowsOnly = false)
    {
        var candidates = new List<char>(4);
        for (var value = '1'; value <= '4'; value++)
        {
            if (Fits(Grid, cell, value, rowsOnly) && !IsRefuted(cell, value)) candidates.Add(value);
        }

        return candidates;
    }

    public bool IsRefuted(int cell, char value) => _refuted.Contains((Grid, cell, value));

    /// <summary>Whether some empty cell has no candidate.</summary>
    public bool IsDead()
    {
        for (var cell = 0; cell < Cells; cell++)
        {
            if (Grid[Place(cell)] == '.' && Candidates(cell).Count == 0) return true;
        }

        return false;
    }

    public void Fill(int cell, char value) => Grid = With(Grid, cell, value);

    public void Guess(int cell, char value)
    {
        _guesses.Push((Grid, cell, value));
        Fill(cell, value);
    }

    /// <summary>Takes the last guess back and marks it as refuted.</summary>
    public void GoBack()
    {
        var guess = _guesses.Pop();
        _refuted.Add(guess);
        Grid = guess.Before;
    }

    /// <summary>Goes on from a grid that came about in some other, wrong, way.</summary>
    public void Accept(string grid) => Grid = grid;
}
