using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Programs of the shell in memory that read and change texts. Regular expressions are .NET's without backtracking, so that none takes long.</summary>
internal static class ShellTextPrograms
{
    public static int Cat(ShellCall call)
    {
        var (options, names) = call.Parse("n");
        var number = 0;
        foreach (var (_, text) in call.Texts(names))
        {
            if (!options.ContainsKey('n')) call.Output.Append(text);
            else foreach (var line in Lines(text)) call.Output.Append(CultureInfo.InvariantCulture, $"{++number,6}\t{line}\n");
        }

        return call.Code;
    }

    public static int Head(ShellCall call) => Part(call, (lines, count) => lines.Take(count));

    public static int Tail(ShellCall call) => Part(call, (lines, count) => lines.TakeLast(count));

    public static int Grep(ShellCall call)
    {
        var (options, names) = call.Parse("invclrREFqhHow", "e");
        string pattern;
        if (options.TryGetValue('e', out var given)) pattern = given;
        else if (names.Count > 0)
        {
            pattern = names[0];
            names.RemoveAt(0);
        }
        else throw new VirtualFilesException("grep: a pattern is missing");

        if (options.ContainsKey('F')) pattern = Regex.Escape(pattern);
        if (options.ContainsKey('w')) pattern = $@"\b(?:{pattern})\b";
        var regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | (options.ContainsKey('i') ? RegexOptions.IgnoreCase : RegexOptions.None));
        var isRecursive = options.ContainsKey('r') || options.ContainsKey('R');
        if (isRecursive)
        {
            if (names.Count == 0) names.Add(".");
            names = [.. names.SelectMany(n => call.Files.IsFolder(call.Shell.Path(n)) ? call.Files.Files.Keys.Where(f => VirtualFiles.IsWithin(f, call.Shell.Path(n))) : [n])];
            if (names.Count == 0) return 1;
        }

        var any = false;
        foreach (var (name, text) in call.Texts(names))
        {
            var (count, front) = (0, (names.Count > 1 || isRecursive || options.ContainsKey('H')) && !options.ContainsKey('h') ? name + ":" : "");
            foreach (var (line, place) in Lines(text).Select((l, i) => (l, i + 1)))
            {
                if (regex.IsMatch(line) == options.ContainsKey('v')) continue;
                count++;
                if (options.ContainsKey('q') || options.ContainsKey('c') || options.ContainsKey('l')) continue;
                var number = options.ContainsKey('n') ? string.Create(CultureInfo.InvariantCulture, $"{place}:") : "";
                if (!options.ContainsKey('o')) call.Output.Append(front).Append(number).Append(line).Append('\n');
                else foreach (Match match in regex.Matches(line)) call.Output.Append(front).Append(number).Append(match.Value).Append('\n');
            }

            any |= count > 0;
            if (options.ContainsKey('c')) call.Output.Append(front).Append(count).Append('\n');
            else if (options.ContainsKey('l') && count > 0) call.Output.Append(name).Append('\n');
        }

