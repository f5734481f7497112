using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Programs of the shell in memory that list, copy, move and delete.</summary>
internal static class ShellFilePrograms
{
    public static int List(ShellCall call)
    {
        var (options, names) = call.Parse("laR1hFtr");
        if (names.Count == 0) names.Add(".");
        foreach (var name in names)
        {
            var path = call.Shell.Path(name);
            if (call.Files.IsFile(path)) Line(path, name);
            else if (!call.Files.IsFolder(path)) throw new VirtualFilesException($"ls: {name}: No such file or directory");
            else Folder(path, name);
        }

        return call.Code;

        void Folder(string path, string name)
        {
            var front = path == "/" ? "/" : path + "/";
            if (names.Count > 1 || options.ContainsKey('R')) call.Output.Append(name).Append(":\n");
            string[] children = [.. call.Files.Children(path).Where(c => options.ContainsKey('a') || !c.StartsWith('.'))];
            foreach (var child in children) Line(front + child.TrimEnd('/'), child);
            if (!options.ContainsKey('R')) return;
            foreach (var child in children.Where(c => c.EndsWith('/')))
            {
                call.Output.Append('\n');
                Folder(front + child.TrimEnd('/'), name.TrimEnd('/') + "/" + child.TrimEnd('/'));
            }
        }

        void Line(string path, string shown)
        {
            if (options.ContainsKey('l')) call.Output.Append(CultureInfo.InvariantCulture, $"{(call.Files.IsFolder(path) ? 'd' : '-')}rw-r--r-- agent {(call.Files.TryRead(path, out var content) ? content.Length : 0),8} ");
            call.Output.Append(shown).Append('\n');
        }
    }

    public static int Find(ShellCall call)
    {
        string[] roots = [.. call.Arguments.TakeWhile(a => !a.StartsWith('-'))];
        string[] tests = [.. call.Arguments.Skip(roots.Length)];
        if (roots.Length == 0) roots = ["."];
        var (kind, name) = ("", (Regex?)null);
        for (var i = 0; i < tests.Length; i += 2)
        {
            if (i + 1 >= tests.Length && tests[i] != "-print") throw new VirtualFilesException($"find: {tests[i]} needs a value");
            if (tests[i] == "-type") kind = tests[i + 1];
            else if (tests[i] is "-name" or "-iname") name = new Regex("^" + Regex.Escape(tests[i + 1]).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | (tests[i] == "-iname" ? RegexOptions.IgnoreCase : RegexOptions.None));
            else if (tests[i] == "-print") i--;
            else throw new VirtualFilesException($"find: {tests[i]} is not supported");
        }

        foreach (var root in roots)
        {
            var path = call.Shell.Path(root);
            if (!call.Files.IsFolder(path) && !call.Files.IsFile(path)) throw new VirtualFilesException($"find: {root}: No such file or directory");
            foreach (var found in call.Files.Folders.Concat(call.Files.Files.Keys).Where(p => p == path || VirtualFiles.IsWithin(p, path)).Order(StringComparer.Ordinal))
            {
                if (kind == "f" && !call.Files.IsFile(found) || kind == "d" && !call.Files.IsFolder(found) || name?.IsMatch(VirtualFiles.NameOf(found)) == false) continue;
                call.Output.Append(found == path ? root : (root == "/" ? "" : root.TrimEnd('/')) + found[(path == "/" ? 0 : path.Length)..]).Append('\n');
            }
        }

        return 0;
    }

    public static int Copy(ShellCall call)
    {
        var (options, names) = call.Parse("rRafpv");
        return Each(call, names, "cp", (from, to) =>
        {
            if (call.Files.IsFile(from)) call.Files.Write(to, call.Files.Read(from));
            else if (options.ContainsKey('r') || options.ContainsKey('R') || options.ContainsKey('a')) CopyFolder(call.Files, from, to);
            else throw new VirtualFilesException($"cp: {from}: is a directory (-r copies it)");
        });
    }

    public static int Move(ShellCall call)
    {
        var (_, names) = call.Parse("fnv");
        return Each(call, names, "mv", (from, to) =>
        {
            if (from == to) return;
            if (VirtualFiles.IsWithin(to, from)) throw new VirtualFilesException($"mv: {from} cannot be moved into itself");
            if (call.Files.IsFile(from)) call.Files.Write(to, call.Files.Read(from));
            else CopyFolder(call.Files, from, to);
            call.Files.Delete(from);
        });
    }

    public static int Remove(ShellCall call)
    {
        var (options, names) = call.Parse("rRfvd");
        foreach (var name in names)
        {
            var path = call.Shell.Path(name);
            if (call.Files.IsFile(path) || call.Files.IsFolder(path) && path != "/" && (options.ContainsKey('r') || options.ContainsKey('R'))) call.Files.Delete(path);
            else if (call.Files.IsFolder(path)) throw new VirtualFilesException($"rm: {name}: Is a directory");
            else if (!options.ContainsKey('f')) throw new VirtualFilesException($"rm: {name}: No such file or directory");
        }

        if (!call.Files.IsFolder(call.Shell.Folder)) call.Shell.Folder = "/";
        return 0;
    }

    public static int MakeFolder(ShellCall call)
    {
        var (options, names) = call.Parse("pv");
        foreach (var path in names.Select(call.Shell.Path))
        {
            if (!options.ContainsKey('p') && (call.Files.IsFolder(path) || call.Files.IsFile(path))) throw new VirtualFilesException($"mkdir: {path}: File exists");
            if (!options.ContainsKey('p') && !call.Files.IsFolder(VirtualFiles.FolderOf(path))) throw new VirtualFilesException($"mkdir: {path}: No such file or directory");
            call.Files.MakeFolder(path);
        }

        return 0;
    }

    public static int Touch(ShellCall call)
    {
        foreach (var path in call.Arguments.Select(call.Shell.Path))
            if (!call.Files.IsFile(path) && !call.Files.IsFolder(path)) call.Files.Write(path, []);
        return 0;
    }

    private static int Each(ShellCall call, List<string> names, string program, Action<string, string> act)
    {
        if (names.Count < 2) throw new VirtualFilesException($"{program}: two paths are needed");
        var last = call.Shell.Path(names[^1]);
        var isFolder = call.Files.IsFolder(last);
        if (names.Count > 2 && !isFolder) throw new VirtualFilesException($"{program}: {names[^1]}: No such directory");
        if (!isFolder && !call.Files.IsFolder(VirtualFiles.FolderOf(last))) throw new VirtualFilesException($"{program}: {names[^1]}: No such file or directory");
        foreach (var from in names.SkipLast(1).Select(call.Shell.Path))
        {
            if (!call.Files.IsFile(from) && !call.Files.IsFolder(from)) throw new VirtualFilesException($"{program}: {from}: No such file or directory");
            act(from, isFolder ? (last == "/" ? "" : last) + "/" + VirtualFiles.NameOf(from) : last);
        }

        return 0;
    }

    private static void CopyFolder(VirtualFiles files, string from, string to)
    {
        files.MakeFolder(to);
        foreach (var folder in files.Folders.Where(f => VirtualFiles.IsWithin(f, from)).ToArray()) files.MakeFolder(to + folder[from.Length..]);
        foreach (var (path, content) in files.Files.Where(f => VirtualFiles.IsWithin(f.Key, from)).ToArray()) files.Write(to + path[from.Length..], content);
    }
}
