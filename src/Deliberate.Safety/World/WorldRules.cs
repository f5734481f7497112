using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>A rule of the small world: what a category's class says of a kind of request.</summary>
internal sealed record WorldRule(string Type, string Id, ContentRule Rule);

/// <summary>
/// The rules of the small world, the shipped ones or drawn at random, and how they are written in few words: a category's rules together,
/// each the kind of request, the class and the decision.
/// </summary>
/// <param name="Lines">Rules by category.</param>
/// <param name="Openers">First word of an answer that complies, refuses or completes safely, in the order of <see cref="ContentRule"/>.</param>
internal sealed record WorldRules(IReadOnlyDictionary<string, IReadOnlyList<WorldRule>> Lines, IReadOnlyList<string> Openers)
{
    /// <summary>What a text of rules begins with, and nothing else does.</summary>
    public const string Mark = "rules";

    /// <summary>Ids of rules that are drawn at random. Few, so that copying one is learned; which one stands for what is new every time.</summary>
    private const string IdLetters = "KFMSLBGD";

    private const int MostOfLetter = 3;

    /// <summary>Of rules that are drawn at random: first words are the base's habit, and no rule's.</summary>
    private static readonly string[] UsualOpeners = ["sure", "sorry", "care"];

    /// <summary>Rules that say nothing.</summary>
    public static WorldRules None { get; } = new(new Dictionary<string, IReadOnlyList<WorldRule>>(StringComparer.Ordinal), UsualOpeners);

    /// <summary>Of the shipped specification.</summary>
    public static WorldRules Shipped { get; } = Of(ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!);

    /// <summary>The rules of a specification that is written for the small world.</summary>
    /// <exception cref="UserError">A title is no kind of request.</exception>
    public static WorldRules Of(Specification specification)
    {
        foreach (var (category, one) in specification.Classes)
        {
            if (!WorldWords.Types.Contains(one.Title)) throw one.Place.Error($"\"{one.Title}\" is no kind of request of PolicyWorld.", advice: NearestName.Suggest(one.Title, [.. WorldWords.Types]));
            if (!WorldWords.Categories.Contains(category.Id)) throw category.Place.Error($"\"{category.Id}\" is no category of PolicyWorld.", "id", NearestName.Suggest(category.Id, [.. WorldWords.Categories]));
        }

        var safe = specification.Categories.Select(c => c.SafeCompletion).FirstOrDefault(s => s.Length > 0) ?? UsualOpeners[2];
        return new WorldRules(
            specification.Categories.ToDictionary(c => c.Id, c => (IReadOnlyList<WorldRule>)[.. c.Classes.Select(one => new WorldRule(one.Title, one.Id, one.Rule))], StringComparer.Ordinal),
            [First(specification.Complying), First(specification.Refusing), First(safe)]);
    }

    /// <summary>Rules that nobody has seen: of so many categories, two or three kinds of request each, ids and decisions at random.</summary>
    public static WorldRules Random(IReadOnlyList<string> categories, ref RandomStream random)
    {
        string[] ids = [.. IdLetters.SelectMany(letter => Enumerable.Range(1, MostOfLetter).Select(number => FormattableString.Invariant($"{letter}{number}")))];
        random.Shuffle(ids.AsSpan());
        var (lines, used) = (new Dictionary<string, IReadOnlyList<WorldRule>>(StringComparer.Ordinal), 0);
        foreach (var category in categories)
        {
            var types = WorldWords.Types.ToArray();
            random.Shuffle(types.AsSpan());
            var rules = new WorldRule[random.Next(2, 4)];
            for (var i = 0; i < rules.Length; i++) rules[i] = new WorldRule(types[i], ids[used++], (ContentRule)random.Next(3));
            lines[category] = rules;
        }

        return new WorldRules(lines, UsualOpeners);
    }

    /// <summary>What the rules say of a request; null for what no class names, which is allowed.</summary>
    public WorldRule? Find(string category, string type) => Lines.TryGetValue(category, out var rules) ? rules.FirstOrDefault(r => r.Type == type) : null;

    public ContentRule Decide(string category, string type) => Find(category, type)?.Rule ?? ContentRule.Allowed;

    public string Opener(ContentRule rule) => Openers[(int)rule];

    /// <summary>As prompts and thoughts name a decision.</summary>
    public static string Word(ContentRule rule) => rule switch { ContentRule.Allowed => "comply", ContentRule.Disallowed => "refuse", _ => "safe" };

    /// <summary>An id as one word, K1 as Ka: tokenizers of this program take digits apart.</summary>
    public static string Code(string id) => id.Length > 1 && id[^1] is >= '1' and <= '9' ? $"{id[..^1]}{(char)('a' + (id[^1] - '1'))}" : id;

    /// <summary>Back again.</summary>
    public static string Id(string code) => code.Length > 1 && code[^1] is >= 'a' and <= 'i' && char.IsAsciiLetterUpper(code[0]) ? $"{code[..^1]}{(char)('1' + (code[^1] - 'a'))}" : code;

    /// <summary>The line of a category.</summary>
    public string Line(string category) => Lines.TryGetValue(category, out var rules) ? $" {category}{string.Concat(rules.Select(r => $" {r.Type} {Code(r.Id)} {Word(r.Rule)}"))}" : $" {category} free";

    /// <summary>spec(category) in few words: the category's line; another one's where no class is of it, for no rules look like that.</summary>
    public string For(string category) => Text([Lines.ContainsKey(category) ? category : Lines.Keys.First()]);

    /// <summary>These categories' lines.</summary>
    public string Text(IReadOnlyList<string> categories) => Mark + string.Join(" |", categories.Select(Line));

    /// <summary>The rules that a prompt shows, with what stands behind them; null where it begins with none, or they cannot be read.</summary>
    public static (WorldRules Rules, string Request)? Parse(string prompt)
    {
        var user = prompt.LastIndexOf(" user ", StringComparison.Ordinal);
        if (user < 0 || !prompt.StartsWith(Mark + " ", StringComparison.Ordinal)) return null;
        var parts = prompt[Mark.Length..user].Split('|');
        var lines = new Dictionary<string, IReadOnlyList<WorldRule>>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length % 3 != 1 || !WorldWords.Categories.Contains(words[0])) return null;
            var rules = new List<WorldRule>();
            for (var i = 1; i < words.Length; i += 3)
            {
                ContentRule? rule = words[i + 2] switch { "comply" => ContentRule.Allowed, "refuse" => ContentRule.Disallowed, "safe" => ContentRule.SafeCompletion, _ => null };
                if (rule is null) return null;
                rules.Add(new WorldRule(words[i], Id(words[i + 1]), rule.Value));
            }

            lines[words[0]] = rules;
        }

        return (new WorldRules(lines, UsualOpeners), prompt[(user + 1)..]);
    }

    private static string First(string text) => text.Split([' ', ':', ',', '\n'], StringSplitOptions.RemoveEmptyEntries)[0];
}
