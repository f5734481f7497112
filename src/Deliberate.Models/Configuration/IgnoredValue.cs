using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A value in a model's files that names no token, and without which the model works all the same: files circulate whose
/// <c>padding_token_id</c> is 4294967295. Told by <c>model info</c>; refused only where the token is needed.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Field">The field or metadata key.</param>
/// <param name="Value">As it stands there, shortened.</param>
internal sealed record IgnoredValue(string File, string Field, string Value)
{
    /// <summary>Whether it is what -1, which stands for none, becomes in 32 or 64 bits without a sign.</summary>
    public bool SaysNone => Value is "4294967295" or "18446744073709551615";

    /// <summary>Whether it should name an end of texts, which a model needs, and does not say that there is none.</summary>
    public bool IsWrongEnd => Field.Contains("eos_token", StringComparison.Ordinal) && !SaysNone;

    /// <summary>The error of a <see cref="IsWrongEnd"/>.</summary>
    public UserError EndRefusal() => Refusal("texts end with it");

    /// <summary>The error where the token is needed.</summary>
    /// <param name="needed">What it is needed for, such as: texts begin with it.</param>
    public UserError Refusal(string needed) => new($"{Value} names no token of the model, and {needed}.", File, field: Field, advice: "Correct the file, or download it again.");
}
