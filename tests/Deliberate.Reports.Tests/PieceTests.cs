using System.Text.RegularExpressions;
using System.Xml.Linq;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Reports.Tests;

/// <summary>Pieces by themselves, as pages that are made elsewhere hold them: the same markup as in a report, and one style sheet for both.</summary>
public sealed partial class PieceTests
{
    private static readonly Problem Question = new("arithmetic", 3, Split.Test, 7, "(3+4)*2=?", "(3+4)*2", "(3+4)*2", "14");

    [Fact]
    public void A_piece_is_the_same_by_itself_and_in_a_page()
    {
        var report = SampleReport.Build();
        var page = ReportPage.Render(report);
        var pieces = Pieces(report).ToArray();
        pieces.Length.ShouldBeGreaterThan(10);
        foreach (var piece in pieces)
        {
            page.ShouldContain(piece);
            XElement.Parse($"<div>{piece}</div>").HasElements.ShouldBeTrue();
        }
    }

    [Fact]
    public void The_sheet_of_the_pieces_knows_every_class_they_use_and_lays_out_no_page()
    {
        var used = Pieces(SampleReport.Build()).Append(TranscriptBlock.Html(Judged("14", Verdict.Pass(0.5) with { Scores = [new Score("brevity", 0.25, "short", "14")] }, extra: "a message before")))
            .SelectMany(piece => XElement.Parse($"<div>{piece}</div>").DescendantsAndSelf()).Where(e => e.Name.LocalName is not ("svg" or "g" or "path" or "text" or "line" or "rect" or "circle"))
            .SelectMany(e => (e.Attribute("class")?.Value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        used.Count.ShouldBeGreaterThan(25);
        used.Where(name => !ReportStyle.Pieces.Contains("." + name, StringComparison.Ordinal)).ShouldBeEmpty();
        Rule().Matches(ReportStyle.Pieces).Select(m => m.Groups["selector"].Value).ShouldNotContain(s => s.StartsWith("main", StringComparison.Ordinal) || s.StartsWith("nav", StringComparison.Ordinal) || s.StartsWith("header", StringComparison.Ordinal) || s.StartsWith("footer", StringComparison.Ordinal));
        ReportStyle.Sheet.ShouldStartWith(ReportStyle.Pieces);
    }

    [Fact]
    public void A_sample_shows_what_was_asked_the_thought_apart_from_the_answer_and_what_was_found()
    {
        var html = TranscriptBlock.Html(Judged("The answer is 14.", Verdict.Pass(0.5) with { Scores = [new Score("brevity", 0.25, "short enough", "14.")] }));
        html.ShouldContain("<p>(3+4)*2=?</p>");
        html.ShouldContain("Expected: <code>14</code>");
        html.ShouldContain("<code>7*2</code>");
        html.ShouldContain("<p class=\"reply\">The answer is 14.</p>");
        html.ShouldContain("<span class=\"spoken\">Right answer: </span><span class=\"said\"><code>14</code>");
        html.ShouldContain("<dt>score</dt>\n<dd>0.500</dd>");
        html.ShouldContain("<dt>brevity</dt>\n<dd>0.250 <span class=\"note\">short enough</span> <q>14.</q></dd>");
        html.ShouldContain("9 tokens");
        html.ShouldNotContain("class=\"role\"");
    }

    [Fact]
    public void What_is_the_answer_and_nothing_else_is_said_once() => TranscriptBlock.Html(Judged("14", Verdict.Pass())).ShouldNotContain("class=\"reply\"");

    [Fact]
    public void Who_speaks_is_said_where_there_are_several()
    {
        var html = TranscriptBlock.Html(Judged("14", Verdict.Pass(), extra: "Answer <briefly>."));
        html.ShouldContain("<p class=\"role\">system</p>\n<p>Answer &lt;briefly&gt;.</p>\n<p class=\"role\">user</p>");
    }

    [Theory]
    [InlineData(SampleOutcome.Pass, "is-right", "Right answer: ")]
    [InlineData(SampleOutcome.Fail, "is-wrong", "Wrong answer: ")]
    [InlineData(SampleOutcome.CutWhileThinking, "is-wrong", "Nothing that could be judged: ")]
    [InlineData(SampleOutcome.Unscored, "is-wrong", "Nothing that could be judged: ")]
    [InlineData(SampleOutcome.HarnessError, "is-unchecked", "Not judged: ")]
    [InlineData(SampleOutcome.JudgeRefused, "is-unchecked", "Not judged: ")]
    public void No_error_counts_as_an_answer(SampleOutcome outcome, string kind, string spoken)
    {
        var html = TranscriptBlock.Html(Judged("14", Verdict.Of(outcome, 0, "why")));
        html.ShouldContain($"class=\"attempt {kind}\"");
        html.ShouldContain(spoken);
        html.Contains("<span class=\"reason\">why</span>", StringComparison.Ordinal).ShouldBe(outcome != SampleOutcome.Pass);
    }

    [Fact]
    public void A_model_that_writes_no_thought_is_shown_by_its_reply()
    {
        string Shown(string completion) => SampleBlock(Transcript.Of("after", new ScoredSample(new Sample { Problem = Question, Attempt = 0, Completion = completion, Answer = "14" }, Verdict.Of(SampleOutcome.Pass, 1, ""))));
        var reply = Shown("7 times 2 is 14");
        reply.ShouldContain("<p class=\"reply\">7 times 2 is 14");
        reply.ShouldNotContain("No thought.");
        var bare = Shown("14");
        bare.ShouldContain("No thought.");
        bare.ShouldNotContain("class=\"reply\"");
    }

    private static string SampleBlock(Transcript attempt) => TranscriptBlock.Html(new TranscriptPair("?", "14", attempt, attempt));

    private static IEnumerable<string> Pieces(ReportModel report)
    {
        yield return KeyNumberCards.Html(report.KeyNumbers);
        foreach (var chapter in report.Chapters)
        {
            if (chapter.Findings.Count > 0) yield return FindingList.Html(chapter.Findings);
            foreach (var figure in chapter.Figures) yield return FigureBlock.Html(figure);
            foreach (var table in chapter.Tables) yield return TableBlock.Html(table);
            foreach (var pair in chapter.Transcripts) yield return TranscriptBlock.Html(pair);
        }
    }

    private static SampleTranscript Judged(string reply, Verdict verdict, string extra = "")
    {
        var sample = new Sample { Problem = Question, Attempt = 0, Completion = $"<think>\n(3+4)*2\n7*2\n</think>\n{reply}", Answer = "14", CompletionTokens = 12, ThoughtTokens = 9 };
        var one = SampleTranscript.Of("step 10", new ScoredSample(sample, verdict));
        return extra.Length == 0 ? one : one with { Messages = [new ChatMessage("system", extra), .. one.Messages] };
    }

    [GeneratedRegex(@"(?<=^|\})\s*(?<selector>[^{}@]+)\{", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Rule();
}
