using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The one visible list of this room's tasks of evaluations. Programs that show or run tasks take them up with <see cref="Register"/>.</summary>
public static class SafetyTasks
{
    private static readonly Lock Registering = new();

    internal static IReadOnlyList<EvaluationTask> All { get; } = [DeceptionTask.Task, HintsTask.Task, .. WorldTasks.All];

    /// <summary>Puts the tasks into the list that <c>deliberate eval</c> sees; once is enough, more does no harm.</summary>
    public static void Register()
    {
        lock (Registering)
        {
            foreach (var task in All)
                if (EvaluationTasks.All.All(known => known.Name != task.Name)) EvaluationTasks.Register(task);
        }
    }
}
