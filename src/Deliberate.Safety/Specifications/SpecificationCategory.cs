namespace Deliberate.Safety;

/// <summary>A safety category: what its words mean, and its content classes with their rules.</summary>
/// <param name="Id">As prompts name it: lower case, hyphens.</param>
/// <param name="Title">On pages.</param>
/// <param name="Summary">A sentence or two: what <see cref="Specification.For"/> says of it where another category is asked for.</param>
/// <param name="Definitions">What its terms mean; empty where nothing needs to be said.</param>
/// <param name="Classes">At least one.</param>
/// <param name="SafeCompletion">How a safe completion of this category is written; empty where no class asks for one.</param>
/// <param name="Place">Where it was written.</param>
internal sealed record SpecificationCategory(string Id, string Title, string Summary, string Definitions, IReadOnlyList<ContentClass> Classes, string SafeCompletion, SpecificationPlace Place);
