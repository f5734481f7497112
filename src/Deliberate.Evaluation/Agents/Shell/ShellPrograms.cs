using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// The one visible list of the programs of the shell in memory: those of POSIX and GNU that agents use on files, with the options that they use. To add one: a method here,
/// in <see cref="ShellFilePrograms"/> or in <see cref="ShellTextPrograms"/>, and its line.
/// </summary>
internal static class ShellPrograms
{
    public static IReadOnlyDictionary<string, ShellProgram> All { get; } = new Dictionary<string, ShellProgram>(StringComparer.Ordinal)
    {
        ["cat"] = ShellTextPrograms.Cat,
        ["cd"] = Cd,
        ["chmod"] = Nothing,
        ["cp"] = ShellFilePrograms.Copy,
        ["cut"] = ShellTextPrograms.Cut,
        ["date"] = Date,
        ["diff"] = ShellTextPrograms.Diff,
        ["echo"] = Echo,
        ["env"] = Env,
        ["export"] = Export,
        ["false"] = _ => 1,
        ["find"] = ShellFilePrograms.Find,
        ["grep"] = ShellTextPrograms.Grep,
        ["head"] = ShellTextPrograms.Head,
        ["help"] = Help,
        ["ls"] = ShellFilePrograms.List,
        ["mkdir"] = ShellFilePrograms.MakeFolder,
        ["mv"] = ShellFilePrograms.Move,
        ["printf"] = Printf,
        ["pwd"] = Pwd,
        ["rm"] = ShellFilePrograms.Remove,
        ["sed"] = ShellTextPrograms.Sed,
        ["set"] = Nothing,
        ["sha256sum"] = Sha256,
        ["sort"] = ShellTextPrograms.Sort,
        ["tail"] = ShellTextPrograms.Tail,
        ["tee"] = Tee,
        ["test"] = Test,
        ["["] = Test,
        ["touch"] = ShellFilePrograms.Touch,
        ["tr"] = ShellTextPrograms.Translate,
        ["true"] = _ => 0,
        ["uniq"] = ShellTextPrograms.Unique,
        ["wc"] = ShellTextPrograms.Count,
        ["whoami"] = Who,
    };

    private static int Cd(ShellCall call)
    {
        var to = call.Arguments.Count == 0 ? call.Shell.Variables["HOME"] : call.Shell.Path(call.Arguments[0]);
        if (!call.Files.IsFolder(to)) throw new VirtualFilesException($"cd: {to}: No such file or directory");
        call.Shell.Folder = call.Shell.Variables["PWD"] = to;
        return 0;
    }

    /// <summary>What changes nothing that there is here.</summary>
    private static int Nothing(ShellCall call) => 0;

    /// <summary>There is no clock: it is always the same.</summary>
    private static int Date(ShellCall call)
    {
        call.Output.Append("Mon Jan  5 09:00:00 UTC 2026\n");
        return 0;
    }

    private static int Echo(ShellCall call)
    {
        string[] words = [.. call.Arguments.SkipWhile(a => a is "-n" or "-e")];
        var text = string.Join(' ', words);
        if (call.Arguments.TakeWhile(a => a is "-n" or "-e").Contains("-e")) text = Escapes(text);
        call.Output.Append(text);
        if (!call.Arguments.TakeWhile(a => a is "-n" or "-e").Contains("-n")) call.Output.Append('\n');
        return 0;
    }

    private static int Printf(ShellCall call)
    {
        if (call.Arguments.Count == 0) throw new VirtualFilesException("printf: a format is missing");
        var format = Escapes(call.Arguments[0]);
        var next = 1;
        do
        {
            for (var i = 0; i < format.Length; i++)
            {
                if (format[i] != '%' || i + 1 == format.Length) call.Output.Append(format[i]);
                else if (format[++i] == '%') call.Output.Append('%');
                else if (format[i] is 's' or 'd' or 'i') call.Output.Append(next < call.Arguments.Count ? call.Arguments[next++] : format[i] == 's' ? "" : "0");
                else throw new VirtualFilesException($"printf: %{format[i]} is not supported");
            }
        }
        while (next < call.Arguments.Count && next > 1 && call.Output.Length < VirtualShell.LongestOutput);
        return 0;
    }

    private static string Escapes(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    private static int Env(ShellCall call)
    {
        foreach (var (name, value) in call.Shell.Variables.Where(v => v.Key != "?").OrderBy(v => v.Key, StringComparer.Ordinal)) call.Output.Append(name).Append('=').Append(value).Append('\n');
        return 0;
    }

    private static int Export(ShellCall call)
    {
        foreach (var one in call.Arguments)
            if (one.IndexOf('=', StringComparison.Ordinal) is > 0 and var at) call.Shell.Variables[one[..at]] = one[(at + 1)..];
        return 0;
    }

    private static int Help(ShellCall call)
    {
        call.Output.Append("There are ").AppendJoin(", ", call.Shell.Programs).Append(".\n");
        return 0;
    }

    private static int Pwd(ShellCall call)
    {
        call.Output.Append(call.Shell.Folder).Append('\n');
        return 0;
    }

    private static int Who(ShellCall call)
    {
        call.Output.Append(call.Shell.Variables["USER"]).Append('\n');
        return 0;
    }

    private static int Sha256(ShellCall call)
    {
        foreach (var name in call.Arguments)
            call.Output.Append(Convert.ToHexStringLower(SHA256.HashData(call.Files.Read(call.Shell.Path(name))))).Append("  ").Append(name).Append('\n');
        if (call.Arguments.Count == 0) call.Output.Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(call.Input)))).Append("  -\n");
        return 0;
    }

    private static int Tee(ShellCall call)
    {
        var (options, names) = call.Parse("a");
        foreach (var path in names.Select(call.Shell.Path)) call.Files.WriteText(path, options.ContainsKey('a') ? call.Files.Text(path) + call.Input : call.Input);
        call.Output.Append(call.Input);
        return 0;
    }

    private static int Test(ShellCall call)
    {
        string[] words = [.. call.Arguments.Where((a, i) => !(a == "]" && i == call.Arguments.Count - 1))];
        return Holds(words) ? 0 : 1;

        bool Holds(string[] said) => said switch
        {
            ["!", .. var rest] => !Holds(rest),
            ["-f", var path] => call.Files.IsFile(call.Shell.Path(path)),
            ["-d", var path] => call.Files.IsFolder(call.Shell.Path(path)),
            ["-e", var path] => call.Files.IsFile(call.Shell.Path(path)) || call.Files.IsFolder(call.Shell.Path(path)),
            ["-s", var path] => call.Files.TryRead(call.Shell.Path(path), out var content) && content.Length > 0,
            ["-z", var text] => text.Length == 0,
            ["-n", var text] => text.Length > 0,
            [var a, "=" or "==", var b] => a == b,
            [var a, "!=", var b] => a != b,
            [var a, "-eq", var b] => Number(a) == Number(b),
            [var a, "-ne", var b] => Number(a) != Number(b),
            [var a, "-lt", var b] => Number(a) < Number(b),
            [var a, "-le", var b] => Number(a) <= Number(b),
            [var a, "-gt", var b] => Number(a) > Number(b),
            [var a, "-ge", var b] => Number(a) >= Number(b),
            [var text] => text.Length > 0,
            [] => false,
            _ => throw new VirtualFilesException("test: this is not supported"),
        };
    }

    private static long Number(string text) => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new VirtualFilesException($"\"{text}\" is no number");
}
