namespace Deliberate.Reasoning;

/// <summary>What stands behind a value: known units with their powers, and other nouns, in the singular.</summary>
/// <param name="Powers">In the order of their names.</param>
/// <param name="Nouns">In the order of their names.</param>
internal sealed record MathUnit(IReadOnlyList<(string Unit, int Power)> Powers, IReadOnlyList<string> Nouns)
{
    public static MathUnit Percent { get; } = new([("percent", 1)], []);

    public static MathUnit Degree { get; } = new([("degree", 1)], []);

    public const string ModulusWord = "mod ";

    /// <summary>Among the nouns where two things are counted together: "cats and dogs" are not cats.</summary>
    public const string Joint = "and";

    /// <summary>Whether it is a congruence's value, which many numbers are.</summary>
    public bool IsModular => Nouns.Any(n => n.StartsWith(ModulusWord, StringComparison.Ordinal));

    public bool IsPercent => Is("percent");

    public bool IsDegree => Is("degree");

    /// <summary>Whether it says nothing.</summary>
    public bool IsEmpty => Powers.Count == 0 && Nouns.Count == 0;

    /// <summary>
    /// Whether two answers may be the same with these units: the same known units, the nouns of one among those of the other. A
    /// known unit and a plain noun are two things. Degrees may be of temperature.
    /// </summary>
    public static bool Agree(MathUnit a, MathUnit b)
    {
        if (a.IsEmpty || b.IsEmpty) return true;
        if ((a.Powers.Count > 0) != (b.Powers.Count > 0)) return false;
        if (!a.Powers.SequenceEqual(b.Powers) && !(a.IsDegree && b.IsTemperature) && !(b.IsDegree && a.IsTemperature)) return false;
        if (a.Nouns.Contains(Joint) || b.Nouns.Contains(Joint)) return a.Nouns.Count == 0 || b.Nouns.Count == 0 || a.Nouns.SequenceEqual(b.Nouns);
        return a.Nouns.Count == 0 || b.Nouns.Count == 0 || a.Nouns.All(b.Nouns.Contains) || b.Nouns.All(a.Nouns.Contains);
    }

    private bool IsTemperature => Is("celsius") || Is("fahrenheit");

    private bool Is(string unit) => Powers is [(var only, 1)] && only == unit;
}

/// <summary>Makes a <see cref="MathUnit"/> of the words and signs behind a value.</summary>
internal sealed class MathUnitReader
{
    private const int MostWords = 8;

    private readonly SortedDictionary<string, int> _powers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _nouns = new(StringComparer.Ordinal);
    private int _sign = 1, _words, _prefix = 1;
    private (string Unit, int Power)[] _last = [];

    /// <summary>Whether a unit or noun was read.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether one was that is a word: a sign of money leaves room for a magnitude.</summary>
    public bool AnyWord => _words > 0;

    /// <summary>Whether the last word was a known unit, which a power may follow.</summary>
    public bool TakesPower => _last.Length > 0;

    /// <summary>A word; false where it is neither unit nor noun, and the whole cannot be read.</summary>
    /// <param name="word">Without its spaces.</param>
    /// <param name="last">Whether no other word follows: "in" is inches only there.</param>
    public bool Word(string word, bool last)
    {
        if (++_words > MostWords) return false;
        word = word.Trim('.', ',', '\'', '"', ':');
        if (word.Contains('.', StringComparison.Ordinal)) word = word.Replace(".", "", StringComparison.Ordinal);
        if (word.Length == 0) return true;
        Any = true;
        switch (word.ToLowerInvariant())
        {
            case "per": Per(); return true;
            case "a" or "an" when TakesPower && !last: Per(); return true;
            case "square" or "sq": _prefix = 2; _nouns.Add("square"); return true;
            case "cubic" or "cu": _prefix = 3; _nouns.Add("cubic"); return true;
            case "squared" when TakesPower: return Power(2);
            case "cubed" when TakesPower: return Power(3);
            default: break;
        }

        if ((word != "in" || last) && Unit(word) is { } unit)
        {
            if (unit is [("percent", _)] && _powers.ContainsKey("percent")) return false;
            Add(unit);
            return true;
        }

        _last = [];
        if (MathWords.IsQualifier(word)) return false;
        if (word == MathUnit.Joint)
        {
            _nouns.Add(word);
            return _nouns.Count > 1 && !last;
        }

        if (!MathWords.IsFiller(word) && !word.All(c => char.IsLetter(c) || c is '-' or '\'')) return false;
        if (!MathWords.IsFiller(word)) _nouns.Add((_sign < 0 ? "per " : "") + MathWords.Singular(word));
        return true;
    }

    /// <summary>A division sign.</summary>
    public void Per() => (_sign, _last) = (-1, []);

    /// <summary>A power behind the last known unit.</summary>
    public bool Power(int power)
    {
        if (!TakesPower || power is 0 or > 9 or < -9) return false;
        foreach (var (unit, known) in _last) Count(unit, known * (power - 1) * _sign);
        _last = [];
        return true;
    }

    public void Currency(string unit)
    {
        Any = true;
        if (!_powers.ContainsKey(unit)) Count(unit, 1);
    }

    public void Modulus(string modulus) => _nouns.Add(MathUnit.ModulusWord + modulus);

    public MathUnit Build()
    {
        // "25 degrees Celsius" is 25 of one unit.
        if (_powers.ContainsKey("celsius") || _powers.ContainsKey("fahrenheit")) _powers.Remove("degree");
        return new MathUnit([.. _powers.Where(p => p.Value != 0).Select(p => (p.Key, p.Value))], [.. _nouns]);
    }

    /// <summary>A known unit, also with its power run into it: <c>cm2</c>.</summary>
    private static (string Unit, int Power)[]? Unit(string word)
    {
        if (MathUnits.Find(word) is { } unit) return unit;
        return word.Length > 1 && word[^1] is '2' or '3' && MathUnits.Find(word[..^1]) is [var (name, power)] ? [(name, power * (word[^1] - '0'))] : null;
    }

    private void Add((string Unit, int Power)[] unit)
    {
        if (_prefix != 1)
        {
            _nouns.Remove(_prefix == 2 ? "square" : "cubic");
            unit = [.. unit.Select(u => (u.Unit, u.Power * _prefix))];
            _prefix = 1;
        }

        _last = unit;

        // "$5 dollars" says it twice.
        if (unit is [(var money, 1)] && MathUnits.IsMoney(money) && _sign > 0 && _powers.ContainsKey(money)) return;
        foreach (var (name, power) in unit) Count(name, power * _sign);
    }

    private void Count(string unit, int power) => _powers[unit] = _powers.GetValueOrDefault(unit) + power;
}
