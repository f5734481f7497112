using System.Text;

namespace Deliberate.Core;

/// <summary>A row of a CSV file with its place: fields by the names of the file's first row.</summary>
/// <param name="File">As it was opened.</param>
/// <param name="Line">On which the row begins, from 1.</param>
/// <param name="Names">Of the columns.</param>
/// <param name="Fields">One a column.</param>
internal sealed record CsvRow(string File, int Line, IReadOnlyList<string> Names, IReadOnlyList<string> Fields)
{
    /// <exception cref="UserError">There is no such column.</exception>
    public string this[string name] => Find(name) ?? throw new UserError("there is no such column.", File, 1, field: name, advice: NearestName.Suggest(name, [.. Names]));

    /// <summary>Null where there is no such column.</summary>
    public string? Find(string name)
    {
        for (var i = 0; i < Names.Count; i++)
            if (Names[i] == name) return Fields[i];
        return null;
    }
}

/// <summary>
/// Reads a CSV file (RFC 4180): a first row of names, fields that may be quoted, with doubled quotes and line breaks inside; UTF-8, a byte
/// order mark allowed, blank lines left out. A malformed row is a <see cref="UserError"/> with file and line.
/// </summary>
internal static class CsvRows
{
    /// <param name="path">Of the file.</param>
    /// <param name="separator">Comma; a tab for TSV.</param>
    public static IReadOnlyList<CsvRow> Read(string path, char separator = ',')
    {
        byte[] bytes;
        try
        {
            if (Directory.Exists(path)) throw new UserError("This is a folder, not a CSV file.", path);
            if (!System.IO.File.Exists(path)) throw new UserError("There is no such file.", path);
            bytes = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }

        return Parse(bytes, path, separator);
    }

    /// <param name="bytes">Of the file.</param>
    /// <param name="path">For messages.</param>
    public static IReadOnlyList<CsvRow> Parse(ReadOnlySpan<byte> bytes, string path, char separator = ',')
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw new UserError("The file is not UTF-8 text.", path, advice: "Save the file as UTF-8.");
        var text = Encoding.UTF8.GetString(bytes);
        List<CsvRow> rows = [];
        string[]? names = null;
        int at = 0, line = 1;
        while (at < text.Length)
        {
            var begun = line;
            if (Row(text, ref at, ref line, separator, path) is not { } fields) continue;
            if (names is null)
            {
                names = [.. fields.Select(f => f.Trim())];
                if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new UserError("Two columns have the same name.", path, begun);
                continue;
            }

            if (fields.Count != names.Length) throw new UserError($"The row has {fields.Count} fields, and the first row names {names.Length}.", path, begun, advice: "A field that holds a separator or a line break stands in quotes.");
            rows.Add(new CsvRow(path, begun, names, fields));
        }

        return names is null ? throw new UserError("The file is empty.", path) : rows;
    }

    /// <summary>The next row's fields; null for a blank line.</summary>
    private static List<string>? Row(string text, ref int at, ref int line, char separator, string path)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        while (true)
        {
            if (at < text.Length && text[at] == '"') Quoted(text, ref at, ref line, field, path);
            while (at < text.Length && text[at] != separator && text[at] is not ('\n' or '\r')) field.Append(text[at++]);
            fields.Add(field.ToString());
            field.Clear();
            if (at < text.Length && text[at] == separator)
            {
                at++;
                continue;
            }

            if (at < text.Length && text[at] == '\r') at++;
            if (at < text.Length && text[at] == '\n') at++;
            line++;
            return fields is [""] ? null : fields;
        }
    }

    private static void Quoted(string text, ref int at, ref int line, StringBuilder field, string path)
    {
        var begun = line;
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\n') line++;
            if (text[at] != '"')
            {
                field.Append(text[at]);
                continue;
            }

            if (at + 1 >= text.Length || text[at + 1] != '"')
            {
                at++;
                return;
            }

            field.Append('"');
            at++;
        }

        throw new UserError("A quoted field is not closed.", path, begun, advice: "A quotation mark within a quoted field is written twice.");
    }
}
