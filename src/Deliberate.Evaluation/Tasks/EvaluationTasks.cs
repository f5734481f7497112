using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// The one visible list of tasks. To add one of ours: copy the nearest file of a suite, change it, add its line here. One of yours, in
/// a program of your own, is added by <see cref="Register"/>. Besides these there are task families (<c>family:arithmetic@3</c>), files
/// of problems (<c>problems.jsonl</c>) and tasks that are written in YAML (<c>task.yaml</c>).
/// </summary>
public static class EvaluationTasks
{
    private static readonly ExtensibleList<EvaluationTask> Known = new("task", task => task.Name, SuiteTasks.All);

    /// <summary>Ours, then those registered.</summary>
    public static IReadOnlyList<EvaluationTask> All => Known.Items;

    /// <exception cref="ArgumentException">The name is taken, or not one.</exception>
    public static void Register(EvaluationTask task) => Known.Add(task);

    /// <summary>Takes a registered one back.</summary>
    public static bool Remove(string name) => Known.Remove(name);

    /// <summary>Whether a name is one of a task, and not of a checkpoint: a folder that is there is none.</summary>
    internal static bool IsTask(string name) => !Directory.Exists(name) && (SuiteGroups.Is(name) || name.StartsWith(FamilyTask.Prefix, StringComparison.Ordinal) || name.StartsWith(HarborTaskset.Prefix, StringComparison.Ordinal) || WrittenTasks.IsFile(name) || ProblemsTask.IsFile(name) || All.Any(t => t.Name == name.Split(ComposedTransform.Joint)[0]));

    /// <summary>The tasks that names stand for: each its own, and of a suite (<c>suite:small-model</c>) all that it asks, as it asks them.</summary>
    internal static IEnumerable<EvaluationTask> Resolve(IEnumerable<string> names) => names.SelectMany(name => SuiteGroups.Is(name) ? SuiteGroups.Tasks(name) : [Get(name)]);

    /// <summary>The task of this name.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static EvaluationTask Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (SuiteGroups.Is(name)) throw new UserError($"{name} is a suite of several tasks.", field: "task", advice: "deliberate eval runs it; here one task is needed.");
        if (name.StartsWith(FamilyTask.Prefix, StringComparison.Ordinal)) return FamilyTask.Named(name[FamilyTask.Prefix.Length..]);
        if (name.StartsWith(HarborTaskset.Prefix, StringComparison.Ordinal)) return HarborTaskset.Named(name[HarborTaskset.Prefix.Length..]);
        if (WrittenTasks.IsFile(name)) return WrittenTasks.Read(name);
        if (ProblemsTask.IsFile(name)) return ProblemsTask.Of(name);
        if (name.IndexOf(ComposedTransform.Joint, StringComparison.Ordinal) is > 0 and var at) return TransformedTask.Of(Get(name[..at]), name[(at + 1)..]);
        return All.FirstOrDefault(t => t.Name == name)
            ?? throw new UserError($"There is no task \"{name}\".", field: "task", advice: NearestName.Suggest(name, [.. All.Select(t => t.Name)]) ?? "deliberate eval tasks lists them; family:NAME@LEVEL is a task family, FILE.yaml a task of your own, FILE.jsonl problems.");
    }
}
