using System.Globalization;
using System.Text.RegularExpressions;

namespace Deliberate.Safety;

/// <summary>Forms that names and dates in a policy have.</summary>
internal static partial class PolicyNames
{
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Null where it is no date.</summary>
    public static DateOnly? Date(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
