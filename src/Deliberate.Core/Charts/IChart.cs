namespace Deliberate.Core;

/// <summary>A chart that lays itself out for the room it is given, as one <c>&lt;svg&gt;</c> element without ids or outside references.</summary>
internal interface IChart
{
    string Title { get; }

    /// <summary>What a reader who cannot see it would be told.</summary>
    string Describe();

    string Render(ChartSize size);
}
