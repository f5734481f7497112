namespace Deliberate.Reasoning;

/// <summary>
/// The units that are known by name, and their spellings; any other noun is a unit of its own. Two units that differ make two
/// answers different; a unit on one side only is no difference. Nothing is converted.
/// </summary>
internal static class MathUnits
{
    /// <summary>A unit a line: what it is, in the units of other lines where it is made of them, then its spellings.</summary>
    private const string Spellings = """
        nm nm nanometer nanometers nanometre nanometres
        um um micrometer micrometers micrometre micrometres micron microns
        mm mm millimeter millimeters millimetre millimetres
        cm cm cms centimeter centimeters centimetre centimetres
        dm dm decimeter decimeters decimetre decimetres
        m m meter meters metre metres
        km km kms kilometer kilometers kilometre kilometres
        in in ins inch inches
        ft ft foot feet
        yd yd yds yard yards
        mi mi mile miles
        ly ly lightyear lightyears light-year light-years
        acre acre acres
        ha ha hectare hectares
        mg mg milligram milligrams milligramme milligrammes
        g g gm gms gram grams gramme grammes
        kg kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes
        tonne tonne tonnes
        ton ton tons
        lb lb lbs pound pounds
        oz oz ounce ounces
        ml ml mL milliliter milliliters millilitre millilitres
        cl cl centiliter centiliters centilitre centilitres
        l l L liter liters litre litres
        gal gal gals gallon gallons
        qt qt qts quart quarts
        pt pt pint pints
        tbsp tbsp tablespoon tablespoons
        tsp tsp teaspoon teaspoons
        cup cup cups
        cm^3 cc ccm
        ns ns nanosecond nanoseconds
        us us microsecond microseconds
        ms ms millisecond milliseconds
        s s sec secs second seconds
        min min mins minute minutes
        h h hr hrs hour hours
        day day days
        week wk wks week weeks
        month month months
        yr yr yrs year years
        decade decade decades
        century century centuries
        mi/h mph
        km/h kph kmh kmph
        m/s mps
        hz Hz hertz
        khz kHz kilohertz
        mhz MHz megahertz
        ghz GHz gigahertz
        n N newton newtons
        j J joule joules
        kj kJ kilojoule kilojoules
        cal cal cals calorie calories
        kcal kcal kcals kilocalorie kilocalories
        ev eV
        w W watt watts
        kw kW kilowatt kilowatts
        mw MW megawatt megawatts
        kwh kWh kilowatthour kilowatthours kilowatt-hour kilowatt-hours
        hp hp horsepower
        pa Pa pascal pascals
        kpa kPa kilopascal kilopascals
        atm atm atmosphere atmospheres
        psi psi
        v V volt volts
        a A amp amps ampere amperes
        ohm ohm ohms
        c C coulomb coulombs
        f F farad farads
        mol mol mole moles
        kelvin K kelvin kelvins
        bit bit bits
        byte byte bytes
        kb kb KB kilobyte kilobytes
        mb MB megabyte megabytes
        gb GB gigabyte gigabytes
        tb TB terabyte terabytes
        dollar dollar dollars usd USD buck bucks
        cent cent cents penny pennies
        euro euro euros eur EUR
        gbp gbp GBP quid
        yen yen jpy JPY
        yuan yuan cny CNY rmb RMB
        rupee rupee rupees inr INR Rs rs
        peso peso pesos
        unit unit units
        degree degree degrees deg degs
        celsius celsius centigrade
        fahrenheit fahrenheit
        radian rad rads radian radians
        percent percent pct percents percentage
        am am AM
        pm pm PM
        """;

    /// <summary>Letters and words that are something else in mathematics or English where no value stands before them, or none of \text is around them.</summary>
    private static readonly HashSet<string> OnlyAsText = new(StringComparer.Ordinal)
    {
        "m", "g", "l", "L", "s", "h", "N", "J", "W", "V", "A", "C", "F", "K", "in", "ins", "am", "AM", "us", "um", "ns", "nm", "dm", "ha", "ms", "pt", "ly", "cl", "kb", "hp",
    };

    private static readonly Dictionary<string, (string Unit, int Power)[]> Known = BuildTable();

    /// <summary>Money, as commands that <see cref="MathText"/> makes of its signs.</summary>
    private static readonly Dictionary<string, string> Currencies = new(StringComparer.Ordinal) { ["dollar"] = "dollar", ["euro"] = "euro", ["pounds"] = "gbp", ["yen"] = "yen", ["rupee"] = "rupee", ["cent"] = "cent" };

    /// <summary>Whether a word that is not in \text is a unit wherever it stands.</summary>
    public static bool IsUnitWord(string word) => !OnlyAsText.Contains(word) && (Find(word) is not null || word.ToLowerInvariant() is "square" or "sq" or "cubic" or "per");

    /// <summary>Whether a letter is a unit where it stands right behind a number.</summary>
    public static bool IsUnitLetter(string word) => OnlyAsText.Contains(word) && Find(word) is not null;

    public static bool IsMoney(string unit) => Currencies.ContainsValue(unit);

    /// <summary>The unit of a currency's sign.</summary>
    public static string? Currency(string command) => Currencies.GetValueOrDefault(command);

    /// <summary>What a spelling stands for, as powers of units: those of one or two letters in their own case, longer ones in any.</summary>
    public static (string Unit, int Power)[]? Find(string spelling)
    {
        if (Known.TryGetValue(spelling, out var exact)) return exact;
        return spelling.Length > 1 && Known.TryGetValue(spelling.ToLowerInvariant(), out var folded) ? folded : null;
    }

    private static Dictionary<string, (string, int)[]> BuildTable()
    {
        var table = new Dictionary<string, (string, int)[]>(StringComparer.Ordinal);
        foreach (var line in Spellings.Split('\n'))
        {
            var words = line.Trim().Split(' ');
            (string, int)[] unit = words[0] switch
            {
                "cm^3" => [("cm", 3)],
                _ when words[0].Split('/') is [var over, var under] => [(over, 1), (under, -1)],
                _ => [(words[0], 1)],
            };
            foreach (var spelling in words[1..]) table[spelling] = unit;
        }

        // Longer spellings in small letters as well, where no other unit is spelt so.
        foreach (var (spelling, unit) in table.ToArray())
        {
            if (spelling.Length > 1) table.TryAdd(spelling.ToLowerInvariant(), unit);
        }

        return table;
    }
}
