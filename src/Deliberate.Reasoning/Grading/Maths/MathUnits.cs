namespace Deliberate.Reasoning;

/// <summary>
/// Units behind a number: a word of this list, or any words in \text. Two units that are both known and not the same make two
/// answers different; a unit on one side only is no difference. Nothing is converted.
/// </summary>
internal static class MathUnits
{
    /// <summary>Spellings of one unit, one unit a line.</summary>
    private const string Spellings = """
        mm millimeter millimeters millimetre millimetres
        cm centimeter centimeters centimetre centimetres
        m meter meters metre metres
        km kilometer kilometers kilometre kilometres
        in inch inches
        ft foot feet
        yd yard yards
        mi mile miles
        mg milligram milligrams
        g gram grams
        kg kilogram kilograms
        lb lbs pound pounds
        oz ounce ounces
        ml milliliter milliliters millilitre millilitres
        l liter liters litre litres
        s sec secs second seconds
        min mins minute minutes
        h hr hrs hour hours
        day days
        week weeks
        month months
        yr year years
        mph
        dollar dollars usd
        cent cents
        euro euros
        degree degrees deg
        radian radians rad
        unit units
        percent pct
        am a.m. a.m
        pm p.m. p.m
        """;

    /// <summary>One-letter units and words that are something else in mathematics or English: only inside \text.</summary>
    private static readonly HashSet<string> OnlyAsText = new(StringComparer.OrdinalIgnoreCase) { "m", "g", "l", "s", "h", "in", "min", "am", "pm", "sec" };

    private static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase) { "square", "sq", "cubic", "per" };

    private static readonly Dictionary<string, string> Known = Table();

    /// <summary>Whether a word outside \text is a unit.</summary>
    public static bool IsUnitWord(string word) => !OnlyAsText.Contains(word) && (Known.ContainsKey(word) || Ignored.Contains(word));

    /// <summary>The unit's one spelling; null where it is not known.</summary>
    public static string? Canonical(string unit)
    {
        var words = unit.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => !Ignored.Contains(w)).ToArray();
        return words.Length == 1 ? Known.GetValueOrDefault(words[0]) : null;
    }

    private static Dictionary<string, string> Table()
    {
        var table = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Spellings.Split('\n'))
        {
            var spellings = line.Trim().Split(' ');
            foreach (var spelling in spellings) table[spelling] = spellings[0];
        }

        return table;
    }
}
