namespace Deliberate.Safety;

/// <summary>How a request is asked with the specification in context, and how the specification is written for judges.</summary>
/// <param name="Specification">Which one.</param>
/// <param name="Form">How.</param>
internal sealed record SpecificationPrompt(Specification Specification, SpecificationForm Form)
{
    /// <summary>What generation is told (section 2.3.1 of the paper: analyse compliance, correctness and helpfulness, cite what bears on it, decide, keep to the style, answer at the end).</summary>
    private const string Instructions = """
        Answer the request at the end by the specification below. Think first, between <think> and </think>: whether the request falls under a content class and what that class asks for, citing only the classes that bear on it by their ids; what a correct answer is; what would help the user; then decide whether to comply, to refuse or to give a safe completion, and which style guideline holds. After the thought write the answer to the user alone: it does not mention the specification.
        """;

    /// <summary>Of the compact form.</summary>
    public WorldRules Rules { get => field ??= WorldRules.Of(Specification); private init; }

    /// <summary>spec(category), in the form.</summary>
    public string Text(string category) => Form == SpecificationForm.Compact ? Rules.For(category) : Specification.For(category);

    /// <summary>The prompt that generation asks.</summary>
    public string Ask(AlignmentPrompt prompt) => Form == SpecificationForm.Compact
        ? $"{Text(prompt.Category)} {prompt.Prompt}"
        : $"{Instructions.Trim()}\n\n{Text(prompt.Category)}\n\n## Request\n\n{prompt.Prompt}";
}
