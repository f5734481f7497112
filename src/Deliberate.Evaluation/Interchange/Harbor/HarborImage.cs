using System.Text;
using System.Text.RegularExpressions;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// The files that an agent finds, of a task's Dockerfile where that only puts files in place (<c>FROM</c> a plain system, <c>WORKDIR</c>, <c>COPY</c>, <c>ENV</c>, <c>RUN mkdir</c>): then no
/// container is needed, and the sandbox has the machine's own programs. Whatever else it asks for is what a container is needed for.
/// </summary>
internal sealed partial record HarborImage
{
    public const string UsualFolder = "/app";

    private const string Dockerfile = "Dockerfile";

    /// <summary>Images that are taken for "a system with a shell and Python": their programs are this machine's.</summary>
    private static readonly string[] Plain = ["scratch", "debian", "ubuntu", "alpine", "busybox", "bash", "python"];

    private static readonly string[] Compose = ["docker-compose.yaml", "docker-compose.yml", "compose.yaml"];

    public required VirtualFiles Files { get; init; }

    public required string Folder { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Why a task cannot be run here; null where it can.</summary>
    public static string? WhyNot(HarborTask task)
    {
        try
        {
            _ = Of(task);
            return null;
        }
        catch (VirtualFilesException error)
        {
            return error.Message;
        }
    }

    /// <exception cref="VirtualFilesException">It needs a container.</exception>
    public static HarborImage Of(HarborTask task)
    {
        if (task.Needs is { } needs) throw new VirtualFilesException($"needs a container: {needs}");
        if (task.EnvironmentFiles.Keys.FirstOrDefault(Compose.Contains) is { } compose) throw new VirtualFilesException($"needs containers: {compose}");
        var (files, folder, variables) = (new VirtualFiles(), task.Environment.Folder, new Dictionary<string, string>(task.Environment.Variables, StringComparer.Ordinal));
        if (task.EnvironmentFiles.TryGetValue(Dockerfile, out var content)) folder = Build(task, Encoding.UTF8.GetString(content), files, folder, variables);
        else if (task.Environment.Image.Length > 0 && !IsPlain(task.Environment.Image)) throw new VirtualFilesException($"needs the container image {task.Environment.Image}");
        else
        {
            if (folder.Length == 0) folder = UsualFolder;
            foreach (var (name, text) in task.EnvironmentFiles) files.Write(folder + "/" + name, text);
        }

        files.MakeFolder(folder);
        if (SandboxShell.WhyNot(files.Files.Keys.Append(folder)) is { } why) throw new VirtualFilesException(why);
        return new HarborImage { Files = files, Folder = folder, Variables = variables };
    }

    private static bool IsPlain(string image) => Plain.Contains(image.Split(':', '@')[0].Split('/')[^1]) && (!image.Contains('/', StringComparison.Ordinal) || image.StartsWith("docker.io/library/", StringComparison.Ordinal));

    private static string Build(HarborTask task, string dockerfile, VirtualFiles files, string asked, Dictionary<string, string> variables)
    {
        var (at, number) = ("/", 0);
        foreach (var raw in dockerfile.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line.StartsWith('#')) continue;
            var (word, rest) = line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? (line[..space].ToUpperInvariant(), line[space..].Trim()) : (line.ToUpperInvariant(), "");
            string[] words = rest.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (word)
            {
                case "FROM" when words.Length > 0 && IsPlain(words[0]):
                case "CMD" or "ENTRYPOINT" or "LABEL" or "EXPOSE" or "MAINTAINER" or "SHELL":
                    break;
                case "FROM":
                    throw new VirtualFilesException($"needs the container image {(words.Length > 0 ? words[0] : "?")}");
                case "WORKDIR":
                    at = VirtualFiles.Absolute(rest.Trim('"'), at);
                    break;
                case "ENV" when rest.Contains('=', StringComparison.Ordinal):
                    foreach (var pair in words.Where(w => w.Contains('=', StringComparison.Ordinal))) variables[pair[..pair.IndexOf('=', StringComparison.Ordinal)]] = Filled(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"'), variables);
                    break;
                case "ENV" when words.Length > 1:
                    variables[words[0]] = Filled(string.Join(' ', words.Skip(1)), variables);
                    break;
                case "COPY" or "ADD" when words.Length >= 2 && words.All(w => !w.StartsWith("--", StringComparison.Ordinal) && !w.Contains("://", StringComparison.Ordinal) && !w.StartsWith('[')):
                    foreach (var source in words.SkipLast(1)) Copy(task, files, source, words[^1], at);
                    break;
                case "RUN" when words.Length > 1 && words[0] == "mkdir" && words.Skip(1).All(w => w == "-p" || w[0] is '/' or '.' || char.IsLetterOrDigit(w[0])):
                    foreach (var made in words.Skip(1).Where(w => w != "-p")) files.MakeFolder(VirtualFiles.Absolute(made, at));
                    break;
                default:
                    throw new VirtualFilesException($"needs a container image that its Dockerfile builds (line {number}: {(line.Length > 60 ? line[..60] + "…" : line)})");
            }
        }

        return asked.Length > 0 ? asked : at == "/" ? UsualFolder : at;
    }

    /// <summary>With the variables that were set before, as Docker fills them in; a plain image has PATH alone.</summary>
    private static string Filled(string text, Dictionary<string, string> variables) =>
        Reference().Replace(text, m => variables.GetValueOrDefault(m.Groups["name"].Value) ?? (m.Groups["name"].Value == "PATH" ? UsualPath : ""));

    private const string UsualPath = "/usr/local/bin:/usr/bin:/bin";

    [GeneratedRegex(@"\$(\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    private static void Copy(HarborTask task, VirtualFiles files, string source, string target, string at)
    {
        var from = source.Split('/').Contains("..") ? throw new VirtualFilesException($"its Dockerfile copies {source}, which lies outside of the task") : VirtualFiles.Absolute(source)[1..];
        var to = VirtualFiles.Absolute(target, at);
        if (task.EnvironmentFiles.TryGetValue(from, out var content))
        {
            files.Write(target.EndsWith('/') || target == "." || files.IsFolder(to) ? to + "/" + VirtualFiles.NameOf("/" + from) : to, content);
            return;
        }

        var inside = task.EnvironmentFiles.Where(f => from.Length == 0 || f.Key.StartsWith(from + "/", StringComparison.Ordinal)).ToArray();
        if (inside.Length == 0) throw new VirtualFilesException($"its Dockerfile copies {source}, which is not there");
        foreach (var (name, text) in inside)
        {
            var place = from.Length == 0 ? name : name[(from.Length + 1)..];
            if (place != Dockerfile) files.Write((to == "/" ? "" : to) + "/" + place, text);
        }
    }
}
