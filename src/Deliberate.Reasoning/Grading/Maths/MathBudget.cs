namespace Deliberate.Reasoning;

/// <summary>
/// Work that one comparison may cost, counted in nodes evaluated (an operation on long numbers counts for more): what bounds the
/// time of a grader, whatever a text nests sums, integrals and lists into.
/// </summary>
internal sealed class MathBudget(int work = MathBudget.Usual)
{
    /// <summary>Some tenths of a second.</summary>
    public const int Usual = 1_000_000;

    private int _left = work;

    /// <summary>Whether there was so much left.</summary>
    public bool Take(int work = 1)
    {
        _left -= work;
        if (_left >= 0) return true;
        _left = 0;
        return false;
    }
}
