namespace Deliberate.Evaluation;

/// <summary>Rows of published tables, in short.</summary>
internal static class Card
{
    public const string O1 = "o1 system card (arXiv 2412.16720)";

    public static IEnumerable<PublishedFigure> Rows(string metric, string source, params (string Model, double Value)[] rows) => rows.Select(r => new PublishedFigure(metric, r.Model, r.Value, source));

    /// <summary>The four models of most of the card's tables.</summary>
    public static IEnumerable<PublishedFigure> Four(string metric, string source, double gpt4o, double o1, double preview, double mini) =>
        Rows(metric, source, ("GPT-4o", gpt4o), ("o1", o1), ("o1-preview", preview), ("o1-mini", mini));
}
