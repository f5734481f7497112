using System.Text;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A command in one argument, cut into words as a shell would: at spaces, but for what is in quotes.</summary>
internal static class CommandWords
{
    public static IReadOnlyList<string> Of(string command, string field)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, begun) = ('\0', false);
        foreach (var c in command)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                (quote, begun) = (c, true);
            }
            else if (c == ' ')
            {
                if (begun || word.Length > 0) words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(c);
            }
        }

        if (quote != '\0') throw new UserError($"A quote {quote} is not closed.", field: field);
        if (begun || word.Length > 0) words.Add(word.ToString());
        return words.Count > 0 ? words : throw new UserError("The command is empty.", field: field);
    }
}
