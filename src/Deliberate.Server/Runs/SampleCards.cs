using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Reports;
using Deliberate.Training;
using Microsoft.AspNetCore.Components;

namespace Deliberate.Server;

/// <summary>Samples as cards: what became of each, the transcript as reports have it, and the text as the model wrote it.</summary>
internal static class SampleCards
{
    private const int WrittenCap = 100_000;

    /// <summary>One that was drawn in training, with its reward. Nobody kept which of its steps are right.</summary>
    /// <param name="outcome">As the index has it: files say it only where the rewards do not.</param>
    public static MarkupString Of(SampleRecord sample, SampleOutcome outcome)
    {
        var split = ThinkingSplit.Of(sample.Text, sample.ThoughtOpenedBy);
        var steps = Transcript.Lines(split.Thinking).Select(line => new TranscriptStep(line, StepMark.Unchecked));
        var attempt = new Transcript(Label(sample.Sample), [.. steps], (split.Answer ?? "").Trim(), outcome, sample.Reason ?? "")
        {
            // One that nobody opened is shown too, and has no count.
            ThoughtTokens = sample.ThoughtTokens is > 0 and var thought ? thought : -1,
            Scores = [new Score("reward", sample.Reward), new Score("advantage", sample.Advantage), .. sample.Rewards.Select(r => new Score(r.Key, r.Value)), new Score("tokens", sample.Tokens.Count)],
        };
        return Card(sample.Problem, outcome, sample.Trained ? "" : "not trained on", new SampleTranscript([new ChatMessage("user", sample.Prompt)], attempt), sample.ThoughtOpenedBy + sample.Text);
    }

    /// <summary>One of an evaluation, each step with the checker's mark.</summary>
    public static MarkupString Of(ScoredSample scored) =>
        Card(scored.Problem.Id, scored.Outcome, "", SampleTranscript.Of(Label(scored.Attempt), scored), scored.Sample.ThoughtOpenedBy + scored.Sample.Completion);

    /// <summary>An outcome in words.</summary>
    public static string Word(SampleOutcome outcome) => outcome switch
    {
        SampleOutcome.Pass => "right",
        SampleOutcome.Fail => "wrong",
        _ => RecipeWriter.Scalar(outcome).Replace('_', ' '),
    };

    private static string Label(int attempt) => string.Create(CultureInfo.InvariantCulture, $"Sample {attempt}");

    private static MarkupString Card(string id, SampleOutcome outcome, string remark, SampleTranscript transcript, string written) => (MarkupString)HtmlBuilder.Of(html =>
    {
        var kind = outcome switch { SampleOutcome.Pass => "pass", SampleOutcome.Fail => "fail", _ => "other" };
        html.Open("section", "sample").Open("p", "meta").Raw($"<span class=\"outcome {kind}\">").Text(Word(outcome)).Raw("</span> <code>").Text(id, 200).Raw("</code>");
        if (remark.Length > 0) html.Raw(" <span>").Text(remark).Raw("</span>");
        html.Close("p");
        TranscriptBlock.Render(html, transcript);
        html.Open("details", "raw").Element("summary", "As the model wrote it").Open("pre").Text(written, WrittenCap).Close("pre").Close("details").Close("section");
    });
}
