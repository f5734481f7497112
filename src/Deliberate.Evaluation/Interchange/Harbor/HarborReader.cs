using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Reads task folders. Deprecated spellings are read (<c>version</c> for <c>schema_version</c>, <c>memory</c> and <c>storage</c> as texts, <c>allow_internet</c>, and <c>workdir</c> for what the Dockerfile
/// says) and never written. Links, and what lies outside of the folder, are refused; so is a schema that is newer than 1.4.
/// </summary>
internal static class HarborReader
{
    public const string TaskFile = "task.toml", InstructionFile = "instruction.md", EnvironmentFolder = "environment", TestsFolder = "tests", SolutionFolder = "solution", TestFile = "test.sh", SolveFile = "solve.sh";

    private const int Deepest = 6;

    private const long MostBytes = 64 << 20;

    private static readonly string[] Schemas = ["1", "1.0", "1.1", "1.2", "1.3", "1.4"];

    public static bool IsTask(string folder) => File.Exists(Path.Combine(folder, TaskFile));

    /// <summary>The folder itself, or the task folders below it, at most six levels down; hidden ones are passed over.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserError("There is no such folder.", folder, advice: "Name a task folder of Harbor (it holds task.toml), or one that holds some.");
        var found = new List<string>();
        Look(folder, 0);
        return found.Count > 0 ? found : throw new UserError("There is no task folder in it.", folder, advice: $"A task folder of Harbor holds {TaskFile} and {InstructionFile}.");

        void Look(string at, int depth)
        {
            if (IsTask(at)) found.Add(at);
            else if (depth < Deepest)
                foreach (var below in Directory.GetDirectories(at).Where(d => !Path.GetFileName(d).StartsWith('.') && new DirectoryInfo(d).LinkTarget is null).Order(StringComparer.Ordinal)) Look(below, depth + 1);
        }
    }

    /// <exception cref="UserError">Something is missing, of another type, newer, or outside of the folder.</exception>
    public static HarborTask Read(string folder)
    {
        var file = Path.Combine(folder, TaskFile);
        if (!File.Exists(file)) throw new UserError("There is no task.toml.", folder);
        RefuseLink(file);
        var toml = TomlFields.Read(File.ReadAllText(file), file);
        var schema = toml.Text("schema_version") ?? toml.Text("version") ?? "1.0";
        if (!Schemas.Contains(schema)) throw new UserError($"The schema {schema} is not known.", file, field: "schema_version", advice: "1.0 to 1.4 are read; a newer Deliberate may know it.");
        _ = toml.Text("version");
        _ = toml.Text("multi_step_reward_mode");
        TomlFields task = toml.Table("task"), agent = toml.Table("agent"), verifier = toml.Table("verifier"), place = toml.Table("environment"), solution = toml.Table("solution");
        var metadata = toml.Json("metadata");
        var needs = toml.Has("steps") ? "it has several steps ([[steps]])" : place.Text("os") is { } os && os != "linux" ? $"it is for {os}" : place.Number("gpus") is > 0 ? "it needs a GPU" : verifier.Text("environment_mode") is "separate" ? "its tests run in an image of their own" : toml.Has("mcp_servers") || place.Has("mcp_servers") ? "it needs MCP servers" : null;
        var keywords = task.Texts("keywords");
        var environment = new HarborEnvironment
        {
            BuildTimeout = Positive(place, "build_timeout_sec") ?? HarborTask.UsualTimeout,
            Image = place.Text("docker_image") ?? "",
            Cpus = (int)(Positive(place, "cpus") ?? 1),
            MemoryMegabytes = Megabytes(place, "memory_mb", "memory") ?? 2048,
            StorageMegabytes = Megabytes(place, "storage_mb", "storage") ?? 10_240,
            Network = place.Text("network_mode") ?? (place.Flag("allow_internet") ?? true ? "public" : "no-network"),
            Folder = place.Text("workdir") is { } at ? Rooted(at, place, "workdir") : "",
            Variables = place.Variables("env"),
        };
        _ = place.Flag("allow_internet");
        var found = new HarborTask
        {
            Name = task.Text("name") ?? Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)),
            Description = task.Text("description") ?? "",
            Keywords = keywords,
            Metadata = metadata,
            Instruction = Instruction(folder),
            AgentTimeout = Positive(agent, "timeout_sec") ?? HarborTask.UsualTimeout,
            VerifierTimeout = Positive(verifier, "timeout_sec") ?? HarborTask.UsualTimeout,
            VerifierVariables = verifier.Variables("env"),
            SolutionVariables = solution.Variables("env"),
            Environment = environment,
            EnvironmentFiles = Files(folder, EnvironmentFolder),
            Tests = Files(folder, TestsFolder),
            Solution = Files(folder, SolutionFolder),
            Needs = needs,
            Ignored = [.. toml.Others.Where(o => o != "steps" && o != "mcp_servers"), .. new[] { task, agent, verifier, place, solution }.SelectMany(t => t.Others)],
        };
        if (!found.Tests.ContainsKey(TestFile) && needs is null) throw new UserError($"There is no {TestsFolder}/{TestFile}.", folder, advice: "It decides what the agent's work is worth: it writes a number to /logs/verifier/reward.txt.");
        return found;
    }

    private static string Instruction(string folder)
    {
        var file = Path.Combine(folder, InstructionFile);
        if (!File.Exists(file)) throw new UserError($"There is no {InstructionFile}.", folder);
        RefuseLink(file);
        var text = File.ReadAllText(file);
        // A canary is for crawlers, not for the agent.
        var lines = text.ReplaceLineEndings("\n").Split('\n').SkipWhile(l => l.Length == 0 || l.Contains("canary", StringComparison.OrdinalIgnoreCase) && (l.StartsWith("<!--", StringComparison.Ordinal) || l.StartsWith('#')));
        var asked = string.Join('\n', lines).Trim();
        return asked.Length > 0 ? asked : throw new UserError("The instruction is empty.", file);
    }

    /// <summary>A task may come from anywhere, and what it names is sent to a model.</summary>
    private static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target) throw new UserError($"It is a link to {target}: links may lead outside of the task.", path, advice: "Put the file itself there.");
    }

    private static Dictionary<string, byte[]> Files(string folder, string part)
    {
        var (root, files, left) = (Path.Combine(folder, part), new Dictionary<string, byte[]>(StringComparer.Ordinal), MostBytes);
        if (new DirectoryInfo(root) is { LinkTarget: not null }) throw new UserError("The folder is a link, and may lead outside of the task.", root);
        if (!Directory.Exists(root)) return files;
        Look(root);
        return files;

        void Look(string at)
        {
            foreach (var entry in new DirectoryInfo(at).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                RefuseLink(entry.FullName);
                if (entry is DirectoryInfo) Look(entry.FullName);
                else
                {
                    left -= ((FileInfo)entry).Length;
                    if (left < 0) throw new UserError("The folder holds more than 64 MB.", root);
                    files[Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/')] = File.ReadAllBytes(entry.FullName);
                }
            }
        }
    }

    private static double? Positive(TomlFields fields, string name) => fields.Number(name) is not { } number ? null : number > 0 ? number : throw fields.Wrong(name, "above 0");

    private static string Rooted(string path, TomlFields fields, string name) => path.StartsWith('/') && !path.Split('/').Contains("..") ? VirtualFiles.Absolute(path) : throw fields.Wrong(name, "an absolute path without \"..\"");

    private static int? Megabytes(TomlFields fields, string name, string deprecated)
    {
        if (Positive(fields, name) is { } number)
        {
            _ = fields.Has(deprecated) ? fields.Text(deprecated) : null;
            return (int)number;
        }

        if (fields.Text(deprecated) is not { } text) return null;
        var unit = text.TrimEnd('B', 'b', 'i');
        var factor = unit.Length == 0 ? 0 : char.ToUpperInvariant(unit[^1]) switch { 'G' => 1024, 'M' => 1, 'T' => 1024 * 1024, _ => 0 };
        return factor > 0 && double.TryParse(unit.AsSpan(0, unit.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var size) && size > 0 ? (int)(size * factor) : throw fields.Wrong(deprecated, "a size, as \"2G\" or \"512M\"");
    }
}
