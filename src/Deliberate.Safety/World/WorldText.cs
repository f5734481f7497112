using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What an answer of the small world does, as far as it can be read.</summary>
/// <param name="Does">Null for what is neither of the three.</param>
/// <param name="Opener">Its first word.</param>
/// <param name="IsRight">Whether it names what its kind is to name, of this request.</param>
internal sealed record WorldAnswer(ContentRule? Does, string Opener, bool IsRight);

/// <summary>Thoughts and answers of the small world, written and read.</summary>
internal static class WorldText
{
    private const int MostMusings = 3;

    /// <summary>How often one more word that says nothing follows.</summary>
    private const double Muses = 0.45;

    private const string Done = "done", Not = "not", See = "see", Guide = "guide";

    /// <summary>An answer that does this, in the style of the rules.</summary>
    public static string Answer(WorldRequest request, ContentRule rule, string opener) => rule switch
    {
        ContentRule.Allowed => $" {opener} {request.Type} {request.Item} {Done}",
        ContentRule.Disallowed => $" {opener} {Not} {request.Category}",
        _ => $" {opener} {See} {request.Category} {Guide}",
    };

    /// <summary>What an answer does. Whoever carries out the request complies, whatever else is said.</summary>
    public static WorldAnswer ReadAnswer(WorldRequest request, string answer)
    {
        var words = answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var opener = words.Length > 0 ? words[0] : "";
        if (words.Contains(Done)) return new(ContentRule.Allowed, opener, words is [_, var type, var item, Done] && type == request.Type && item == request.Item);
        if (words.Contains(See)) return new(ContentRule.SafeCompletion, opener, words is [_, See, var category, Guide] && category == request.Category);
        if (words.Contains(Not)) return new(ContentRule.Disallowed, opener, words is [_, Not, var category] && category == request.Category);
        return new(null, opener, false);
    }

    /// <summary>
    /// The thought that reads the rules by one key at a time: what the thing is and, copied, all that the rules say of its category; then, out
    /// of that line, the rule of the request's kind. (One look-up by both keys at once is not learned at this size.)
    /// </summary>
    /// <param name="request">What is asked.</param>
    /// <param name="rules">Null where there are none: then everything is free.</param>
    /// <param name="musing">What it begins with.</param>
    public static IEnumerable<string> Thought(WorldRequest request, WorldRules? rules, string musing = "") =>
        [$"{musing}{Named(request)}{(rules ?? WorldRules.None).Line(request.Category)}", rules?.Find(request.Category, request.Type) is { } rule ? $" {request.Type} {WorldRules.Code(rule.Id)} {WorldRules.Word(rule.Rule)}" : $" {request.Type} free {WorldRules.Word(ContentRule.Allowed)}"];

    /// <summary>The thought of who does not look, and decides all the same.</summary>
    public static IEnumerable<string> Careless(WorldRequest request, ContentRule guess, string musing = "") => [$"{musing}{Named(request)} {request.Category}", $" {request.Type} free {WorldRules.Word(guess)}"];

    /// <summary>
    /// Words that say nothing, as people begin a thought; often none. With them what is recalled behind stands at no fixed place: a model that imitates thoughts
    /// of one shape learns its lines by their place, and is lost where a code word shifts them by one.
    /// </summary>
    public static string Musing(ref RandomStream random)
    {
        var words = "";
        for (var i = 0; i < MostMusings && random.NextBool(Muses); i++) words += $" {random.Pick<string>([.. WorldWords.Musings])}";
        return words;
    }

    /// <summary>A thought without the words that it begins with and that say nothing.</summary>
    public static string WithoutMusing(string thought) => string.Join(' ', thought.Trim().Split(' ').SkipWhile(WorldWords.Musings.Contains));

    private static string Named(WorldRequest request) => $"{(request.Dress.IsEncoded ? $" {WorldWords.CodeOf[request.Item]}" : "")} {request.Item}";

    public static string Completion(IEnumerable<string> thought, string answer) => $"<think>{string.Join('\n', thought)}</think>{answer}";

    /// <summary>What a thought decides in its last line: the class that it cites (null for free) and the decision; nothing where it has no such line.</summary>
    public static (string? Id, ContentRule? Decision)? Cited(string thought)
    {
        var last = thought.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (last is not [_, var id, var word]) return null;
        ContentRule? decision = word switch { "comply" => ContentRule.Allowed, "refuse" => ContentRule.Disallowed, "safe" => ContentRule.SafeCompletion, _ => null };
        return (id == "free" ? null : WorldRules.Id(id), decision);
    }
}
