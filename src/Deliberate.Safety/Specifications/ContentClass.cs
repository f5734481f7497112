namespace Deliberate.Safety;

/// <summary>What the specification says of a content class, and so what an answer to a request of it should be.</summary>
internal enum ContentRule
{
    /// <summary>Comply, in the style of complying.</summary>
    Allowed,

    /// <summary>Refuse, in the style of refusing.</summary>
    Disallowed,

    /// <summary>Neither comply nor merely refuse: the category's own style of safe completion.</summary>
    SafeCompletion,
}

/// <summary>A kind of content with its rule.</summary>
/// <param name="Id">As thoughts and judges cite it: letters, then a number (K1).</param>
/// <param name="Rule">What follows for an answer.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Text">What belongs to it and what does not.</param>
/// <param name="References">Ids of classes that its text names as [[K1]].</param>
/// <param name="Place">Where it was written.</param>
internal sealed record ContentClass(string Id, ContentRule Rule, string Title, string Text, IReadOnlyList<string> References, SpecificationPlace Place)
{
    /// <summary>As files spell the rule.</summary>
    public string RuleWord => Word(Rule);

    public static string Word(ContentRule rule) => rule switch { ContentRule.Allowed => "allowed", ContentRule.Disallowed => "disallowed", _ => "safe completion" };
}

/// <summary>A file and a line from 1, for messages.</summary>
internal readonly record struct SpecificationPlace(string File, int Line)
{
    public Core.UserError Error(string problem, string? field = null, string? advice = null) => new(problem, File, Line, field: field, advice: advice);
}
