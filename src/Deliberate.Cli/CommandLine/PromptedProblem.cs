using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>
/// A problem that the user writes: the prompt as the family asks it, or its state alone (<c>3+4*2</c>, <c>1,5,7=2</c>). What the
/// family adds to a state is read off one of its own problems.
/// </summary>
internal static partial class PromptedProblem
{
    public static Problem Read(ITaskFamily family, int level, string prompt)
    {
        var like = family.Generate(Split.Test, level, 1, 0);
        var suffix = like.Prompt[like.State.Length..];
        var state = prompt.EndsWith(suffix, StringComparison.Ordinal) ? prompt[..^suffix.Length] : prompt;
        UserError Wrong(string problem) => new(problem, field: "--prompt", advice: $"A problem of {family.Name} looks like {like.Prompt}");
        if (family is CountdownFamily)
        {
            if (!CountdownState().IsMatch(state)) throw Wrong($"\"{prompt}\" is not numbers and a target.");
            return new Problem(family.Name, level, Split.Test, 0, state + suffix, state, state, "");
        }

        var expression = state.Split('>');
        if (expression.Length != like.State.Split('>').Length || Expression.Parse(expression[0]) is null || (expression.Length > 1 && !Threshold().IsMatch(expression[1]))) throw Wrong($"\"{prompt}\" is not a problem of the family.");
        var problem = new Problem(family.Name, level, Split.Test, 0, state + suffix, state, state, "");
        try
        {
            var random = new RandomStream(1, StreamStage.Corpus);
            return problem with { Answer = family.Write(problem, Writer.Careful, ref random).Answer };
        }
        catch (InvalidOperationException)
        {
            // The careful writer finds no value in the family's range.
            throw Wrong($"\"{prompt}\" has values outside the family's range.");
        }
    }

    [GeneratedRegex(@"^[1-9]\d{0,2}(,[1-9]\d{0,2}){1,4}=\d{1,4}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CountdownState();

    [GeneratedRegex(@"^\d{1,4}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Threshold();
}
