namespace Deliberate.Evaluation;

/// <summary>The one visible list of our suites' tasks. To add one: copy the nearest file of this folder, change it, add its line here.</summary>
internal static class SuiteTasks
{
    public static IReadOnlyList<EvaluationTask> All { get; } =
    [
        XsTestTasks.Safe,
        XsTestTasks.Unsafe,
        DoNotAnswerTask.Task,
        HarmBenchTask.Task,
        CyberSecEvalTask.Task,
        StrongRejectTask.Task,
        WildChatTask.Task,
        OwnPromptTasks.Challenging,
        OwnPromptTasks.HumanSourced,
        RegurgitationTask.Task,
        SimpleQaTask.Task,
        PeopleTask.Task,
        BbqTask.Task,
        DiscriminationTask.Explicit,
        DiscriminationTask.Implicit,
        HierarchyConflictsTask.Task,
        TutorTask.Task,
        ProtectedSecretTask.Phrase,
        ProtectedSecretTask.Password,
        SymbolTasks.Hierarchy,
        SymbolTasks.Hallucination,
        MmmluTask.Task,
        MathematicsTasks.Gsm8k,
        MathematicsTasks.Svamp,
        MathematicsTasks.Math500,
        TransformControlTask.Task,
    ];
}
