using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Two attempts at the same problem side by side, one above the other on a phone. Each step carries the checker's mark as a sign,
/// a colour and words for a screen reader. Long thoughts fold up after the first steps; endless ones are cut, and say so.
/// </summary>
internal static class TranscriptBlock
{
    private const int ShownSteps = 12;
    private const int MostSteps = 400;
    private const int StepCap = 600;

    public static void Render(HtmlBuilder html, TranscriptPair pair)
    {
        html.Open("article", "pair").Open("div", "problem").Element("p", pair.Problem, cap: 2000);
        if (pair.Expected.Length > 0) html.Open("p", "expected").Raw("Expected: <code>").Text(pair.Expected, StepCap).Raw("</code>").Close("p");
        html.Close("div").Open("div", "attempts");
        RenderAttempt(html, pair.Before);
        RenderAttempt(html, pair.After);
        html.Close("div").Close("article");
    }

    private static void RenderAttempt(HtmlBuilder html, Transcript attempt)
    {
        html.Open("div", attempt.IsRight ? "attempt is-right" : "attempt is-wrong").Open("h4").Text(attempt.Label, 120);
        if (attempt.ThoughtTokens >= 0) html.Raw(string.Create(CultureInfo.InvariantCulture, $" <span class=\"tokens\">{attempt.ThoughtTokens:N0} tokens</span>"));
        html.Close("h4");
        if (attempt.Steps.Count == 0) html.Element("p", "No thought.", "no-thought");
        RenderSteps(html, attempt.Steps, 0, Math.Min(ShownSteps, attempt.Steps.Count));
        if (attempt.Steps.Count > ShownSteps)
        {
            var rest = attempt.Steps.Count - ShownSteps;
            var wrong = attempt.Steps.Skip(ShownSteps).Count(step => step.Mark == StepMark.Wrong);
            html.Raw(string.Create(CultureInfo.InvariantCulture, $"<details><summary>{rest:N0} more {(rest == 1 ? "step" : "steps")}{(wrong > 0 ? $", {wrong:N0} wrong" : "")}</summary>\n"));
            RenderSteps(html, attempt.Steps, ShownSteps, Math.Min(MostSteps, attempt.Steps.Count));
            if (attempt.Steps.Count > MostSteps) html.Element("p", string.Create(CultureInfo.InvariantCulture, $"{attempt.Steps.Count - MostSteps:N0} further steps left out."), "no-thought");
            html.Close("details");
        }

        html.Open("p", "answer").Raw(attempt.IsRight ? Sign("right", "✓", "Right answer: ") : Sign("wrong", "✗", "Wrong answer: ")).Open("span", "said");
        if (attempt.Answer.Length > 0) html.Raw("<code>").Text(attempt.Answer, StepCap).Raw("</code>");
        else html.Raw("no answer");
        if (attempt.Reason.Length > 0) html.Raw(" <span class=\"reason\">").Text(attempt.Reason, StepCap).Raw("</span>");
        html.Raw("</span>").Close("p").Close("div");
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
            html.Raw("</span>").Close("li");
        }

        html.Close("ol");
    }

    private static string Sign(string kind, string sign, string spoken) =>
        $"<span class=\"sign {kind}\" aria-hidden=\"true\">{sign}</span><span class=\"spoken\">{spoken}</span>";
}
