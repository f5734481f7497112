using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A line of a file to learn from.</summary>
/// <param name="File">It is in.</param>
/// <param name="Line">From 1.</param>
/// <param name="Key">What two lines share that are the same example.</param>
/// <param name="Encode">Its examples as tokens.</param>
internal sealed record ExampleLine(string File, int Line, string Key, Func<IReadOnlyList<SupervisedExample>> Encode)
{
    public UserError Error(string problem, string? field = null, string? advice = null) => new(problem, File, Line, field: field, advice: advice);
}

/// <summary>Reads files to learn from: conversations, labels of steps, or preferences, as the recipe says.</summary>
internal interface IExampleReader
{
    IEnumerable<ExampleLine> Read(string file);

    /// <summary>What is to be said of all that was read; null for nothing.</summary>
    string? Notice => null;
}
