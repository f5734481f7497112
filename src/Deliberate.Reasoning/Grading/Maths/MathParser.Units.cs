namespace Deliberate.Reasoning;

/// <summary>Letters right behind a number that were read as a unit or magnitude, where they might have been variables.</summary>
internal enum BareLetters
{
    None,

    /// <summary><c>5m</c>.</summary>
    Joined,

    /// <summary><c>5 m</c>.</summary>
    Spaced,

    /// <summary><c>40k</c>.</summary>
    Magnitude,
}

/// <summary>What stands behind a value in <see cref="MathParser"/>: magnitudes, units, nouns, signs of money, ordinals' endings.</summary>
internal sealed partial class MathParser
{
    private static readonly HashSet<string> MoneyWords = new(StringComparer.Ordinal) { "USD", "US", "EUR", "GBP", "INR", "CAD", "AUD", "Rs", "HK" };

    private string? _money;
    private BareLetters _bareLetters;

    /// <summary>Whether a token is letters that may be a unit or magnitude right behind a number.</summary>
    public static bool MayBeBare(MathToken token) => token.Kind is MathTokenKind.Word or MathTokenKind.Text ? MathUnits.IsUnitLetter(token.Text) || MathMagnitudes.OfLetter(token.Text) is not null : token.IsCommand("Omega");

    /// <summary>A currency before a number: its sign, or its letters.</summary>
    private bool TakeMoney()
    {
        if (Next.Kind == MathTokenKind.Command && MathUnits.Currency(Next.Text) is { } currency && Ahead(1) is var next && (next.Kind is MathTokenKind.Number or MathTokenKind.Command || next.Is("-") || next.Is("(") || next.Is("{")))
        {
            _money ??= currency;
            _at++;
            return true;
        }

        if (Next.Kind is not (MathTokenKind.Word or MathTokenKind.Text) || !MoneyWords.Contains(Next.Text)) return false;
        var dot = Ahead(1).Is(".") ? 1 : 0;
        if (Ahead(1 + dot).Kind != MathTokenKind.Number && !(Ahead(1).Kind == MathTokenKind.Command && MathUnits.Currency(Ahead(1).Text) is not null)) return false;
        if (MathUnits.Find(Next.Text) is [var (known, _)]) _money ??= known;
        _at += 1 + dot;
        return true;
    }

    /// <summary>Whether the word, text or command that comes next, behind a value, is the beginning of its unit rather than a factor.</summary>
    private bool BeginsUnit()
    {
        var text = Next.Text;
        switch (Next.Kind)
        {
            case MathTokenKind.Command:
                return MathUnits.Currency(text) is not null || IsUnitFraction || (_bare && text == "Omega" && BehindNumber);
            case MathTokenKind.Text:
                return text.Length != 1 || IsTemperature || MathUnits.IsUnitLetter(text) || (_bare && BehindNumber && MathMagnitudes.OfLetter(text) is not null);
            case MathTokenKind.Word:
                if (MathUnits.IsUnitWord(text) || IsTemperature || (BehindNumber && IsOrdinalEnding(Next))) return true;
                if (_bare && BehindNumber && (MathUnits.IsUnitLetter(text) || MathMagnitudes.OfLetter(text) is not null)) return true;
                if (!Next.Spaced || Functions.Contains(text) || Greek.Contains(text)) return false;
                if ((text is "in" or "am" or "AM" && EndsValue(Ahead(1))) || MathWords.IsNoun(text)) return true;

                // Short words are so only before a noun: "5 red balloons", "5 of them", "5 two-digit numbers".
                if (IsHyphenated) return true;
                if (text.Length < 2 || MathWords.IsQualifier(text) || Ahead(1) is not { Kind: MathTokenKind.Word, Spaced: true }) return false;
                return (MathWords.IsFiller(text) && MathWords.IsFiller(Ahead(1).Text)) || ((MathWords.IsFiller(text) || text.Length == 3) && Ahead(1).Text.Length > 3 && MathWords.IsNoun(Ahead(1).Text));
            default:
                return false;
        }
    }

    /// <summary>Whether two words with a hyphen between them come next.</summary>
    private bool IsHyphenated => Next is { Kind: MathTokenKind.Word, Text.Length: > 1 } && Ahead(1).Is("-") && !Ahead(1).Spaced && Ahead(2) is { Kind: MathTokenKind.Word, Spaced: false, Text.Length: > 3 } && !MathWords.AreFactors(Ahead(2).Text);

    private bool BehindNumber => _at > 0 && _tokens[_at - 1].Kind == MathTokenKind.Number;

