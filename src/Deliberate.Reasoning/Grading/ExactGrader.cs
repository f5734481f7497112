namespace Deliberate.Reasoning;

/// <summary>The same text, but for case, runs of spaces, and spaces and a full stop at the end.</summary>
internal sealed class ExactGrader : IAnswerGrader
{
    public string Name => "exact";

    public string Description => "the same text, whatever its case and spacing";

    public AnswerMatch Compare(string reference, string answer) =>
        string.Equals(Normalise(reference), Normalise(answer), StringComparison.OrdinalIgnoreCase) ? AnswerMatch.Equal : AnswerMatch.Different;

    public string? Objection(string reference) => Normalise(reference).Length == 0 ? "It is empty." : null;

    internal static string Normalise(string text)
    {
        var squeezed = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return squeezed.Length > 1 ? squeezed.TrimEnd('.').TrimEnd() : squeezed;
    }
}
