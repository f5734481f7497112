using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A key of the recipe and the values that it takes in turn: <c>--sweep reinforcement.samples=4,8,16</c>.</summary>
internal sealed record SweepAxis(string Key, IReadOnlyList<string> Values)
{
    /// <summary>The last part of the key, as runs and tables call it.</summary>
    public string Short => Key[(Key.LastIndexOf('.') + 1)..];

    /// <param name="text">As it stands on the command line; commas within brackets, braces and quotes part nothing.</param>
    /// <exception cref="UserError">It is no key with values.</exception>
    public static SweepAxis Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new UserError("A sweep is written key.path=a,b,c.", $"--sweep {text}", advice: "For example --sweep reinforcement.samples=4,8,16.");
        var (key, values) = (text[..equals].Trim(), Split(text[(equals + 1)..]));
        if (values.Exists(value => value.Length == 0)) throw new UserError("A value is empty.", $"--sweep {text}", field: key, advice: "Write key.path=a,b,c.");
        if (values.Distinct(StringComparer.Ordinal).Count() < values.Count) throw new UserError($"A value is named twice: {values.GroupBy(value => value).First(group => group.Count() > 1).Key}.", $"--sweep {text}", field: key);
        if (key is "name") throw new UserError("Runs of a sweep are named by their settings.", $"--sweep {text}", field: key);
        return key is "seed" ? throw new UserError("Seeds have an option of their own.", $"--sweep {text}", field: key, advice: "Say how many: --seeds 5.") : new SweepAxis(key, values);
    }

    private static List<string> Split(string text)
    {
        var (values, begin, depth, quote) = (new List<string>(), 0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'') quote = c;
            else if (c is '[' or '{') depth++;
            else if (c is ']' or '}') depth--;
            else if (c == ',' && depth == 0)
            {
                values.Add(text[begin..i].Trim());
                begin = i + 1;
            }
        }

        values.Add(text[begin..].Trim());
        return values;
    }
}
