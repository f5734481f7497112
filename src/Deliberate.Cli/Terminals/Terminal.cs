using Deliberate.Reports;
using Spectre.Console;

namespace Deliberate.Cli;

/// <summary>
/// Where output goes: results to standard output, progress and notices to standard error, so that a script reads only results.
/// Live and coloured on a terminal; plain lines where redirected, or with NO_COLOR, CI or TERM=dumb.
/// </summary>
internal static class Terminal
{
    private const int RedirectedWidth = 140;

    /// <summary>Whether progress may move the cursor.</summary>
    public static bool IsLive { get; } = !Console.IsErrorRedirected && !WantsPlain;

    public static IAnsiConsole Output { get; } = Create(Console.Out, !Console.IsOutputRedirected && !WantsPlain, Console.IsOutputRedirected);

    public static IAnsiConsole Progress { get; } = Create(Console.Error, IsLive, Console.IsErrorRedirected);

    private static bool WantsPlain => IsSet("NO_COLOR") || IsSet("CI") || Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>A table of a report, with its note.</summary>
    public static void WriteTable(ReportTable table)
    {
        WriteTable(table.Title + ":", table.Columns, table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Plain)]));
        if (table.Note.Length > 0) Console.Out.WriteLine(table.Note);
    }

    /// <summary>A table with a title line; the first columns are words and go to the left, the others to the right.</summary>
    public static void WriteTable(string? title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, int words = 1)
    {
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.Ascii2 : TableBorder.Rounded };
        for (var i = 0; i < columns.Count; i++)
        {
            var column = new TableColumn(new Text(columns[i]));
            table.AddColumn(i < words ? column.LeftAligned() : column.RightAligned());
        }

        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        if (title is not null) Output.Write(new Text(title + "\n"));
        Output.Write(table);
    }

    private static bool IsSet(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));

    private static IAnsiConsole Create(TextWriter writer, bool ansi, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = ansi ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = ansi ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = ansi ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (redirected) console.Profile.Width = RedirectedWidth;
        return console;
    }
}
