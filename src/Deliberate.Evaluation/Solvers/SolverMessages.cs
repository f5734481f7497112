using System.Globalization;

namespace Deliberate.Evaluation;

/// <summary>What several solvers do to a conversation.</summary>
internal static class SolverMessages
{
    /// <summary>Changes the text of the last user message.</summary>
    public static void Rewrite(SolverContext context, Func<string, string> change)
    {
        var last = LastOfUser(context);
        context.Messages[last] = context.Messages[last] with { Content = change(context.Messages[last].Content) };
    }

    public static int LastOfUser(SolverContext context)
    {
        for (var i = context.Messages.Count - 1; i >= 0; i--)
            if (context.Messages[i].Role == "user") return i;
        throw new InvalidDataException("the conversation has no message of a user");
    }

    /// <summary><c>A) first</c>, a line a choice.</summary>
    public static string Lettered(IReadOnlyList<string> choices) => string.Join('\n', choices.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{(char)('A' + i)}) {c}")));
}
