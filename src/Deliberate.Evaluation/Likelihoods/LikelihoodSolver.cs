using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What is measured of an item.</summary>
internal enum LikelihoodOf
{
    /// <summary>Which of its choices is the likeliest behind the prompt: multiple_choice of lm-evaluation-harness.</summary>
    Choices,

    /// <summary>How likely its answer is behind the prompt, and whether the model would say it: loglikelihood there.</summary>
    Answer,

    /// <summary>How likely the prompt itself is: loglikelihood_rolling there.</summary>
    Text,
}

/// <summary>
/// Instead of asking the model for an answer: how likely the texts are that might follow, or the text itself. What comes of it is the sample's
/// verdict and its scores (<see cref="LikelihoodVerdict"/>); the log-probabilities are kept among them.
/// </summary>
/// <param name="of">What is measured.</param>
/// <param name="delimiter">Between the prompt and each choice.</param>
/// <param name="withoutPrompt">Whether choices are measured without the prompt too, for <c>acc_mutual_info</c>.</param>
internal sealed class LikelihoodSolver(LikelihoodOf of, string delimiter, bool withoutPrompt) : ISolver
{
    public string Name => $"likelihood of {(of == LikelihoodOf.Choices ? $"choices behind \"{delimiter}\"" : of == LikelihoodOf.Answer ? "answer" : "text")}";

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        var item = context.Item;
        var prompt = string.Join("\n\n", context.Messages.Select(m => m.Content));
        var (text, verdict) = of switch
        {
            LikelihoodOf.Choices => await ChoicesAsync(context, prompt, cancellationToken).ConfigureAwait(false),
            LikelihoodOf.Answer => (item.Reference, LikelihoodVerdict.OfAnswer((await context.ContinuationsAsync(prompt, [item.Reference], cancellationToken).ConfigureAwait(false))[0])),
            _ => ("", LikelihoodVerdict.OfText(prompt, await context.TextAsync(prompt, cancellationToken).ConfigureAwait(false))),
        };
        // Nothing is said of a text: what was found stands in the answer's place, so that the sample does not count as empty.
        if (text.Length == 0) text = verdict.Reason;
        context.Give([.. context.Messages], new ModelAnswer { Text = text, Completion = text, FinishReason = "stop" });
        context.Found = verdict;
    }

    private async Task<(string Text, Verdict Verdict)> ChoicesAsync(SolverContext context, string prompt, CancellationToken cancellation)
    {
        var choices = context.Item.Choices;
        if (choices.Count < 2) throw new UserError("the item has no choices.");
        var right = RightOf(context.Item);
        string[] texts = [.. choices.Select(c => delimiter + c)];
        var scores = await context.ContinuationsAsync(prompt, texts, cancellation).ConfigureAwait(false);
        var alone = withoutPrompt ? await context.ContinuationsAsync("", texts, cancellation).ConfigureAwait(false) : null;
        var likeliest = LikelihoodVerdict.Largest([.. scores.Select(s => s.LogProbability)]);
        return (choices[likeliest], LikelihoodVerdict.OfChoices(choices, right, scores, alone));
    }

    /// <summary>The right choice: by its letter, its text, or its place from 0.</summary>
    private static int RightOf(EvaluationItem item)
    {
        var (reference, count) = (item.Reference.Trim(), item.Choices.Count);
        if (reference.Length == 1 && char.ToUpperInvariant(reference[0]) - 'A' is var letter && letter >= 0 && letter < count) return letter;
        for (var i = 0; i < count; i++)
            if (item.Choices[i] == item.Reference) return i;
        return int.TryParse(reference, System.Globalization.NumberStyles.None, null, out var place) && place < count ? place : throw new UserError($"\"{Excerpt.Of(reference, 40)}\" is none of the item's {count} choices.");
    }
}
