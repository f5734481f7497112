using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>
/// A file of values in columns: CSV or TSV with a row of names, or JSON Lines of flat objects, told by its ending. An empty field, null or
/// NaN is missing.
/// </summary>
internal sealed class ValueTable
{
    private readonly string _path;
    private readonly List<(int Line, IReadOnlyDictionary<string, string> Fields)> _rows = [];

    private ValueTable(string path) => _path = path;

    public int Rows => _rows.Count;

    public static ValueTable Read(string path)
    {
        var table = new ValueTable(path);
        if (Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv")
        {
            foreach (var row in CsvRows.Read(path, path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ','))
                table._rows.Add((row.Line, row.Names.Zip(row.Fields).ToDictionary(p => p.First, p => p.Second.Trim(), StringComparer.Ordinal)));
        }
        else
        {
            foreach (var line in JsonLines.Read(path))
            {
                if (line.Root.ValueKind != JsonValueKind.Object) throw new UserError("The line is not an object of values.", path, line.Number);
                table._rows.Add((line.Number, line.Root.EnumerateObject().ToDictionary(p => p.Name, p => Text(p.Value), StringComparer.Ordinal)));
            }
        }

        return table.Rows > 0 ? table : throw new UserError("There is no row of values in it.", path);
    }

    /// <summary>The column's texts; a missing one is empty.</summary>
    public string[] Texts(string column)
    {
        var texts = new string[Rows];
        for (var i = 0; i < Rows; i++)
        {
            if (!_rows[i].Fields.TryGetValue(column, out var text))
                throw new UserError("There is no such column.", _path, _rows[i].Line, field: column, advice: NearestName.Suggest(column, [.. _rows[i].Fields.Keys]));
            texts[i] = text;
        }

        return texts;
    }

    /// <summary>The column's numbers.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="mayMiss">Whether one may be missing, as NaN.</param>
    public double[] Numbers(string column, bool mayMiss = false)
    {
        var texts = Texts(column);
        var numbers = new double[Rows];
        for (var i = 0; i < Rows; i++)
        {
            var text = texts[i];
            if (mayMiss && (text.Length == 0 || text.Equals("nan", StringComparison.OrdinalIgnoreCase))) numbers[i] = double.NaN;
            else if (!double.TryParse(text is "true" or "True" ? "1" : text is "false" or "False" ? "0" : text, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]))
                throw new UserError($"\"{Excerpt.Of(text, 40)}\" is not a finite number.", _path, _rows[i].Line, field: column);
        }

        return numbers;
    }

    /// <summary>The column's labels: 1 or true, 0 or false.</summary>
    public bool[] Labels(string column)
    {
        var numbers = Numbers(column);
        for (var i = 0; i < Rows; i++)
            if (numbers[i] is not (0 or 1)) throw new UserError("A label is 0 or 1, true or false.", _path, _rows[i].Line, field: column);
        return [.. numbers.Select(n => n == 1)];
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
