using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What is asked of one string: length in characters, patterns that it holds, and formats.</summary>
internal sealed class JsonStrings
{
    private const string Year = "[0-9]{4}", Day = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
    private const string Time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])", Label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?", Host = $"{Label}(?:\\.{Label}){{0,3}}";

    /// <summary>
    /// Texts of each format that is known: not every one that the standards allow (no 29 February, short labels), and only such as they do.
    /// </summary>
    private static readonly Dictionary<string, string> s_formats = new(StringComparer.Ordinal)
    {
        ["date"] = $"{Year}-{Day}",
        ["time"] = Time,
        ["date-time"] = $"{Year}-{Day}T{Time}",
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["ipv4"] = $"{Byte}(?:\\.{Byte}){{3}}",
        ["email"] = $"[a-zA-Z0-9](?:[a-zA-Z0-9_+-]{{0,30}}[a-zA-Z0-9])?@{Label}(?:\\.{Label}){{0,2}}\\.[a-zA-Z]{{2,10}}",
        ["hostname"] = Host,
        ["uri"] = $"https?://{Host}(?:/[a-zA-Z0-9._~-]{{1,60}}){{0,8}}/?",
        ["duration"] = "P(?:[0-9]{1,4}D(?:T[0-9]{1,4}[HMS])?|T[0-9]{1,4}[HMS]|[0-9]{1,4}W)",
    };

    private CharAutomaton? _automaton;
    private int _least;
    private int? _most;

    /// <summary>The formats that are known.</summary>
    public static IEnumerable<string> Formats => s_formats.Keys;

    public void AtLeast(int length) => _least = Math.Max(_least, length);

    public void AtMost(int length) => _most = Math.Min(_most ?? length, length);

    public void Holds(string pattern, string pointer) => And(CharAutomaton.Of(RegexSyntax.Search(pattern, pointer)));

    public void HasFormat(string format, string pointer)
    {
        if (!s_formats.TryGetValue(format, out var pattern))
            throw new UserError($"the format \"{format}\" is not supported.", field: pointer, advice: $"Known are {string.Join(", ", Formats)}; or give a pattern.");
        And(CharAutomaton.Of(RegexSyntax.Whole(pattern, pointer)));
    }

    public void Is(CharAutomaton automaton) => And(automaton);

    public Pattern ToPattern()
    {
        if (_most < _least) return Pattern.Never;
        if (_automaton is null) return _least == 0 && _most is null ? new Pattern.Rule(JsonPatterns.String) : Pattern.Of(Pattern.Text("\""), new Pattern.Rule(JsonPatterns.Character).Times(_least, _most), Pattern.Text("\""));
        return JsonPatterns.Quoted(_least == 0 && _most is null ? _automaton : _automaton.And(CharAutomaton.OfLength(_least, _most)));
    }

    private void And(CharAutomaton other) => _automaton = _automaton is null ? other : _automaton.And(other);
}
