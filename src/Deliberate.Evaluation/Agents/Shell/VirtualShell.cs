using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A shell over files in memory: no process is started, no clock read, no network there, so that the same commands leave the same files and say the same on
/// every machine. It knows the programs of <see cref="ShellPrograms"/> and those that an environment adds. Bounded: commands a call, bytes of output,
/// files and bytes of the file system.
/// </summary>
internal sealed class VirtualShell : IAgentShell
{
    /// <summary>Commands that one call may run, characters that one may write, and characters of a call.</summary>
    public const int MostCommands = 200, LongestOutput = 1 << 20, LongestCall = 1 << 16;

    private readonly IReadOnlyDictionary<string, ShellProgram> _more;

    /// <param name="files">Owned by the shell from now on.</param>
    /// <param name="folder">Where it starts.</param>
    /// <param name="more">Programs besides the usual ones, by name.</param>
    public VirtualShell(VirtualFiles files, string folder = "/", IReadOnlyDictionary<string, ShellProgram>? more = null)
    {
        (Files, Folder, _more) = (files, folder, more ?? new Dictionary<string, ShellProgram>());
        Files.MakeFolder(folder);
        Variables["HOME"] = Variables["PWD"] = folder;
        Variables["USER"] = "agent";
        Variables["PATH"] = "/usr/bin:/bin";
    }

    public VirtualFiles Files { get; }

    public string Folder { get; set; }

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of all programs.</summary>
    public IEnumerable<string> Programs => ShellPrograms.All.Keys.Concat(_more.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public Task<ShellResult> RunAsync(string command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Run(command));
    }

    public ShellResult Run(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Length > LongestCall) return new ShellResult("sh: the command is too long\n", 2);
        IReadOnlyList<ShellPipeline> script;
        try
        {
            script = ShellSyntax.Read(command);
        }
        catch (ShellSyntaxException error)
        {
            return new ShellResult($"sh: {error.Message}\n", 2);
        }

        var said = new StringBuilder();
        var (code, left) = (0, MostCommands);
        foreach (var pipeline in script)
        {
            if (pipeline.Joint == "&&" && code != 0 || pipeline.Joint == "||" && code == 0) continue;
            if ((left -= pipeline.Commands.Count) < 0)
            {
                said.Append(CultureInfo.InvariantCulture, $"sh: more than {MostCommands} commands\n");
                return new ShellResult(said.ToString(), 2);
            }

            var ended = Run(pipeline, said);
            code = ended.Code;
            Variables["?"] = code.ToString(CultureInfo.InvariantCulture);
            if (ended.Exits) break;
            if (said.Length > LongestOutput) return new ShellResult(said.ToString(0, LongestOutput) + "\nsh: the output is too long\n", 2);
        }

        return new ShellResult(said.ToString(), code);
    }

    private (int Code, bool Exits) Run(ShellPipeline pipeline, StringBuilder said)
    {
        var (input, code) = ("", 0);
        for (var i = 0; i < pipeline.Commands.Count; i++)
        {
            var command = pipeline.Commands[i];
            var (output, errors) = (new StringBuilder(), new StringBuilder());
            var exits = false;
            try
            {
                (code, exits) = Run(command, input, output, errors);
            }
            catch (Exception error) when (error is VirtualFilesException or RegexParseException or RegexMatchTimeoutException or FormatException or NotSupportedException)
            {
                errors.Append("sh: ").Append(error.Message).Append('\n');
                code = 1;
            }

            var isLast = i == pipeline.Commands.Count - 1;
            if (isLast) said.Append(output);
            said.Append(errors);
            input = isLast || output.Length <= LongestOutput ? output.ToString() : output.ToString(0, LongestOutput);
            if (exits) return (code, true);
        }

        return (code, false);
    }

    private (int Code, bool Exits) Run(ShellInvocation command, string piped, StringBuilder output, StringBuilder errors)
    {
        string[] words = [.. command.Words.SelectMany(Expand)];
        if (words.Length == 0)
        {
            foreach (var (name, value) in command.Assignments) Variables[name] = ValueOf(value);
        }

        var (input, target, append, hides, both) = (piped, (string?)null, false, false, false);
        foreach (var redirect in command.Redirects)
        {
            if (redirect.Kind == "<<") input = redirect.Target.Plain;
            else if (redirect.Kind == "2>&1") both = true;
            else if (redirect.Kind == "2>") hides = true;
            else if (redirect.Kind == "<") input = Encoding.UTF8.GetString(Files.Read(Path(ValueOf(redirect.Target))));
            else (target, append) = (Path(ValueOf(redirect.Target)), redirect.Kind == ">>");
        }

        var call = new ShellCall(this, words.Skip(1).ToArray(), input);
        var code = 0;
        var exits = words is ["exit", ..];
        if (exits) code = words.Length > 1 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        else if (words.Length > 0)
        {
            var program = VirtualFiles.NameOf(words[0]);
            if (_more.TryGetValue(program, out var run) || ShellPrograms.All.TryGetValue(program, out run)) code = run(call);
            else
            {
                call.Error.Append(CultureInfo.InvariantCulture, $"sh: {words[0]}: command not found; there are {string.Join(", ", Programs)}\n");
                code = 127;
            }
        }

        if (both) call.Output.Append(call.Error);
        else if (!hides) errors.Append(call.Error);
        if (target is null) output.Append(call.Output);
        else if (target != "/dev/null") Files.WriteText(target, append ? Files.Text(target) + call.Output : call.Output.ToString());
        return (code, exits);
    }

    public string Path(string path) => VirtualFiles.Absolute(path.StartsWith("~/", StringComparison.Ordinal) || path == "~" ? Variables["HOME"] + path[1..] : path, Folder);

    private string ValueOf(ShellWord word) => string.Concat(word.Parts.Select(ValueOf));

    private string ValueOf(ShellPart part) => !part.IsVariable ? part.Text : Variables.GetValueOrDefault(part.Text, "");

    /// <summary>A word's variables filled in, cut at white space where they stand bare, and patterns by the files that they match.</summary>
    private IEnumerable<string> Expand(ShellWord word)
    {
        var text = ValueOf(word);
        if (!word.IsQuoted && word.Parts.Any(p => p.IsVariable)) return text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (word.IsQuoted || text.IndexOfAny(['*', '?']) < 0) return [text];
        string[] found = [.. Match(text)];
        return found.Length > 0 ? found : [text];
    }

    private IEnumerable<string> Match(string pattern)
    {
        var whole = Path(pattern);
        var regex = new Regex("^" + Regex.Escape(whole).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        var isAbsolute = pattern.StartsWith('/');
        foreach (var path in Files.Files.Keys.Concat(Files.Folders).Order(StringComparer.Ordinal))
            if (regex.IsMatch(path) && !VirtualFiles.NameOf(path).StartsWith('.')) yield return isAbsolute ? path : VirtualFiles.IsWithin(path, Folder) ? path[(Folder == "/" ? 1 : Folder.Length + 1)..] : path;
    }
}