        return call.HasFailed ? 2 : any ? 0 : 1;
    }

    public static int Count(ShellCall call)
    {
        var (options, names) = call.Parse("lwc");
        foreach (var (name, text) in call.Texts(names))
        {
            var all = options.Count == 0;
            List<string> counts = [];
            if (all || options.ContainsKey('l')) counts.Add(text.Count(c => c == '\n').ToString(CultureInfo.InvariantCulture));
            if (all || options.ContainsKey('w')) counts.Add(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length.ToString(CultureInfo.InvariantCulture));
            if (all || options.ContainsKey('c')) counts.Add(Encoding.UTF8.GetByteCount(text).ToString(CultureInfo.InvariantCulture));
            call.Output.Append(string.Join(' ', counts)).Append(name == "-" ? "" : " " + name).Append('\n');
        }

        return call.Code;
    }

    public static int Sort(ShellCall call)
    {
        var (options, names) = call.Parse("rnuf", "kt");
        var key = options.TryGetValue('k', out var given) && int.TryParse(given.Split([',', '.'])[0].TrimEnd('n', 'r'), NumberStyles.None, CultureInfo.InvariantCulture, out var field) ? field : 0;
        var by = options.TryGetValue('t', out var separator) ? separator : null;
        var isNumeric = options.ContainsKey('n') || given?.Contains('n', StringComparison.Ordinal) == true;
        string Key(string line)
        {
            if (key == 0) return line;
            var parts = by is null ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : line.Split(by);
            return key <= parts.Length ? parts[key - 1] : "";
        }

        var lines = call.Texts(names).SelectMany(t => Lines(t.Text)).ToList();
        var ordered = isNumeric
            ? lines.OrderBy(l => Number(Key(l))).ThenBy(l => l, StringComparer.Ordinal)
            : lines.OrderBy(Key, options.ContainsKey('f') ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal).ThenBy(l => l, StringComparer.Ordinal);
        IEnumerable<string> sorted = options.ContainsKey('r') || given?.Contains('r', StringComparison.Ordinal) == true ? ordered.Reverse() : ordered;
        if (options.ContainsKey('u')) sorted = sorted.Distinct(StringComparer.Ordinal);
        Write(call, sorted);
        return call.Code;
    }

    public static int Unique(ShellCall call)
    {
        var (options, names) = call.Parse("cdu");
        var (last, count) = ((string?)null, 0);
        foreach (var line in call.Texts(names).SelectMany(t => Lines(t.Text)).Append(null))
        {
            if (last is not null && line != last && (!options.ContainsKey('d') || count > 1) && (!options.ContainsKey('u') || count == 1))
                call.Output.Append(options.ContainsKey('c') ? string.Create(CultureInfo.InvariantCulture, $"{count,7} ") : "").Append(last).Append('\n');
            (last, count) = line == last ? (last, count + 1) : (line, 1);
        }

        return call.Code;
    }

    public static int Cut(ShellCall call)
    {
        var (options, names) = call.Parse("s", "dfc");
        var by = options.GetValueOrDefault('d', "\t");
        if (!options.TryGetValue('f', out var list) && !options.TryGetValue('c', out list)) throw new VirtualFilesException("cut: fields are missing (-f)");
        var ranges = list.Split(',').Select(r => r.Split('-')).Select(r => (From: r[0].Length == 0 ? 1 : (int)Number(r[0]), To: r.Length == 1 ? (int)Number(r[0]) : r[1].Length == 0 ? int.MaxValue : (int)Number(r[1]))).ToArray();
        foreach (var line in call.Texts(names).SelectMany(t => Lines(t.Text)))
        {
            var isByField = options.ContainsKey('f');
            if (isByField && !line.Contains(by, StringComparison.Ordinal))
            {
                if (!options.ContainsKey('s')) call.Output.Append(line).Append('\n');
                continue;
            }

            string[] parts = isByField ? line.Split(by) : [.. line.Select(c => c.ToString())];
            call.Output.Append(string.Join(isByField ? by : "", parts.Where((_, i) => ranges.Any(r => i + 1 >= r.From && i + 1 <= r.To)))).Append('\n');
        }

        return call.Code;
    }

    public static int Translate(ShellCall call)
    {
        var (options, sets) = call.Parse("ds");
        if (sets.Count == 0 || sets.Count == 1 && options.Count == 0) throw new VirtualFilesException("tr: two sets are needed");
        var from = Set(sets[0]);
        var to = sets.Count > 1 ? Set(sets[1]) : "";
        foreach (var c in call.Input)
        {
            var at = from.IndexOf(c, StringComparison.Ordinal);
            if (options.ContainsKey('d') && at >= 0) continue;
            var put = at < 0 || to.Length == 0 ? c : to[Math.Min(at, to.Length - 1)];
            if (options.ContainsKey('s') && call.Output.Length > 0 && call.Output[^1] == put && (to.Length > 0 ? to : from).Contains(put, StringComparison.Ordinal)) continue;
            call.Output.Append(put);
        }

        return 0;

        static string Set(string set)
        {
            set = set.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal);
            var all = new StringBuilder();
            for (var i = 0; i < set.Length; i++)
            {
                if (i + 2 >= set.Length || set[i + 1] != '-' || set[i + 2] < set[i]) all.Append(set[i]);
                else for (var c = set[i]; ; c++)
                {
                    all.Append(c);
                    if (c == set[i + 2])
                    {
                        i += 2;
                        break;
                    }
                }
            }

            return all.ToString();
        }
    }

    /// <summary><c>s/a/b/g</c>, <c>Nd</c>, <c>/a/d</c>, <c>Np</c> with <c>-n</c>; <c>-i</c> writes the file.</summary>
    public static int Sed(ShellCall call)
    {
        var (options, names) = call.Parse("inEr", "e");
        string script;
        if (options.TryGetValue('e', out var given)) script = given;
        else if (names.Count > 0)
        {
            script = names[0];
            names.RemoveAt(0);
        }
        else throw new VirtualFilesException("sed: a script is missing");

        var edit = SedEdit.Read(script);
        foreach (var (name, text) in call.Texts(names))
        {
            var made = new StringBuilder();
            foreach (var (line, i) in Lines(text).Select((l, i) => (l, i + 1)))
            {
                var (put, isHit) = edit.Apply(line, i);
                if (put is not null && (!options.ContainsKey('n') || isHit)) made.Append(put).Append('\n');
            }

            if (options.ContainsKey('i') && name != "-") call.Files.WriteText(call.Shell.Path(name), made.ToString());
            else call.Output.Append(made);
        }

        return call.Code;
    }

    /// <summary>Lines that only one of two files has, in order (longest common subsequence); at most 2,000 lines each.</summary>
    public static int Diff(ShellCall call)
    {
        var (options, names) = call.Parse("qu");
        if (names.Count != 2) throw new VirtualFilesException("diff: two files are needed");
        string[] a = [.. Lines(Encoding.UTF8.GetString(call.Files.Read(call.Shell.Path(names[0]))))], b = [.. Lines(Encoding.UTF8.GetString(call.Files.Read(call.Shell.Path(names[1]))))];
        if (a.SequenceEqual(b, StringComparer.Ordinal)) return 0;
        if (options.ContainsKey('q'))
        {
            call.Output.Append(CultureInfo.InvariantCulture, $"Files {names[0]} and {names[1]} differ\n");
            return 1;
        }

        if (a.Length > 2000 || b.Length > 2000) throw new VirtualFilesException("diff: the files are too long");
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
            for (var j = b.Length - 1; j >= 0; j--) common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j]) (i, j) = (i + 1, j + 1);
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1])) call.Output.Append("< ").Append(a[i++]).Append('\n');
            else call.Output.Append("> ").Append(b[j++]).Append('\n');
        }

        return 1;
    }

    private static int Part(ShellCall call, Func<IReadOnlyList<string>, int, IEnumerable<string>> part)
    {
        var (options, names) = call.Parse("q", "nc");
        var count = options.TryGetValue('n', out var given) ? (int)Math.Clamp(Number(given), 0, int.MaxValue) : 10;
        foreach (var (name, text) in call.Texts(names))
        {
            if (names.Count > 1) call.Output.Append("==> ").Append(name).Append(" <==\n");
            Write(call, part([.. Lines(text)], count));
        }

        return call.Code;
    }

    private static void Write(ShellCall call, IEnumerable<string> lines)
    {
        foreach (var line in lines) call.Output.Append(line).Append('\n');
    }

    internal static IEnumerable<string> Lines(string text) => text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    /// <summary>The number that a text begins with, as sort takes it; 0 where none does.</summary>
    private static double Number(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = 0;
        while (end < trimmed.Length && (char.IsAsciiDigit(trimmed[end]) || trimmed[end] == '.' || end == 0 && trimmed[end] is '-' or '+')) end++;
        return double.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
