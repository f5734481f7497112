namespace Deliberate.Jinja;

/// <summary>
/// What Python would have raised while a template is read or rendered; <see cref="ChatTemplate"/> turns it into a
/// <see cref="Core.UserError"/> that names the template and the line. Never leaves this folder.
/// </summary>
internal sealed class JinjaException(string message, int line = 0) : Exception(message)
{
    /// <summary>Line of the template, from 1; 0 where the thrower does not know it.</summary>
    public int Line { get; } = line;

    public static JinjaException NotIterable(JinjaValue value) => new($"'{value.TypeName}' object is not iterable");
}
