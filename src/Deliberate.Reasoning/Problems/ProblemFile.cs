using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>A line of a problem file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Level">1 where the line names none.</param>
/// <param name="Json">The whole line.</param>
internal sealed record ProblemLine(string File, int Line, string Prompt, string Answer, string? Id, int Level, string? Grader, string Json)
{
    /// <summary>Whether the answer was taken out of a worked solution.</summary>
    public bool IsTakenOut { get; init; }

    /// <summary>That the grader cannot read the reference, and why, in its place; null where it can, or a verifier of the user's decides.</summary>
    public UserError? Unreadable { get; init; }

    /// <summary>What two lines share that ask the same: the prompt, but for spaces and case.</summary>
    public string Canonical { get; } = string.Join(' ', Prompt.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}

/// <summary>
/// Reads problems from JSON Lines: <c>prompt</c> or <c>messages</c>, <c>answer</c> (text or number), and optionally <c>id</c>, <c>level</c> (a whole
/// number), <c>grader</c> and <c>lists</c>; whatever else a line holds is kept for verifiers. Every mistake names file, line and field. A
/// reference that its grader cannot read is no mistake of the line alone: whoever reads the file decides how many there may be.
/// </summary>
internal static class ProblemFile
{
    public const int LargestLevel = 1000;

    private const int LongestPrompt = 1 << 20;

    /// <param name="path">The file.</param>
    /// <param name="grader">For lines that name none; null where a verifier of the user's decides, and then an answer is optional.</param>
    /// <param name="shape">Which column is which field; null for lines as they are.</param>
    /// <param name="onError">Takes mistakes, and the line is left out; without it the first one is thrown.</param>
    public static IEnumerable<ProblemLine> Read(string path, IAnswerGrader? grader, Action<UserError>? onError = null, ProblemShape? shape = null)
    {
        foreach (var line in JsonLines.Read(path, onError))
        {
            ProblemLine? problem = null;
            try
            {
                problem = Parse(line, grader, shape);
            }
            catch (UserError error) when (onError is not null)
            {
                onError(error);
            }

            if (problem is not null) yield return problem;
        }
    }

    /// <exception cref="UserError">The line is no problem.</exception>
    public static ProblemLine Parse(JsonLine line, IAnswerGrader? grader, ProblemShape? shape = null)
    {
        line = (shape ?? ProblemShape.Ours).Apply(line);
        if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"prompt\" and \"answer\".");
        if (ForeignShape.Of(line.Root) is { } foreign && (grader is not null || !line.Root.TryGetProperty(OwnProblem.Prompt, out _))) throw foreign.Error(line, "\"prompt\" and \"answer\"");
        var (isPrompt, isTalk) = (line.Root.TryGetProperty(OwnProblem.Prompt, out _), line.Root.TryGetProperty(OwnProblem.Messages, out _));
        if (isPrompt && isTalk) throw line.Error("A line has messages or a prompt, not both.", OwnProblem.Prompt, "Name the column to ask in problems.fields (prompt or messages), or leave one of them out.");
        var field = isTalk ? OwnProblem.Messages : OwnProblem.Prompt;
        var prompt = isTalk ? ProblemMessages.Read(line, shape?.System) : line.GetString(OwnProblem.Prompt);
        if (string.IsNullOrWhiteSpace(prompt)) throw line.Error("The text is empty.", field);
        if (prompt.Length > LongestPrompt) throw line.Error($"The text has {prompt.Length} characters, more than {LongestPrompt}.", field);
        var answer = Text(line, OwnProblem.Answer);
        if (answer is null && grader is not null) throw line.Root.TryGetProperty(OwnProblem.Answer, out _) ? line.Error("The answer is null.", OwnProblem.Answer, "Give one, or name a verifier of your own.") : Missing(line);
        var named = line.GetOptionalString(OwnProblem.Grader);
        if (named is not null) grader = Named(line, named);
        if (grader is not null && line.GetOptionalString(OwnProblem.Lists) is { } lists && OwnProblem.ListsNamed(lists) is null) throw line.Error($"There is no kind of list \"{lists}\".", OwnProblem.Lists, "It is usual, ordered or set.");
        var reference = grader is not null && answer is not null ? ProblemReference.Of(answer, grader) : new(answer ?? "", IsTakenOut: false, null);
        var level = line.TryGet(line.Root, OwnProblem.Level, out var found) && found.ValueKind != JsonValueKind.Null ? line.GetInt32(OwnProblem.Level) : 1;
        if (level is < 0 or > LargestLevel) throw line.Error($"{level} is not between 0 and {LargestLevel}.", OwnProblem.Level);
        return new ProblemLine(line.File, line.Number, prompt, reference.Answer, Text(line, OwnProblem.Id), level, named, line.Root.GetRawText())
        {
            IsTakenOut = reference.IsTakenOut,
            Unreadable = reference.Objection is null ? null : line.Error($"The grader {grader!.Name} cannot read the reference {reference.Quoted}: {reference.Objection}", OwnProblem.Answer, UnreadableReferences.Advice),
        };
    }

    private static UserError Missing(JsonLine line)
    {
        try
        {
            line.Get(line.Root, OwnProblem.Answer);
            throw new InvalidOperationException("The answer is there.");
        }
        catch (UserError error)
        {
            return line.Error(error.Problem, error.Field, $"{error.Advice} Where a verifier of yours decides, an answer is not needed.".TrimStart());
        }
    }

    private static IAnswerGrader Named(JsonLine line, string name)
    {
        try
        {
            return AnswerGraders.Get(name);
        }
        catch (UserError error)
        {
            throw line.Error(error.Problem, OwnProblem.Grader, error.Advice);
        }
    }

    /// <summary>Text, or a number as it is written; null where the field is missing or null.</summary>
    private static string? Text(JsonLine line, string field)
    {
        if (!line.TryGet(line.Root, field, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number ? value.GetRawText() : line.GetString(field);
    }
}
