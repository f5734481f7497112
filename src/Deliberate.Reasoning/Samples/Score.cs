namespace Deliberate.Reasoning;

/// <summary>One thing that was measured of a sample.</summary>
/// <param name="Name">What it is called in records and recipes.</param>
/// <param name="Value">Usually from 0 to 1; any finite number will do.</param>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="Evidence">What of the sample it rests on, as a quotation.</param>
public sealed record Score(string Name, double Value, string Reason = "", string Evidence = "")
{
    /// <summary>A finite number, always.</summary>
    public double Value { get; init; } = double.IsFinite(Value) ? Value : throw new ArgumentOutOfRangeException(nameof(Value), Value, "A score is a finite number.");
}