    /// <summary>The letter of a scale of temperature, behind its sign of degrees.</summary>
    private bool IsTemperature => Next.Kind is MathTokenKind.Word or MathTokenKind.Text && Next.Text is "C" or "F" && _at > 0
        && (_tokens[_at - 1].IsCommand("circ") || _tokens[_at - 1].IsCommand("degree") || (_at > 1 && _tokens[_at - 1].Is("}") && _tokens[_at - 2].IsCommand("circ")));

    private bool IsOrdinalEnding(in MathToken token) => token.Kind is MathTokenKind.Word or MathTokenKind.Text && token.Text is "st" or "nd" or "rd" or "th" && (!token.Spaced || token.Kind == MathTokenKind.Text);

    /// <summary>Whether nothing of the value comes after this token.</summary>
    private static bool EndsValue(in MathToken token) => token.Kind == MathTokenKind.End || (token.Kind == MathTokenKind.Sign && token.Text is "," or ";" or ")" or "}" or @"\}" or "]" or "." or "^") || IsRelation(token) || IsConnector(token);

    /// <summary>The raised ending of an ordinal, behind its sign of power.</summary>
    private bool TakesOrdinal(MathNode value)
    {
        if (value is not (NumberNode or SymbolNode)) return false;
        if (IsOrdinalEnding(Next with { Spaced = false }))
        {
            _at++;
            return true;
        }

        if (!Next.Is("{") || !IsOrdinalEnding(Ahead(1) with { Spaced = false }) || !Ahead(2).Is("}")) return false;
        _at += 3;
        return true;
    }

    /// <summary>The value with what stands behind it.</summary>
    private MathNode TakeUnits(MathNode value)
    {
        var reader = new MathUnitReader();
        if (_money is not null) reader.Currency(_money);
        _money = null;
        if (WithoutDegrees(value) is { } angle)
        {
            value = angle;
            reader.Word("degree", last: false);
            if (IsTemperature)
            {
                reader.Word(Next.Text == "C" ? "celsius" : "fahrenheit", last: true);
                _at++;
            }
        }

        while (TakeModulus(reader) || TakeFraction(reader) || TakeUnit(ref value, reader))
        {
            if (!Next.Is("^") || !reader.TakesPower) continue;
            _at++;
            if (new MathEvaluator().Evaluate(Exponent()).Exact is not { IsInteger: true } power || !reader.Power((int)System.Numerics.BigInteger.Min(99, System.Numerics.BigInteger.Max(-99, power.Numerator)))) throw new UnreadableException();
        }

        return reader.Build() is { IsEmpty: false } unit ? new QuantityNode(value, unit) : value;
    }

    /// <summary>Whether "(mod 7)" comes next.</summary>
    private bool IsModulus => Next.IsCommand("pmod") || (Next.Is("(") && (Ahead(1).IsCommand("mod") || Ahead(1).IsCommand("bmod") || Ahead(1) is { Kind: MathTokenKind.Word or MathTokenKind.Text, Text: "mod" }));

    /// <summary>The modulus of a congruence, as a unit: another one makes another answer.</summary>
    private bool TakeModulus(MathUnitReader reader)
    {
        if (!IsModulus) return false;
        var braces = Next.Is("(");
        _at += braces ? 2 : 1;
        var modulus = braces ? Sum() : Argument();
        if (braces) Take(")");
        reader.Modulus(MathSymbols.Write(modulus));
        return true;
    }

    /// <summary>Whether a fraction of units in upright letters comes next: <c>\frac{\text{m}}{\text{s}^2}</c>.</summary>
    private bool IsUnitFraction => Next.IsCommand("frac") && Inside(_at + 1) is { } over && Inside(over.After) is { } under && AreUnits(over.Tokens) && AreUnits(under.Tokens);

    private static bool AreUnits(List<MathToken> tokens) => tokens is [{ Kind: MathTokenKind.Text }, ..] && tokens.TrueForAll(t => t.Kind is MathTokenKind.Text or MathTokenKind.Number || t.Is("^"));

    private bool TakeFraction(MathUnitReader reader)
    {
        if (!IsUnitFraction) return false;
        var (over, after) = Inside(_at + 1)!.Value;
        var (under, end) = Inside(after)!.Value;
        Take(over);
        reader.Per();
        Take(under);
        _at = end;
        return true;

        void Take(List<MathToken> tokens)
        {
            foreach (var token in tokens)
            {
                var known = token.Kind == MathTokenKind.Text ? token.Text.Split(' ').All(word => reader.Word(word, last: true)) : token.Is("^") || (int.TryParse(token.Text, out var power) && reader.Power(power));
                if (!known) throw new UnreadableException();
            }
        }
    }

