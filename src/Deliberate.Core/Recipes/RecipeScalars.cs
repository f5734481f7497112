using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Deliberate.Core;

/// <summary>
/// Single values of a recipe: text, <c>true</c>/<c>false</c>, enum names, whole numbers (<c>1_000</c>, <c>2e6</c> where it is
/// whole) and finite decimal numbers (<c>3e-4</c>, <c>.5</c>). YAML 1.1's other booleans, octal and sexagesimal numbers are
/// refused rather than guessed.
/// </summary>
internal static partial class RecipeScalars
{
    public static object Bind(RecipeScalar scalar, Type type, InRangeAttribute? range, string path)
    {
        if (type == typeof(string)) return scalar.Text;
        if (type.IsEnum) return BindEnum(scalar, type, path);
        if (type == typeof(bool)) return BindBool(scalar, path);
        var value = RecipeType.IsInteger(type) ? BindInteger(scalar, type, path) : BindReal(scalar, type, path);
        if (range is not null && !range.Contains(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
            throw scalar.Place.Error($"{scalar.Text} is out of range: it must be {range}.", path);
        return value;
    }

    public static string Describe(Type type) =>
        type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type.IsEnum ? "one of " + string.Join(", ", RecipeType.EnumNames(type).Select(n => n.Name))
        : RecipeType.IsInteger(type) ? "a whole number"
        : "a number";

    /// <summary>Whether plain text would be read as something other than text.</summary>
    public static bool LooksLikeNumber(string text) => Number().IsMatch(text);

    private static object BindEnum(RecipeScalar scalar, Type type, string path)
    {
        var names = RecipeType.EnumNames(type);
        foreach (var (name, value) in names)
        {
            if (name == scalar.Text) return value;
        }

        throw scalar.Place.Error($"Unknown value {scalar.Kind}.", path, NearestName.Suggest(scalar.Text, [.. names.Select(n => n.Name)]));
    }

    private static object BindBool(RecipeScalar scalar, string path) => scalar.Text switch
    {
        "true" or "True" or "TRUE" when scalar.Plain => true,
        "false" or "False" or "FALSE" when scalar.Plain => false,
        _ => throw WrongType(scalar, typeof(bool), path),
    };

    private static object BindInteger(RecipeScalar scalar, Type type, string path)
    {
        if (!scalar.Plain || scalar.Text.Length > 64 || !Number().IsMatch(scalar.Text)) throw WrongType(scalar, type, path);
        var text = scalar.Text.Replace("_", "", StringComparison.Ordinal);
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw TooLarge(scalar, type, path);
        if (value != decimal.Truncate(value)) throw WrongType(scalar, type, path);
        try
        {
            return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            throw TooLarge(scalar, type, path);
        }
    }

    private static object BindReal(RecipeScalar scalar, Type type, string path)
    {
        if (!scalar.Plain || !Number().IsMatch(scalar.Text)) throw WrongType(scalar, type, path);
        var value = double.Parse(scalar.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (type != typeof(float)) return double.IsFinite(value) ? value : throw TooLarge(scalar, type, path);
        return float.IsFinite((float)value) ? (float)value : throw TooLarge(scalar, type, path);
    }

    private static UserError WrongType(RecipeScalar scalar, Type type, string path)
    {
        var advice = !scalar.Plain && type != typeof(string) ? "Remove the quotes." : null;
        return scalar.Place.Error($"Expected {Describe(type)}, found {scalar.Kind}.", path, advice);
    }

    private static UserError TooLarge(RecipeScalar scalar, Type type, string path)
    {
        var limits = RecipeType.IsInteger(type) ? $": it must be between {type.GetField("MinValue")!.GetValue(null)} and {type.GetField("MaxValue")!.GetValue(null)}" : ": it must be finite";
        return scalar.Place.Error($"{scalar.Kind} is out of range{limits}.", path);
    }

    [GeneratedRegex(@"^[-+]?([0-9]+(_[0-9]+)*(\.([0-9]+(_[0-9]+)*)?)?|\.[0-9]+)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
