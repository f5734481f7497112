namespace Deliberate.Reports;

/// <summary>
/// What was asked, and below it one attempt or two side by side, one above the other on a phone: the thought apart from the answer,
/// then what was found of it.
/// </summary>
internal static class TranscriptBlock
{
    private const int ProblemCap = 2000, MessageCap = 20_000, ExpectedCap = 600;

    public static void Render(HtmlBuilder html, TranscriptPair pair)
    {
        html.Open("article", "pair").Open("div", "problem").Element("p", pair.Problem, cap: ProblemCap);
        RenderExpected(html, pair.Expected);
        html.Close("div").Open("div", "attempts");
        AttemptBlock.Render(html, pair.Before);
        AttemptBlock.Render(html, pair.After);
        html.Close("div").Close("article");
    }

    public static void Render(HtmlBuilder html, SampleTranscript sample)
    {
        html.Open("article", "pair").Open("div", "problem");
        // A problem is one message; who speaks is said where there are several.
        var isConversation = sample.Messages.Count > 1;
        foreach (var message in sample.Messages)
        {
            if (isConversation) html.Element("p", message.Role, "role", 40);
            if (message.Thinking is { Length: > 0 } thinking) html.Open("details").Element("summary", "Thought").Element("p", thinking, cap: MessageCap).Close("details");
            html.Element("p", message.Content, cap: MessageCap);
        }

        RenderExpected(html, sample.Expected);
        html.Close("div").Open("div", "attempts one");
        AttemptBlock.Render(html, sample.Attempt);
        html.Close("div").Close("article");
    }

    /// <summary>For a page that is made elsewhere, with <see cref="ReportStyle.Pieces"/>.</summary>
    public static string Html(TranscriptPair pair) => HtmlBuilder.Of(html => Render(html, pair));

    /// <inheritdoc cref="Html(TranscriptPair)"/>
    public static string Html(SampleTranscript sample) => HtmlBuilder.Of(html => Render(html, sample));

    private static void RenderExpected(HtmlBuilder html, string expected)
    {
        if (expected.Length > 0) html.Open("p", "expected").Raw("Expected: <code>").Text(expected, ExpectedCap).Raw("</code>").Close("p");
    }
}
