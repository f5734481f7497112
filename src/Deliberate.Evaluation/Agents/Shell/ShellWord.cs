namespace Deliberate.Evaluation;

/// <summary>A part of a word: as it stands, or the name of a variable.</summary>
/// <param name="Text">The text, or the variable's name.</param>
/// <param name="IsQuoted">Then it is one word whatever it holds, and no pattern.</param>
/// <param name="IsVariable">Whether it stands for a value.</param>
internal readonly record struct ShellPart(string Text, bool IsQuoted, bool IsVariable);

/// <summary>A word of a command line, before variables and patterns are filled in.</summary>
internal sealed record ShellWord(IReadOnlyList<ShellPart> Parts)
{
    public bool IsQuoted => Parts.Any(p => p.IsQuoted);

    /// <summary>As it stands where nothing is to be filled in.</summary>
    public string Plain => string.Concat(Parts.Select(p => p.Text));
}

/// <summary>Where a command's output goes or its input comes from.</summary>
/// <param name="Kind"><c>&gt;</c>, <c>&gt;&gt;</c>, <c>&lt;</c>, <c>2&gt;</c>, <c>2&gt;&amp;1</c>, or <c>&lt;&lt;</c> for the text that follows the line.</param>
/// <param name="Target">Path, or the text itself.</param>
internal sealed record ShellRedirect(string Kind, ShellWord Target);

/// <summary>A program with its arguments; assignments before it.</summary>
internal sealed record ShellInvocation(IReadOnlyList<(string Name, ShellWord Value)> Assignments, IReadOnlyList<ShellWord> Words, IReadOnlyList<ShellRedirect> Redirects);

/// <summary>Commands joined by <c>|</c>, and when they run: always, or by how the one before ended.</summary>
/// <param name="Joint"><c>;</c>, <c>&amp;&amp;</c> or <c>||</c>.</param>
/// <param name="Commands">The first's output is the next one's input.</param>
internal sealed record ShellPipeline(string Joint, IReadOnlyList<ShellInvocation> Commands);