    /// <summary>One token of what stands behind the value; false where that has ended.</summary>
    private bool TakeUnit(ref MathNode value, MathUnitReader reader)
    {
        var (token, next) = (Next, Ahead(1));
        var wordFollows = next.Kind is MathTokenKind.Word or MathTokenKind.Text;
        if (token.Kind is MathTokenKind.Word or MathTokenKind.Text && (IsJoint(reader) || (!IsConnector(token) && (reader.Any || BeginsUnit())))) return TakeWord(ref value, reader);
        if (token.Is("%"))
        {
            if (!reader.Word("percent", last: true)) throw new UnreadableException();
        }
        else if (token.Kind == MathTokenKind.Command && MathUnits.Currency(token.Text) is { } currency)
        {
            reader.Currency(currency);
        }
        else if (token.Kind == MathTokenKind.Command && BeginsUnit())
        {
            _bareLetters = BareLetters.Spaced;
            reader.Word("ohm", last: true);
        }
        else if (token.Is("/") && reader.Any && wordFollows)
        {
            reader.Per();
        }
        else if (!(token.Is(".") && reader.Any) && !(reader.TakesPower && wordFollows && (token.IsCommand("cdot") || token.Is("*") || token.Is("-"))))
        {
            // A point ends an abbreviation, and newton metres are a product; anything else is no unit.
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Whether "and" comes next between two nouns: pencils and pens.</summary>
    private bool IsJoint(MathUnitReader reader) => reader.AnyWord && Next is { Kind: MathTokenKind.Word, Text: MathUnit.Joint } && Ahead(1).Kind == MathTokenKind.Word && EndsValue(Ahead(2)) && MathWords.IsNoun(Ahead(1).Text);

    private bool TakeWord(ref MathNode value, MathUnitReader reader)
    {
        var token = Next;
        if (IsHyphenated)
        {
            token = token with { Text = $"{token.Text}-{Ahead(2).Text}" };
            _at += 2;
        }

        var mayBeVariable = !reader.AnyWord && _bare && BehindNumber;
        if (mayBeVariable && MathMagnitudes.OfLetter(token.Text) is { } factor && !(token.Spaced && MathUnits.IsUnitLetter(token.Text)))
        {
            _bareLetters = BareLetters.Magnitude;
            value = new CallNode("mul", value, new NumberNode(factor));
        }
        else if (!IsOrdinalEnding(token))
        {
            if (mayBeVariable && token.Kind == MathTokenKind.Word && MathUnits.IsUnitLetter(token.Text)) _bareLetters = token.Spaced ? BareLetters.Spaced : BareLetters.Joined;
            TakeWords(ref value, reader, token);
        }

        _at++;
        return true;
    }

    /// <summary>The words of one token, each a magnitude, a unit or a noun.</summary>
    private void TakeWords(ref MathNode value, MathUnitReader reader, in MathToken token)
    {
        var words = token.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            if (!reader.AnyWord && MathMagnitudes.Of(words[i], value is NumberNode { Value: { IsInteger: true } number } && number == Rational.One) is { } factor)
            {
                value = new CallNode("mul", value, new NumberNode(factor));
                continue;
            }

            var last = i + 1 == words.Length && (token.Kind == MathTokenKind.Text || EndsValue(Ahead(1)));
            var parts = words[i].Split('/');
            for (var p = 0; p < parts.Length; p++)
            {
                if (p > 0) reader.Per();
                if (!reader.Word(parts[p], last)) throw new UnreadableException();
            }
        }
    }

    /// <summary>An angle in degrees as the number of them; null where it is none.</summary>
    private static MathNode? WithoutDegrees(MathNode value) => value switch
    {
        CallNode { Function: "deg", Arguments: [var angle] } => angle,
        CallNode { Function: "neg", Arguments: [var inner] } when WithoutDegrees(inner) is { } angle => new CallNode("neg", angle),
        CallNode { Function: "add" or "sub" or "pm" or "mp", Arguments: [var left, var right] } sum when WithoutDegrees(left) is { } a && WithoutDegrees(right) is { } b => new CallNode(sum.Function, a, b),
        CallNode { Function: "mul", Arguments: [var left, var right] } when WithoutDegrees(right) is { } b => new CallNode("mul", left, b),
        CallNode { Function: "div", Arguments: [var left, var right] } when WithoutDegrees(left) is { } a && right is NumberNode => new CallNode("div", a, right),
        _ => null,
    };
}
