using System.Text;

namespace Deliberate.Core;

/// <summary>
/// Something the user can fix: a malformed recipe, checkpoint, data file or request. The one exception type whose message is
/// shown without a stack trace; the command line ends with exit code 2. Any other exception is a bug.
/// </summary>
public sealed class UserError : Exception
{
    /// <param name="problem">What is wrong, as a sentence without the place.</param>
    /// <param name="file">File or folder it is in.</param>
    /// <param name="line">Line, from 1; 0 where there is none.</param>
    /// <param name="column">Column, from 1; 0 where there is none.</param>
    /// <param name="field">Recipe key, tensor name or JSON field.</param>
    /// <param name="advice">What to do next.</param>
    /// <param name="inner">The cause, for logs.</param>
    public UserError(string problem, string? file = null, int line = 0, int column = 0, string? field = null, string? advice = null, Exception? inner = null)
        : base(Compose(problem, file, line, column, field, advice), inner)
    {
        Problem = problem;
        File = file;
        Line = line;
        Column = column;
        Field = field;
        Advice = advice;
    }

    private UserError(IReadOnlyList<UserError> all, int more)
        : base(string.Join('\n', all.Select(one => one.Message)) + (more > 0 ? $"\n... and {more} more." : ""))
    {
        var first = all[0];
        (Problem, File, Line, Column, Field, Advice) = (first.Problem, first.File, first.Line, first.Column, first.Field, first.Advice);
        Messages = [.. all.Select(one => one.Message), .. more > 0 ? (string[])[$"... and {more} more."] : []];
    }

    /// <summary>Several mistakes that are told at once, a line of the message each; the properties are those of the first.</summary>
    /// <param name="all">At least one.</param>
    /// <param name="more">How many others there are that are not told one by one.</param>
    internal static UserError Together(IReadOnlyList<UserError> all, int more = 0) => all.Count == 1 && more == 0 ? all[0] : new UserError(all, more);

    /// <summary>What is shown of it: a line a mistake.</summary>
    internal IReadOnlyList<string> Messages
    {
        get => field ?? [Message];
        private init;
    }

    public string Problem { get; }

    public string? File { get; }

    public int Line { get; }

    public int Column { get; }

    public string? Field { get; }

    public string? Advice { get; }

    /// <summary><c>file:line:column: field: problem advice</c>, the form that editors make clickable.</summary>
    private static string Compose(string problem, string? file, int line, int column, string? field, string? advice)
    {
        var text = new StringBuilder();
        if (file is not null)
        {
            text.Append(file);
            if (line > 0) text.Append(':').Append(line);
            if (line > 0 && column > 0) text.Append(':').Append(column);
            text.Append(": ");
        }

        if (field is not null) text.Append(field).Append(": ");
        text.Append(problem);
        if (advice is not null) text.Append(' ').Append(advice);
        return text.ToString();
    }
}
