using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// A number that runs record: declared once, in a file of this folder, and referred to by everything that records or reads it.
/// A name with a part in braces, <c>rl/accuracy_level_{level}</c>, stands for as many metrics as there are such parts.
/// </summary>
/// <param name="Name">As metrics.jsonl, timings.jsonl and TensorBoard have it.</param>
/// <param name="Unit">What it is measured in.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Source">From what it is computed and how; what other systems call it.</param>
/// <param name="When">In which records it stands.</param>
internal sealed record RunMetric(string Name, MetricUnit Unit, string Meaning, string Source, string When = "every step")
{
    private int Open => Name.IndexOf('{', StringComparison.Ordinal);

    private string Rest => Name[(Name.IndexOf('}', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether the name has a part in braces, which <see cref="For(string)"/> fills in.</summary>
    public bool IsFamily => Open >= 0;

    public RunMetric For(int part) => For(part.ToString(CultureInfo.InvariantCulture));

    /// <summary>The one of the family that has this part.</summary>
    public RunMetric For(string part) => IsFamily ? this with { Name = Name[..Open] + part + Rest } : throw new InvalidOperationException($"{Name} is one metric.");

    /// <summary>Whether this is the metric of that name, or the family of it.</summary>
    public bool Is(string name) => !IsFamily ? name == Name
        : name.Length >= Open + Rest.Length && name.StartsWith(Name.AsSpan(0, Open), StringComparison.Ordinal) && name.EndsWith(Rest, StringComparison.Ordinal);
}
