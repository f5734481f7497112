using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A task of a group, and how it is asked there.</summary>
/// <param name="Task">Its name, transforms included.</param>
/// <param name="Limit">Items, unless the user says otherwise; null for all.</param>
/// <param name="MaxTokens">Token budget of an answer, unless the user says otherwise; null for the task's own.</param>
internal sealed record SuiteEntry(string Task, int? Limit = null, int? MaxTokens = null)
{
    public EvaluationTask Resolve()
    {
        var task = EvaluationTasks.Get(Task);
        return task with { Defaults = task.Defaults with { Limit = Limit, MaxTokens = MaxTokens ?? task.Defaults.MaxTokens } };
    }
}

/// <summary>Tasks that are run together by one name, <c>suite:NAME</c>.</summary>
/// <param name="About">Half a sentence.</param>
/// <param name="NotTested">Rows that belong to it and are not run, with why: they are printed, so that nobody takes them for passed.</param>
internal sealed record SuiteGroup(string Name, string About, IReadOnlyList<SuiteEntry> Entries, IReadOnlyList<string> NotTested);

/// <summary>The one visible list of groups. To add one: its lines here.</summary>
internal static class SuiteGroups
{
    public const string Prefix = "suite:";

    public static IReadOnlyList<SuiteGroup> All { get; } =
    [
        new("generated", "the suites that need neither data nor a judge",
            [
                new("hierarchy-conflicts"), new("hierarchy-tutor"), new("hierarchy-phrase"), new("hierarchy-password"), new("people"),
                new("discrimination-explicit"), new("discrimination-implicit"), new("regurgitation"), new("transform-control"),
            ],
            []),
        new("mathematics", "word problems and competition problems", [new("gsm8k"), new("svamp"), new("math500")], []),
    ];

    /// <summary>Whether the name is a group's.</summary>
    public static bool Is(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="UserError">There is none of that name.</exception>
    public static SuiteGroup Get(string name) => All.FirstOrDefault(g => Prefix + g.Name == name) ?? throw new UserError($"There is no \"{name}\".", field: "task", advice: NearestName.Suggest(name, [.. All.Select(g => Prefix + g.Name)]));

    /// <summary>The tasks, as the group asks them; the first one tells what is not tested.</summary>
    public static IEnumerable<EvaluationTask> Tasks(string name)
    {
        var group = Get(name);
        return group.Entries.Select((entry, i) => i == 0 ? entry.Resolve() with { Notes = group.NotTested } : entry.Resolve());
    }
}
