using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Reports;

/// <summary>
/// One attempt. Each step carries the checker's mark as a sign, a colour and words for a screen reader. Long thoughts fold up
/// after the first steps; endless ones are cut, and say so.
/// </summary>
internal static class AttemptBlock
{
    private const int ShownSteps = 12;
    private const int MostSteps = 400;
    private const int StepCap = 600;
    private const int ReplyCap = 20_000;

    public static void Render(HtmlBuilder html, Transcript attempt)
    {
        var (kind, sign, spoken) = Judged(attempt.Outcome);
        html.Open("div", $"attempt is-{kind}").Open("h4").Text(attempt.Label, 120);
        if (attempt.ThoughtTokens >= 0) html.Raw(string.Create(CultureInfo.InvariantCulture, $" <span class=\"tokens\">{attempt.ThoughtTokens:N0} tokens</span>"));
        html.Close("h4");
        var isMoreThanAnswer = attempt.Reply.Length > 0 && attempt.Reply != attempt.Answer;
        if (attempt.Steps.Count > 0) RenderThought(html, attempt.Steps);
        else if (!attempt.IsPlayed && !isMoreThanAnswer) html.Element("p", "No thought.", "no-thought");
        if (isMoreThanAnswer) html.Element("p", attempt.Reply, "reply", ReplyCap);
        html.Open("p", "answer").Raw(Sign(kind, sign, spoken)).Open("span", "said");
        if (attempt.Answer.Length > 0) html.Raw("<code>").Text(attempt.Answer, StepCap).Raw("</code>");
        else html.Raw("no answer");
        if (attempt.Reason.Length > 0) html.Raw(" <span class=\"reason\">").Text(attempt.Reason, StepCap).Raw("</span>");
        html.Raw("</span>").Close("p");
        RenderScores(html, attempt.Scores);
        html.Close("div");
    }

    private static (string Kind, string Sign, string Spoken) Judged(SampleOutcome outcome) => outcome switch
    {
        SampleOutcome.Pass => ("right", "✓", "Right answer: "),
        SampleOutcome.Fail => ("wrong", "✗", "Wrong answer: "),
        SampleOutcome.CutWhileThinking or SampleOutcome.Unscored => ("wrong", "✗", "Nothing that could be judged: "),
        _ => ("unchecked", "–", "Not judged: "),
    };

    private static void RenderThought(HtmlBuilder html, IReadOnlyList<TranscriptStep> steps)
    {
        RenderSteps(html, steps, 0, Math.Min(ShownSteps, steps.Count));
        if (steps.Count <= ShownSteps) return;
        var rest = steps.Count - ShownSteps;
        var wrong = steps.Skip(ShownSteps).Count(step => step.Mark == StepMark.Wrong);
        html.Raw(string.Create(CultureInfo.InvariantCulture, $"<details><summary>{rest:N0} more {(rest == 1 ? "step" : "steps")}{(wrong > 0 ? $", {wrong:N0} wrong" : "")}</summary>\n"));
        RenderSteps(html, steps, ShownSteps, Math.Min(MostSteps, steps.Count));
        if (steps.Count > MostSteps) html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{steps.Count - MostSteps:N0} further steps left out."), "no-thought");
        html.Close("details");
    }

    private static void RenderSteps(HtmlBuilder html, IReadOnlyList<TranscriptStep> steps, int from, int to)
    {
        if (from >= to) return;
        html.Raw(string.Create(CultureInfo.InvariantCulture, $"<ol class=\"steps\" start=\"{from + 1}\">\n"));
        for (var i = from; i < to; i++)
        {
            var step = steps[i];
            var (kind, sign, spoken) = step.Mark switch
            {
                StepMark.Right => ("right", "✓", "Right: "),
                StepMark.Wrong => ("wrong", "✗", "Wrong: "),
                _ => ("unchecked", "·", "Not checked: "),
            };
            html.Open("li", kind).Raw(Sign(kind, sign, spoken)).Raw("<span class=\"said\"><code>").Text(step.Text.Length == 0 ? " " : step.Text, StepCap).Raw("</code>");
            if (step.Reason.Length > 0) html.Raw(" <span class=\"reason\">").Text(step.Reason, StepCap).Raw("</span>");
            if (step.Result is { } result) html.Raw(" <span class=\"result\"><span class=\"spoken\">The environment replied: </span>").Text(result.Length == 0 ? " " : result, StepCap).Raw("</span>");
            html.Raw("</span>").Close("li");
        }

        html.Close("ol");
    }

    private static void RenderScores(HtmlBuilder html, IReadOnlyList<Score> scores)
    {
        if (scores.Count == 0) return;
        html.Open("dl", "scores");
        foreach (var score in scores)
        {
            html.Open("div").Element("dt", score.Name, cap: 200).Open("dd").Text(NumberText.Value(score.Value, NumberStyle.Plain));
            if (score.Reason.Length > 0) html.Raw(" <span class=\"note\">").Text(score.Reason, StepCap).Raw("</span>");
            if (score.Evidence.Length > 0) html.Raw(" <q>").Text(score.Evidence, StepCap).Raw("</q>");
            html.Close("dd").Close("div");
        }

        html.Close("dl");
    }

    private static string Sign(string kind, string sign, string spoken) =>
        $"<span class=\"sign {kind}\" aria-hidden=\"true\">{sign}</span><span class=\"spoken\">{spoken}</span>";
}
