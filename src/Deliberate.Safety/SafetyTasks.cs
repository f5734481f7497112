using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The one visible list of this room's evaluation tasks, which stand behind Evaluation's own. To add one: its line here.</summary>
internal static class SafetyTasks
{
    private static readonly Lock s_registering = new();

    public static IReadOnlyList<EvaluationTask> All { get; } =
    [
        DeceptionTask.Task,
        HintsTask.Task,
    ];

    /// <summary>Adds them to the list that commands and suites look in; once is enough, and again does nothing.</summary>
    public static void Register()
    {
        lock (s_registering)
        {
            foreach (var task in All.Where(task => EvaluationTasks.All.All(known => known.Name != task.Name))) EvaluationTasks.Register(task);
        }
    }
}
