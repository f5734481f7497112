namespace Deliberate.Models;

/// <summary>
/// Reads a pattern in the dialect of Oniguruma 6.9 (its default syntax), the engine of the <c>tokenizers</c> library, in which a
/// tokenizer.json is written. Where it differs from others: <c>$</c> and <c>^</c> are ends of lines; <c>?+ *+ ++</c> are possessive
/// but <c>{1,3}+</c> is a repetition of a repetition; <c>\h</c> is a hexadecimal digit; <c>(?m)</c> lets the dot match line feeds;
/// <c>a(?i)b|c</c> is <c>a(?i:b|c)</c>. What only other dialects have is taken in their meaning where it is plain: <c>(?s)</c>,
/// <c>(?P&lt;name&gt;</c>. Left out, and refused by name: back-references, calls of groups, conditionals, absent operators,
/// callouts, <c>\K \G \X \y</c>.
/// </summary>
internal sealed class PatternParser
{
    private const int MostDepth = 100;
    private const int MostRepeats = 100_000;

    private readonly PatternReader _reader;
    private readonly PatternBrackets _brackets;
    private int _depth;

    private PatternParser(PatternReader reader) => (_reader, _brackets) = (reader, new PatternBrackets(reader));

    /// <summary>What the options in force say.</summary>
    private readonly record struct Options(bool AnyCase, bool DotMatchesAll, bool Extended);

    public static PatternNode Parse(PatternReader reader)
    {
        var parser = new PatternParser(reader);
        var node = parser.Choice(default, inLookBehind: false);
        return reader.AtEnd ? node : throw reader.Error("a parenthesis is closed that was not opened");
    }

    /// <summary>Alternatives up to the end or the closing parenthesis, which is not taken.</summary>
    private PatternNode Choice(Options options, bool inLookBehind)
    {
        if (++_depth > MostDepth) throw _reader.Unsupported($"more than {MostDepth} groups in one another");
        var choices = new List<PatternNode> { Sequence(options, inLookBehind) };
        while (_reader.Take("|")) choices.Add(Sequence(options, inLookBehind));
        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Choice(choices);
    }

    private PatternNode Sequence(Options options, bool inLookBehind)
    {
        var parts = new List<PatternNode>();
        while (!_reader.AtEnd && _reader.Next is not ('|' or ')'))
        {
            if (options.Extended && SkipsSpace()) continue;
            if (_reader.Take("(?#"))
            {
                _reader.TakeTo(')');
                continue;
            }

            if (InlineOptions(options) is { } changed)
            {
                // They hold to the end of the group, alternatives included.
                parts.Add(Choice(changed, inLookBehind));
                break;
            }

            parts.Add(Quantified(Part(options, inLookBehind), options, inLookBehind));
        }

        return AnyCaseRuns.Join(parts);
    }

    /// <summary>White space and comments of extended patterns.</summary>
    private bool SkipsSpace()
    {
        if (_reader.Next is ' ' or (>= '\t' and <= '\r'))
        {
            _reader.Take();
            return true;
        }

        if (!_reader.Take("#")) return false;
        while (!_reader.AtEnd && _reader.Take() != '\n') { }
        return true;
    }

    /// <summary>The options of <c>(?i)</c>, if that comes next.</summary>
    private Options? InlineOptions(Options options)
    {
        var before = _reader.Position;
        if (_reader.Take("(?") && Switches(options) is { } changed && _reader.Take(")")) return changed;
        _reader.Position = before;
        return null;
    }

    private Options? Switches(Options options)
    {
        var on = true;
        for (var any = false; ; any = true)
        {
            switch (_reader.Next)
            {
                case '-' when on: on = false; break;
                case 'i': options = options with { AnyCase = on }; break;
                case 'm' or 's': options = options with { DotMatchesAll = on }; break;
                case 'x': options = options with { Extended = on }; break;
                default: return any ? options : null;
            }

            _reader.Take();
        }
    }

    private PatternNode Part(Options options, bool inLookBehind)
    {
        var c = _reader.Take();
        switch (c)
        {
            case '(': return Group(options, inLookBehind);
            case '[': return Class(options);
            case '.': return new PatternNode.Characters(options.DotMatchesAll ? CodePointSet.All : UnicodeProperties.LineFeed.Complement());
            case '^': return new PatternNode.Anchor(AnchorKind.LineStart);
            case '$': return new PatternNode.Anchor(AnchorKind.LineEnd);
            case '*' or '+' or '?': throw _reader.Error("there is nothing to repeat");
            case '\\': return Escape(_reader.Take(), options);
            default: return Letter(c, options);
        }
    }

    private static PatternNode Letter(int codePoint, Options options) =>
        options.AnyCase ? new PatternNode.AnyCase(codePoint) : new PatternNode.Characters(CodePointSet.Of(codePoint));

    private PatternNode Class(Options options)
    {
        var isNegated = _reader.Next == '^';
        var set = _brackets.Read(options.AnyCase);
        var characters = new PatternNode.Characters(set);
        if (!options.AnyCase || isNegated) return characters;
        PatternNode[] sequences = [.. CaseFolding.SequencesOf(set).Select(s => new PatternNode.Sequence([.. s.Select(c => new PatternNode.Characters(CaseFolding.Close(c)))]))];
        return sequences.Length == 0 ? characters : new PatternNode.Choice([characters, .. sequences]);
    }

