using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>A problem with a solution as tokens.</summary>
/// <param name="Tokens">Of both.</param>
/// <param name="First">The solution's first token.</param>
/// <param name="Rows">The last token of each step, where it is judged.</param>
internal sealed record EncodedSteps(int[] Tokens, int First, int[] Rows);

/// <summary>
/// Solutions in steps as the tokens that a reward model reads, which are those that a policy writes: for models of our own the steps are the
/// lines of the thought and the answer stands behind it; for others each step ends with the separator. Steps are encoded one by one, so
/// that each ends with a token.
/// </summary>
/// <param name="encoder">Of the model's text format.</param>
/// <param name="separator">Behind each step but the last.</param>
internal sealed class StepwiseEncoder(ProblemEncoder encoder, string separator)
{
    /// <summary>Whether the model thinks in tags that are tokens, as ours do.</summary>
    private bool Thinks { get; } = encoder.Format.ChatTemplate is null && encoder.Tokenizer.TokenToId(ChainOfThought.OpeningTag) >= 0 && encoder.Tokenizer.TokenToId(ChainOfThought.ClosingTag) >= 0;

    public string Separator => separator;

    /// <param name="prompt">The problem.</param>
    /// <param name="steps">Of the solution; one that holds <c># Answer</c> is the last.</param>
    /// <param name="isWhole">Whether the solution ends with the last of them; else it was cut off there, at a mistake.</param>
    public EncodedSteps Encode(string prompt, IReadOnlyList<string> steps, bool isWhole)
    {
        List<int> tokens = [.. encoder.Prompt(prompt)];
        var first = tokens.Count;
        var rows = new int[steps.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var isLast = isWhole && i + 1 == rows.Length;
            tokens.AddRange(encoder.Tokenizer.Encode(Text(steps[i], i == 0, isLast), addSpecialTokens: false));
            if (isLast) tokens.Add(encoder.EndId);
            rows[i] = tokens.Count - 1;
        }

        return new EncodedSteps([.. tokens], first, rows);
    }

    private string Text(string step, bool isFirst, bool isLast)
    {
        if (!Thinks) return isLast ? step : step + separator;
        var opening = isFirst && !step.StartsWith(ChainOfThought.OpeningTag, StringComparison.Ordinal) ? ChainOfThought.OpeningTag : "";
        if (FamilyLabels.AnswerOf(step) is { } answer) return $"{opening}{FamilyLabels.LineOf(step)}{ChainOfThought.ClosingTag}{answer}";
        return isLast ? opening + step : $"{opening}{step}{separator}";
    }
}
