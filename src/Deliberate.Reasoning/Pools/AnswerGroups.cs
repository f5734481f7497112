namespace Deliberate.Reasoning;

/// <summary>Tells the different answers to a problem apart, however each is written: two are the same where the grader says so.</summary>
internal sealed class AnswerGroups(IAnswerGrader grader, string reference)
{
    private readonly List<string> _others = [];

    /// <summary>0 for a right answer, from 1 for others in the order in which they came, -1 for none.</summary>
    public int Of(string? answer)
    {
        if (answer is null) return -1;
        if (grader.Compare(reference, answer) == AnswerMatch.Equal) return 0;
        for (var i = 0; i < _others.Count; i++)
            if (_others[i] == answer || grader.Compare(_others[i], answer) == AnswerMatch.Equal) return i + 1;
        _others.Add(answer);
        return _others.Count;
    }
}
