using System.Text;

namespace Deliberate.Cli;

/// <summary>The user's turns: a line each; a line that ends with a backslash goes on with the next.</summary>
internal sealed class ChatInput(TextReader reader, bool prompts)
{
    /// <summary>The next turn that is not blank, without space around it; null at the end.</summary>
    public string? Read()
    {
        var turn = new StringBuilder();
        while (true)
        {
            if (prompts) Console.Error.Write(turn.Length == 0 ? "\n> " : ". ");
            var line = reader.ReadLine();
            if (line is not null && line.EndsWith('\\'))
            {
                turn.Append(line.AsSpan(0, line.Length - 1)).Append('\n');
                continue;
            }

            turn.Append(line);
            var text = turn.ToString().Trim();
            if (text.Length > 0) return text;
            if (line is null) return null;
            turn.Clear();
        }
    }
}
