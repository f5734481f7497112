using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Writes a task folder, in the spelling of schema 1.4.</summary>
internal static class HarborWriter
{
    /// <exception cref="UserError">Something else is in the folder already.</exception>
    public static void Write(HarborTask task, string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new UserError("The folder is not empty.", folder, advice: "Name another.");
        foreach (var (part, files) in new[] { (HarborReader.EnvironmentFolder, task.EnvironmentFiles), (HarborReader.TestsFolder, task.Tests), (HarborReader.SolutionFolder, task.Solution) })
        {
            var root = Path.GetFullPath(Path.Combine(folder, part));
            foreach (var (name, content) in files)
            {
                var path = Path.GetFullPath(name, root);
                if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new UserError($"The file \"{name}\" would lie outside of the task.", folder, field: part);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, stream => stream.Write(content));
            }
        }

        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, HarborReader.InstructionFile), task.Instruction + "\n");
        // Last: a folder without it is no task.
        AtomicFile.WriteText(Path.Combine(folder, HarborReader.TaskFile), Toml(task));
    }

    internal static string Toml(HarborTask task)
    {
        var toml = new StringBuilder();
        Line("schema_version", Text(HarborTask.Schema));
        Section("task");
        Line("name", Text(task.Name));
        if (task.Description.Length > 0) Line("description", Text(task.Description));
        if (task.Keywords.Count > 0) Line("keywords", $"[{string.Join(", ", task.Keywords.Select(Text))}]");
        if (task.Metadata.Count > 0)
        {
            Section("metadata");
            foreach (var (name, value) in task.Metadata) Line(Key(name), Value(value));
        }

        Section("agent");
        Line("timeout_sec", Real(task.AgentTimeout));
        Section("verifier");
        Line("timeout_sec", Real(task.VerifierTimeout));
        Variables("verifier.env", task.VerifierVariables);
        Section("environment");
        Line("build_timeout_sec", Real(task.Environment.BuildTimeout));
        if (task.Environment.Image.Length > 0) Line("docker_image", Text(task.Environment.Image));
        if (task.Environment.Folder.Length > 0) Line("workdir", Text(task.Environment.Folder));
        Line("cpus", task.Environment.Cpus.ToString(CultureInfo.InvariantCulture));
        Line("memory_mb", task.Environment.MemoryMegabytes.ToString(CultureInfo.InvariantCulture));
        Line("storage_mb", task.Environment.StorageMegabytes.ToString(CultureInfo.InvariantCulture));
        Line("network_mode", Text(task.Environment.Network));
        Variables("environment.env", task.Environment.Variables);
        Variables("solution.env", task.SolutionVariables);
        return toml.ToString();

        void Section(string name) => toml.Append(CultureInfo.InvariantCulture, $"\n[{name}]\n");
        void Line(string name, string value) => toml.Append(CultureInfo.InvariantCulture, $"{name} = {value}\n");
        void Variables(string name, IReadOnlyDictionary<string, string> variables)
        {
            if (variables.Count == 0) return;
            Section(name);
            foreach (var (variable, value) in variables.OrderBy(v => v.Key, StringComparer.Ordinal)) Line(Key(variable), Text(value));
        }
    }

    private static string Value(JsonNode? value) => value switch
    {
        JsonObject table => "{ " + string.Join(", ", table.Select(f => $"{Key(f.Key)} = {Value(f.Value)}")) + " }",
        JsonArray list => "[" + string.Join(", ", list.Select(Value)) + "]",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Text(text.GetValue<string>()),
        null => "\"\"",
        _ => value.ToJsonString(),
    };

    private static string Real(double number) => number == Math.Floor(number) ? number.ToString("0.0", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Key(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? name : Text(name);

    /// <summary>A basic string of TOML.</summary>
    private static string Text(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\t' => "\\t", '\r' => "\\r", < ' ' or '\u007f' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"), _ => c.ToString() });
        return quoted.Append('"').ToString();
    }
}
