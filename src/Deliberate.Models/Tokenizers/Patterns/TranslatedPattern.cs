using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Deliberate.Models;

/// <summary>
/// A pattern as a regular expression of .NET over the letters of its <see cref="CodePointClasses"/>: what it matches in a text of
/// those, it matches in the text itself.
/// </summary>
internal sealed class TranslatedPattern
{
    private readonly StringBuilder _text = new();

    private TranslatedPattern(PatternNode node, TimeSpan patience)
    {
        var sets = new List<CodePointSet> { UnicodeProperties.LineFeed, UnicodeProperties.BareWord };
        Collect(node, sets);
        Classes = CodePointClasses.Of(sets);
        Write(node);
        Regex = new Regex(_text.ToString(), RegexOptions.CultureInvariant, patience);
    }

    public Regex Regex { get; }

    public CodePointClasses Classes { get; }

    /// <param name="pattern">In the dialect that <see cref="PatternParser"/> reads.</param>
    /// <param name="patience">How long one match may take.</param>
    /// <param name="file">For errors.</param>
    /// <param name="field">For errors.</param>
    public static TranslatedPattern Of(string pattern, TimeSpan patience, string? file, string field)
    {
        var reader = new PatternReader(pattern, file, field);
        var node = PatternParser.Parse(reader);
        try
        {
            return new TranslatedPattern(node, patience);
        }
        catch (ArgumentException problem)
        {
            throw reader.Error(problem.Message);
        }
    }

    private static void Collect(PatternNode node, List<CodePointSet> sets)
    {
        switch (node)
        {
            case PatternNode.Characters characters: sets.Add(characters.Set); break;
            case PatternNode.Sequence sequence: foreach (var part in sequence.Parts) Collect(part, sets); break;
            case PatternNode.Choice choice: foreach (var option in choice.Options) Collect(option, sets); break;
            case PatternNode.Repeat repeat: Collect(repeat.Part, sets); break;
            case PatternNode.Atomic atomic: Collect(atomic.Part, sets); break;
            case PatternNode.Look look: Collect(look.Part, sets); break;
        }
    }

    private void Write(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Characters characters:
                Write(characters.Set);
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts) Write(part);
                break;
            case PatternNode.Choice choice:
                WriteGroup("(?:", choice);
                break;
            case PatternNode.Repeat { Kind: RepeatKind.Possessive } repeat:
                WriteGroup("(?>", repeat with { Kind = RepeatKind.Greedy });
                break;
            case PatternNode.Repeat repeat:
                if (repeat.Part is PatternNode.Characters) Write(repeat.Part);
                else WriteGroup(IsAtomic(repeat.Part) ? "(" : "(?:", repeat.Part);
                _text.Append(CultureInfo.InvariantCulture, $"{{{repeat.Least},{repeat.Most}}}");
                if (repeat.Kind == RepeatKind.Lazy) _text.Append('?');
                break;
            case PatternNode.Atomic atomic:
                WriteGroup("(?>", atomic.Part);
                break;
            case PatternNode.Look look:
                WriteGroup((look.Behind, look.Negative) switch { (false, false) => "(?=", (false, true) => "(?!", (true, false) => "(?<=", _ => "(?<!" }, look.Part);
                break;
            case PatternNode.Anchor anchor:
                Write(anchor.Kind);
                break;
        }
    }

    /// <summary>
    /// .NET takes (?&gt;a{1,2})? for (?&gt;a{0,2}), which cannot do without a where one stands. It does not if the group captures.
    /// </summary>
    private static bool IsAtomic(PatternNode node) => node is PatternNode.Atomic or PatternNode.Repeat { Kind: RepeatKind.Possessive };

    private void WriteGroup(string opening, PatternNode content)
    {
        _text.Append(opening);
        if (content is PatternNode.Choice choice)
        {
            for (var i = 0; i < choice.Options.Count; i++)
            {
                if (i > 0) _text.Append('|');
                Write(choice.Options[i]);
            }
        }
        else
        {
            Write(content);
        }

        _text.Append(')');
    }

    private void Write(AnchorKind kind)
    {
        switch (kind)
        {
            case AnchorKind.TextStart: _text.Append(@"\A"); break;
            case AnchorKind.TextEnd: _text.Append(@"\z"); break;
            case AnchorKind.TextEndOrLineFeed: Write("(?=", UnicodeProperties.LineFeed, @"?\z)"); break;
            case AnchorKind.LineStart: Write(@"(?:\A|(?<=", UnicodeProperties.LineFeed, @")(?!\z))"); break;
            case AnchorKind.LineEnd: Write("(?=", UnicodeProperties.LineFeed, @"|\z)"); break;
            case AnchorKind.WordBoundary: WriteBoundary(@"(?<={0})(?!{0})|(?<!{0})(?={0})"); break;
            case AnchorKind.NoWordBoundary: WriteBoundary(@"(?<={0})(?={0})|(?<!{0})(?!{0})"); break;
        }
    }

    private void Write(string before, CodePointSet set, string after)
    {
        _text.Append(before);
        Write(set);
        _text.Append(after);
    }

    private void WriteBoundary(string form) => _text.Append("(?:").Append(form.Replace("{0}", Spell(UnicodeProperties.BareWord), StringComparison.Ordinal)).Append(')');

    private void Write(CodePointSet set) => _text.Append(Spell(set));

    /// <summary>The letters of a set's classes in brackets, runs of them as ranges.</summary>
    private string Spell(CodePointSet set)
    {
        char[] classes = [.. Classes.Of(set)];
        if (classes.Length == 0) return @"[^\s\S]";
        var spelled = new StringBuilder("[");
        for (var i = 0; i < classes.Length; i++)
        {
            var start = i;
            while (i + 1 < classes.Length && classes[i + 1] == classes[i] + 1) i++;
            spelled.Append(CultureInfo.InvariantCulture, $@"\u{(int)classes[start]:X4}");
            if (i > start) spelled.Append(CultureInfo.InvariantCulture, $@"-\u{(int)classes[i]:X4}");
        }

        return spelled.Append(']').ToString();
    }
}
