using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Tables of statistics on the console and as JSON.</summary>
internal static class StatisticsView
{
    public static void Write(string title, IReadOnlyList<StatisticRow> rows, bool json, object? further = null)
    {
        if (json) JsonOutput.Write(new { Title = title, Rows = rows.Select(r => new { r.Name, Value = Finite(r.Value), Low = Finite(r.Low), High = Finite(r.High) }), Further = further });
        else Terminal.WriteTable(title, ["statistic", "value", "95% interval"], rows.Select(r => (IReadOnlyList<string>)[r.Name, Text(r.Value), r.Low is { } low && r.High is { } high ? $"{Text(low)} to {Text(high)}" : "-"]));
    }

    /// <summary>Six digits.</summary>
    public static string Text(double? value) => value is { } number && !double.IsNaN(number) ? number.ToString("G6", CultureInfo.InvariantCulture) : "-";

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
