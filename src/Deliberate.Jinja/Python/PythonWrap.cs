namespace Deliberate.Jinja;

/// <summary>The filter <c>wordwrap</c>: Python's <c>textwrap.wrap</c> of each line, with words cut at white space and, where asked, after hyphens.</summary>
internal static class PythonWrap
{
    public static JinjaValue Filter(JinjaRun run, JinjaValue value, JinjaValue?[] a)
    {
        if (value is not JinjaString text) throw (value as JinjaUndefined)?.Failure() ?? new JinjaException($"'{value.TypeName}' object has no attribute 'splitlines'");
        var width = a[0] is null ? 79 : JinjaArithmetic.ToInt(a[0]!);
        if (width <= 0) throw new JinjaException($"invalid width {width} (must be > 0)");
        var join = a[2] is null or JinjaNone ? "\n" : JinjaPrinter.Str(run, a[2]!);
        run.Budget.SpendText(text.Text.Length);
        run.Budget.Spend(text.Text.Length / 2);
        var writer = run.Write();
        var first = true;
        foreach (var line in PythonText.Lines(run, text.Text))
        {
            if (!first) writer.Append(join);
            first = false;
            writer.Append(string.Join(join, Wrap(Chunks(line, a[3]?.IsTrue ?? true), width, a[1]?.IsTrue ?? true)));
        }

        return writer.ToString();
    }

    /// <summary>Runs of white space and of anything else by turns; a hyphen between letters ends a chunk.</summary>
    private static List<string> Chunks(string line, bool atHyphens)
    {
        var chunks = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            var end = i + 1;
            var space = PythonText.IsSpace(line[i]);
            while (end < line.Length && PythonText.IsSpace(line[end]) == space)
            {
                if (!space && atHyphens && line[end - 1] == '-' && end - i > 2 && char.IsLetter(line[end]) && char.IsLetter(line[end - 2]) && char.IsLetter(line[end - 3])) break;
                end++;
            }

            chunks.Add(line[i..end]);
            i = end;
        }

        return chunks;
    }

    private static List<string> Wrap(List<string> chunks, int width, bool breakLongWords)
    {
        var lines = new List<string>();
        var line = new System.Text.StringBuilder();
        var used = 0;
        void Finish()
        {
            var text = line.ToString().TrimEnd();
            if (text.Length > 0) lines.Add(text);
            line.Clear();
            used = 0;
        }

        foreach (var whole in chunks)
        {
            var chunk = whole;
            while (chunk.Length > 0)
            {
                if (used == 0 && lines.Count > 0 && string.IsNullOrWhiteSpace(chunk)) break;
                var length = PythonText.Length(chunk);
                if (used + length <= width || (used == 0 && !breakLongWords))
                {
                    line.Append(chunk);
                    used += length;
                    break;
                }

                if (length > width && breakLongWords && used < width)
                {
                    var cut = PythonText.UnitOf(chunk, width - used);
                    line.Append(chunk, 0, cut);
                    chunk = chunk[cut..];
                }

                Finish();
            }
        }

        Finish();
        return lines;
    }
}