    private PatternNode Escape(int letter, Options options)
    {
        switch (letter)
        {
            case 'A': return new PatternNode.Anchor(AnchorKind.TextStart);
            case 'z': return new PatternNode.Anchor(AnchorKind.TextEnd);
            case 'Z': return new PatternNode.Anchor(AnchorKind.TextEndOrLineFeed);
            case 'b': return new PatternNode.Anchor(AnchorKind.WordBoundary);
            case 'B': return new PatternNode.Anchor(AnchorKind.NoWordBoundary);
            case 'N': return new PatternNode.Characters(UnicodeProperties.LineFeed.Complement());
            case 'O': return new PatternNode.Characters(CodePointSet.All);
            case 'R': return NewLine();
            case 'K' or 'G' or 'X' or 'y' or 'Y' or 'k' or 'g': throw _reader.Unsupported($@"\{(char)letter}");
        }

        if (_reader.Set(letter, inBrackets: false) is { } set) return new PatternNode.Characters(set);
        return Letter(_reader.Character(letter) ?? letter, options);
    }

    private static PatternNode.Atomic NewLine() => new(new PatternNode.Choice(
    [
        new PatternNode.Sequence([new PatternNode.Characters(CodePointSet.Of('\r')), new PatternNode.Characters(UnicodeProperties.LineFeed)]),
        new PatternNode.Characters(CodePointSet.Of((0xA, 0xD), (0x85, 0x85), (0x2028, 0x2029))),
    ]));

    /// <summary>From behind the opening parenthesis to behind the closing one.</summary>
    private PatternNode Group(Options options, bool inLookBehind)
    {
        if (_reader.StartsWith("*")) throw _reader.Unsupported("(*");
        if (!_reader.Take("?")) return Closed(Choice(options, inLookBehind));
        if (_reader.Take(":")) return Closed(Choice(options, inLookBehind));
        if (_reader.Take(">"))
        {
            if (inLookBehind) throw _reader.Unsupported("an atomic group in a look-behind");
            return new PatternNode.Atomic(Closed(Choice(options, inLookBehind)));
        }

        if (_reader.Take("=")) return Look(options, inLookBehind, behind: false, negative: false);
        if (_reader.Take("!")) return Look(options, inLookBehind, behind: false, negative: true);
        if (_reader.Take("<=")) return Look(options, inLookBehind, behind: true, negative: false);
        if (_reader.Take("<!")) return Look(options, inLookBehind, behind: true, negative: true);
        var quote = _reader.Take("'") ? '\'' : _reader.Take("<") || _reader.Take("P<") ? '>' : '\0';
        if (quote != '\0')
        {
            _reader.TakeTo(quote);
            return Closed(Choice(options, inLookBehind));
        }

        if (Switches(options) is { } changed && _reader.Take(":")) return Closed(Choice(changed, inLookBehind));
        throw _reader.Unsupported($"(?{(_reader.AtEnd ? "" : char.ConvertFromUtf32(_reader.Next))}");
    }

    private PatternNode.Look Look(Options options, bool inLookBehind, bool behind, bool negative)
    {
        if (inLookBehind && !behind) throw _reader.Unsupported("a look-ahead in a look-behind");
        return new PatternNode.Look(Closed(Choice(options, inLookBehind || behind)), behind, negative);
    }

    private PatternNode Closed(PatternNode node) => _reader.Take(")") ? node : throw _reader.Error("a parenthesis is not closed");

    /// <summary>The part with the quantifiers that follow it, each of which repeats what stands before it.</summary>
    private PatternNode Quantified(PatternNode part, Options options, bool inLookBehind)
    {
        while (true)
        {
            if (options.Extended && SkipsSpace()) continue;
            if (Quantifier() is not var (least, most, kind, isInterval)) return part;
            // a{2}? is (?:a{2})?, a repetition of a repetition.
            var isFixed = isInterval && least == most;
            if (kind == RepeatKind.Greedy && !isFixed && _reader.Take("?")) kind = RepeatKind.Lazy;
            else if (!isInterval && _reader.Take("+")) kind = RepeatKind.Possessive;
            if (inLookBehind && kind == RepeatKind.Possessive) throw _reader.Unsupported("a possessive quantifier in a look-behind");
            part = new PatternNode.Repeat(part, least, most, kind);
        }
    }

    /// <summary>The quantifier that comes next, without what makes it lazy or possessive; null where there is none.</summary>
    private (int Least, int? Most, RepeatKind Kind, bool IsInterval)? Quantifier()
    {
        if (_reader.Take("*")) return (0, null, RepeatKind.Greedy, false);
        if (_reader.Take("+")) return (1, null, RepeatKind.Greedy, false);
        if (_reader.Take("?")) return (0, 1, RepeatKind.Greedy, false);
        var before = _reader.Position;
        if (!_reader.Take("{")) return null;
        var least = _reader.Number(10, 9);
        int? most = least;
        var isRange = _reader.Take(",");
        if (isRange) most = _reader.Number(10, 9) is var number and >= 0 ? number : null;
        if (!_reader.Take("}") || (least < 0 && (!isRange || most is null)))
        {
            // A brace like any other character.
            _reader.Position = before;
            return null;
        }

        least = Math.Max(0, least);
        if (least > MostRepeats || most > MostRepeats) throw _reader.Unsupported($"more than {MostRepeats} repetitions");
        return most < least ? (most.Value, least, RepeatKind.Possessive, true) : (least, most, RepeatKind.Greedy, true);
    }
}
