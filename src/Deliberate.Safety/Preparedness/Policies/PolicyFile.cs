using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A policy that was read, with the hash of its text: results and signatures are of that text.</summary>
/// <param name="Policy">What it says.</param>
/// <param name="Path">As it was named.</param>
/// <param name="Sha256">Of its text, line ends aside.</param>
internal sealed record PolicyFile(PreparednessPolicy Policy, string Path, string Sha256)
{
    /// <summary>A file, or the name of one that comes with the program.</summary>
    /// <exception cref="UserError">It is none, contradicts itself, or is not in force.</exception>
    public static PolicyFile Read(string path, DateOnly today)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a policy.", path, field: "--policy");
        if (File.Exists(path)) return Parse(RecipeReader.ReadText(path), path, today);
        string[] names = [.. ShippedPolicies.Files.Select(f => System.IO.Path.GetFileNameWithoutExtension(f))];
        var shipped = ShippedPolicies.Find(path) ?? throw new UserError("There is no such policy.", path, field: "--policy", advice: NearestName.Suggest(System.IO.Path.GetFileNameWithoutExtension(path), names));
        return Parse(ShippedPolicies.Text(shipped), path, today);
    }

    public static PolicyFile Parse(string text, string path, DateOnly today)
    {
        // A policy names tasks of this room.
        SafetyTasks.Register();
        var policy = RecipeReader.Parse<PreparednessPolicy>(text, path);
        foreach (var (key, problem) in PolicyProblems.On(policy, today)) throw new UserError(problem, path, field: key);
        CheckTaskFiles(policy, path);
        return new PolicyFile(policy, path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")))));
    }

    /// <summary>The file of a measure's own task.</summary>
    public string TaskFileOf(PolicyMeasure measure) => Resolve(Path, measure.TaskFile!);

    private static void CheckTaskFiles(PreparednessPolicy policy, string path)
    {
        foreach (var test in policy.Tests.Where(t => t.Measure.TaskFile is not null))
        {
            var task = WrittenTasks.Read(Resolve(path, test.Measure.TaskFile!));
            if (task.Name != test.Measure.Task) throw new UserError($"The file {test.Measure.TaskFile} is of the task {task.Name}, not {test.Measure.Task}.", path, field: test.Id);
            foreach (var (_, problem) in test.Measure.ProblemsWith(task, test.Id)) throw new UserError(problem, path, field: test.Id);
        }
    }

    private static string Resolve(string policy, string file) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(policy) ?? "", file);
}
