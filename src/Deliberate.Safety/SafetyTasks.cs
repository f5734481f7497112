using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The one visible list of this room's tasks of evaluations. Programs that show or run tasks take them up with <see cref="Register"/>.</summary>
public static class SafetyTasks
{
    private static readonly Lock Registering = new();

    internal static IReadOnlyList<EvaluationTask> All { get; } =
    [
        DeceptionTask.Task,
        HintsTask.Task,
        .. WorldTasks.All,
        ScenarioTask.Prose,
        ScenarioTask.World,
        .. PreparednessTasks.All,
    ];

    /// <summary>Puts the tasks into the list that <c>deliberate eval</c> sees, and lets judges of policies take specifications and models stand behind filters; once is enough, more does no harm.</summary>
    public static void Register()
    {
        lock (Registering)
        {
            FilteredConnection.Open ??= file => new ModeratingFilter(file);
            if (!PolicyRubric.Others.Contains(Policy)) PolicyRubric.Others.Add(Policy);
            foreach (var task in All)
                if (EvaluationTasks.All.All(known => known.Name != task.Name)) EvaluationTasks.Register(task);
        }
    }

    /// <summary>A folder of a specification, or a shipped one's name: all of it is the policy. A file of that name is the user's.</summary>
    private static string? Policy(string name) => Directory.Exists(name) || (ShippedSpecifications.Names.Contains(name) && !File.Exists(name)) ? SpecificationText.Whole(SpecificationFolder.Read(name)) : null;
}
