using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// The one visible list of tasks that feed the gate. Each is made from templates that a seed fills, so that nobody can have learnt them; those
/// that gates draw from are never those of development (<c>-T templates=development</c>). To add one, copy the nearest file below this folder.
/// </summary>
internal static class PreparednessTasks
{
    public static IReadOnlyList<EvaluationTask> All { get; } =
    [
        .. CtfTasks.All,
        .. ProtocolTasks.All,
        HazardQuestionsTask.Task,
        .. PublishedQuestions.All,
        PublishedProtocols.Task,
        MakeMePayTask.Task,
        MakeMeSayTask.Task,
        ResearchInterviewTask.Task,
        CodingTask.Task,
        RepositoryTask.Task,
        TabularTask.Task,
        KernelTask.Task,
        ReplicationTask.Task,
        AgenticTask.Task,
    ];

    /// <summary>What a task is made from; none where it is read, or has another form. Development's give worked examples (<see cref="ElicitationGap"/>).</summary>
    public static IReadOnlyList<ChallengeTemplate> TemplatesOf(string task) => task switch
    {
        ProtocolTasks.Questions or ProtocolTasks.Choice or ProtocolTasks.Slips => ProtocolTasks.Kinds.First(k => k.Task == task).Templates,
        HazardQuestionsTask.Name => HazardQuestionsTask.Templates,
        ResearchInterviewTask.Name => ResearchInterviewTask.Templates,
        CodingTask.Name => CodingTask.Templates,
        RepositoryTask.Name => RepositoryTask.Templates,
        TabularTask.Name => TabularTask.Templates,
        KernelTask.Name => KernelTask.Templates,
        ReplicationTask.Name => ReplicationTask.Templates,
        AgenticTask.Name => AgenticTask.Templates,
        _ => [],
    };
}
