using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>A table; the first column is its row heading, the others are aligned right where they hold numbers.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows, string Caption = "")
{
    /// <summary>The caption, and how the intervals of its cells were made where there are any.</summary>
    public string Note => EstimateText.Methods(Rows.SelectMany(row => row).Select(cell => cell.Estimate).OfType<Estimate>()) is { Length: > 0 } methods ? $"{Caption} 95% intervals: {methods}.".TrimStart() : Caption;
}

/// <summary>A cell: text, or a value with its interval in smaller type.</summary>
internal sealed record ReportCell(string Text, string Interval = "", bool IsNumber = false)
{
    /// <summary>What the cell shows, where it is one.</summary>
    public Estimate? Estimate { get; init; }

    /// <summary>Where its evidence is: a path relative to the page, or an address; empty for none.</summary>
    public string Link { get; init; } = "";

    /// <summary>Text and interval as one, for where there is one size of type.</summary>
    public string Plain => Interval.Length > 0 ? $"{Text} ({Interval})" : Text;

    public static ReportCell Of(string text) => new(text);

    public static ReportCell Of(double value, NumberStyle style = NumberStyle.Plain) => new(NumberText.Value(value, style), "", IsNumber: true);

    public static ReportCell Of(Estimate estimate, NumberStyle style = NumberStyle.Percent) => new(estimate.Value(style), estimate.Range(style), IsNumber: true) { Estimate = estimate };
}
