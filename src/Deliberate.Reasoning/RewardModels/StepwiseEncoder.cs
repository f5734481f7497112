using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>A problem with a solution as tokens.</summary>
/// <param name="Tokens">Of both.</param>
/// <param name="First">The solution's first token.</param>
/// <param name="Rows">The last token of each step, where it is judged.</param>
/// <param name="Separator">Tokens of the separator that each step ends with.</param>
internal sealed record EncodedSteps(int[] Tokens, int First, int[] Rows, int Separator)
{
    /// <summary>Where the steps stand.</summary>
    public StepMarks Marks => new(First, Rows, Separator);
}

/// <summary>
/// Solutions in steps as the tokens that a reward model reads, which are those that a policy writes: for models of our own the steps are the
/// lines of the thought and the answer stands behind it. Every step ends with the separator, the last too: what stands where a step is
/// judged must not tell whether it is right, as a solution's end would where solutions are cut off at their first mistake. Steps are
/// encoded one by one, so that each ends with a token.
/// </summary>
/// <param name="encoder">Of the model's text format.</param>
/// <param name="separator">Behind each step.</param>
internal sealed class StepwiseEncoder(ProblemEncoder encoder, string separator)
{
    private readonly int _separator = encoder.Tokenizer.Encode(separator, addSpecialTokens: false).Length;

    /// <summary>Whether the model thinks in tags that are tokens, as ours do.</summary>
    private bool Thinks { get; } = encoder.Format.ChatTemplate is null && encoder.Tokenizer.TokenToId(ChainOfThought.OpeningTag) >= 0 && encoder.Tokenizer.TokenToId(ChainOfThought.ClosingTag) >= 0;

    public string Separator => separator;

    /// <param name="prompt">The problem.</param>
    /// <param name="steps">Of the solution; one that holds <c># Answer</c> is the last.</param>
    public EncodedSteps Encode(string prompt, IReadOnlyList<string> steps)
    {
        List<int> tokens = [.. encoder.Prompt(prompt)];
        var first = tokens.Count;
        var rows = new int[steps.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            tokens.AddRange(encoder.Tokenizer.Encode(Text(steps[i], i == 0) + separator, addSpecialTokens: false));
            rows[i] = tokens.Count - 1;
        }

        return new EncodedSteps([.. tokens], first, rows, _separator);
    }

    private string Text(string step, bool isFirst)
    {
        if (!Thinks) return step;
        var opening = isFirst && !step.StartsWith(ChainOfThought.OpeningTag, StringComparison.Ordinal) ? ChainOfThought.OpeningTag : "";
        return FamilyLabels.AnswerOf(step) is { } answer ? $"{opening}{FamilyLabels.LineOf(step)}{ChainOfThought.ClosingTag}{answer}" : opening + step;
    }
}
