namespace Deliberate.Reasoning;

/// <summary>How a reference that lists several answers without brackets is compared: <c>A, B, D</c> or <c>1, 2</c>. Braces always make a set, brackets a sequence.</summary>
public enum AnswerLists
{
    /// <summary>Three labels and more (letters, names) are an ordering, other values a set.</summary>
    Usual,

    /// <summary>The order counts.</summary>
    Ordered,

    /// <summary>The order does not count.</summary>
    Set,
}
