using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// What a text that a model writes must look like: tokens that would lead away from it cannot come, so the text fits whatever the model
/// would rather say. Where the model thinks, the thought is free, and the answer behind it is held. A text that ends for want of tokens
/// (<see cref="FinishReason.Length"/>) is the beginning of one that fits; one that ends by itself fits. For any number of requests at a time.
/// </summary>
public sealed class OutputGrammar
{
    /// <summary>Grammars that were made last: a server is asked for the same ones again, and what was found out about their tokens is kept with them.</summary>
    private static readonly Dictionary<(string Kind, string Source), OutputGrammar> s_known = [];
    private static readonly Queue<(string, string)> s_order = new();

    private OutputGrammar(string kind, string source, Grammar grammar) => (Kind, Source, Grammar) = (kind, source, grammar);

    /// <summary>Any JSON object.</summary>
    public static OutputGrammar JsonObject { get; } = FromJsonSchema("""{"type":"object"}""");

    /// <summary>Grammars that are kept.</summary>
    private const int MostKnown = 16;

    /// <summary>What it was made of: <c>json_schema</c>, <c>regex</c> or <c>grammar</c>.</summary>
    public string Kind { get; }

    /// <summary>The text that it was made of.</summary>
    public string Source { get; }

    internal Grammar Grammar { get; }

    /// <summary>JSON that a schema accepts. Which keywords are understood is in docs/structured-output.md; another that matters is refused.</summary>
    /// <param name="schema">A JSON Schema.</param>
    /// <exception cref="UserError">It is no schema, not supported, or nothing satisfies it; the field is the JSON pointer.</exception>
    public static OutputGrammar FromJsonSchema(string schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = 100 });
            return FromJsonSchema(document.RootElement);
        }
        catch (JsonException problem)
        {
            throw new UserError($"the schema is no JSON: {problem.Message}", line: (int)(problem.LineNumber ?? -1) + 1, field: "#", inner: problem);
        }
    }

    /// <inheritdoc cref="FromJsonSchema(string)"/>
    public static OutputGrammar FromJsonSchema(JsonElement schema) => Known("json_schema", schema.GetRawText(), () => JsonSchemaCompiler.Compile(schema.Clone()));

    /// <summary>Texts that a regular expression matches as a whole (ECMAScript's syntax without look-around and back-references).</summary>
    /// <exception cref="UserError">It is malformed or not supported.</exception>
    public static OutputGrammar FromRegex(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return Known("regex", expression, () => Checked(new Grammar(new Dictionary<string, Pattern>(StringComparer.Ordinal) { ["root"] = RegexSyntax.Whole(expression, "regex") }, "root")));
    }

    /// <summary>Texts of a grammar in GBNF, whose rule <c>root</c> is the whole text.</summary>
    /// <exception cref="UserError">It is malformed, or a rule begins with itself.</exception>
    public static OutputGrammar FromGrammar(string grammar)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        return Known("grammar", grammar, () => Checked(GrammarSyntax.Parse(grammar)));
    }

    /// <summary>What fits between two texts, or another form.</summary>
    internal static OutputGrammar Between(string before, OutputGrammar inside, string behind, OutputGrammar? or) =>
        Known("between", $"{before}|{inside.Kind} {inside.Source}|{behind}|{or?.Kind} {or?.Source}", () =>
        {
            // Rules of two grammars may have the same names.
            var rules = Renamed(inside.Grammar, "a ").Concat(or is null ? [] : Renamed(or.Grammar, "b ")).ToDictionary(StringComparer.Ordinal);
            var held = Pattern.Of(Pattern.Text(before), new Pattern.Rule("a root"), Pattern.Text(behind));
            rules["root"] = or is null ? held : Pattern.Either(held, new Pattern.Rule("b root"));
            return Checked(new Grammar(rules, "root"));
        });

    /// <summary>Any text in which a mark is always followed by what fits, space around it, and a closing mark.</summary>
    internal static OutputGrammar Within(string open, OutputGrammar inside, string close) =>
        Known("within", $"{open}|{inside.Kind} {inside.Source}|{close}", () =>
        {
            var rules = Renamed(inside.Grammar, "a ").ToDictionary(StringComparer.Ordinal);
            var space = new Pattern.Chars(CodePoints.Union([CodePoints.Of(' '), CodePoints.Of('\n')])).Times(0, 2);
            var free = new Pattern.Automaton(CharAutomaton.Without(open), static set => new Pattern.Chars(set));
            rules["held"] = Pattern.Of(Pattern.Text(open), space, new Pattern.Rule("a root"), space, Pattern.Text(close), free);
            rules["root"] = Pattern.Of(free, new Pattern.Rule("held").Times(0, null));
            return Checked(new Grammar(rules, "root"));
        });

    private static IEnumerable<KeyValuePair<string, Pattern>> Renamed(Grammar grammar, string mark)
    {
        return grammar.Rules.Select(r => KeyValuePair.Create(mark + r.Key, Of(r.Value)));

        Pattern Of(Pattern pattern) => pattern switch
        {
            Pattern.Rule rule => new Pattern.Rule(mark + rule.Name),
            Pattern.Sequence sequence => new Pattern.Sequence([.. sequence.Parts.Select(Of)]),
            Pattern.Choice choice => new Pattern.Choice([.. choice.Options.Select(Of)]),
            Pattern.Repeat repeat => repeat with { Part = Of(repeat.Part) },
            // Characters, and automata over them, name no rules.
            _ => pattern,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Excerpt.Of(Source, 60)}";

    private static OutputGrammar Known(string kind, string source, Func<Grammar> make)
    {
        lock (s_known)
            if (s_known.TryGetValue((kind, source), out var known)) return known;
        var made = new OutputGrammar(kind, source, make());
        lock (s_known)
        {
            if (!s_known.TryAdd((kind, source), made)) return s_known[(kind, source)];
            s_order.Enqueue((kind, source));
            if (s_order.Count > MostKnown) s_known.Remove(s_order.Dequeue());
        }

        return made;
    }

    private static Grammar Checked(Grammar grammar)
    {
        GrammarNet.Build(grammar, static _ => true);
        return grammar;
    }
}