/// <summary>What a program of the shell in memory is given, and where it writes.</summary>
internal sealed class ShellCall(VirtualShell shell, IReadOnlyList<string> arguments, string input)
{
    public VirtualShell Shell => shell;

    public VirtualFiles Files => shell.Files;

    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>What stands before it in the pipe, or behind <c>&lt;</c>.</summary>
    public string Input => input;

    public StringBuilder Output { get; } = new();

    public StringBuilder Error { get; } = new();

    /// <summary>Letters of options that stand together (<c>-la</c>), and what is no option.</summary>
    /// <param name="known">Letters that take nothing.</param>
    /// <param name="valued">Letters that take what follows.</param>
    /// <exception cref="VirtualFilesException">There is another.</exception>
    public (Dictionary<char, string> Options, List<string> Operands) Parse(string known, string valued = "")
    {
        var (options, rest) = (new Dictionary<char, string>(), new List<string>());
        for (var i = 0; i < Arguments.Count; i++)
        {
            var one = Arguments[i];
            if (one == "--")
            {
                rest.AddRange(Arguments.Skip(i + 1));
                break;
            }

            if (one.Length < 2 || one[0] != '-')
            {
                rest.Add(one);
                continue;
            }

            if (valued.Contains('n', StringComparison.Ordinal) && char.IsAsciiDigit(one[1]))
            {
                options['n'] = one[1..];
                continue;
            }

            for (var j = 1; j < one.Length; j++)
            {
                if (valued.Contains(one[j], StringComparison.Ordinal))
                {
                    options[one[j]] = j + 1 < one.Length ? one[(j + 1)..] : i + 1 < Arguments.Count ? Arguments[++i] : throw new VirtualFilesException($"option -{one[j]} needs a value");
                    break;
                }

                if (!known.Contains(one[j], StringComparison.Ordinal)) throw new VirtualFilesException($"there is no option {one}");
                options[one[j]] = "";
            }
        }

        return (options, rest);
    }

    /// <summary>The texts of files, or the input where none is named. A file that is not there is an error of the program.</summary>
    public IEnumerable<(string Name, string Text)> Texts(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            yield return ("-", Input);
            yield break;
        }

        foreach (var name in names)
        {
            if (name == "-") yield return (name, Input);
            else if (Files.Text(Shell.Path(name)) is { } text) yield return (name, text);
            else
            {
                Error.Append(CultureInfo.InvariantCulture, $"{name}: {(Files.IsFolder(Shell.Path(name)) ? "Is a directory" : "No such file or directory")}\n");
                HasFailed = true;
            }
        }
    }

    public bool HasFailed { get; set; }

    public int Code => HasFailed ? 1 : 0;
}

/// <summary>A program of the shell in memory; gives its exit code.</summary>
internal delegate int ShellProgram(ShellCall call);
