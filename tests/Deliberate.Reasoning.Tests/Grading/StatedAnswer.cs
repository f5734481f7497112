namespace Deliberate.Reasoning.Tests;

/// <summary>A value that statements are made of.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Other">Another value of the same kind, one edit away.</param>
/// <param name="Edit">Which edit that is.</param>
/// <param name="Grader">Who compares.</param>
/// <param name="Latex">Whether it is LaTeX, which stands in formulas.</param>
internal sealed record StatedValue(string Text, string Reference, string Other, string Edit, string Grader, bool Latex = false)
{
    public bool IsLetter => Grader == "choice";
}

/// <param name="Text">A completion.</param>
/// <param name="Value">What it states, or for a wrong one, what its reference is made from.</param>
/// <param name="How">The form and what was done to it, for messages.</param>
internal sealed record StatedAnswer(string Text, StatedValue Value, string How);
