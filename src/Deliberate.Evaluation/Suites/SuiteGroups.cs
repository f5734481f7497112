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
        new("o1-card", "the o1 system card's observed safety on public data; what is yours by --data, and judges by --judge",
            [
                new("do-not-answer"), new("cyberseceval-frr"), new("challenging"), new("wildchat"), new("xstest"), new("xstest-unsafe"), new("harmbench"), new("strongreject"), new("human-jailbreaks"),
                new("regurgitation"), new("simpleqa"), new("people"), new("bbq"), new("discrimination-explicit"), new("discrimination-implicit"),
                new("hierarchy-conflicts"), new("hierarchy-tutor"), new("hierarchy-phrase"), new("hierarchy-password"), new("mmmlu"),
            ],
            ["multimodal refusal (tables 2 and 22): not tested: text only"]),
        new("generated", "the suites that need neither data nor a judge",
            [
                new("hierarchy-conflicts"), new("hierarchy-tutor"), new("hierarchy-phrase"), new("hierarchy-password"), new("people"),
                new("discrimination-explicit"), new("discrimination-implicit"), new("regurgitation"), new("transform-control"),
            ],
            []),
        new("mathematics", "word problems and competition problems", [new("gsm8k"), new("svamp"), new("math500")], []),
        new("small-model", "a first look at a small model on two cores: refusals, bias, word problems, four transforms with their control",
            [
                new("xstest", MaxTokens: 64), new("xstest-unsafe", MaxTokens: 64), new("bbq", 500, 16), new("gsm8k", 200, 320), new("do-not-answer", 200, 64), new("harmbench", 100, 64),
                .. Transformed("harmbench", 64), new("transform-control", 100, 32), .. Transformed("transform-control", 32),
            ],
            []),
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

    private static IEnumerable<SuiteEntry> Transformed(string task, int tokens) =>
        new[] { "base64", "rot13", "prefix-injection", "payload-splitting" }.Select(transform => new SuiteEntry($"{task}+{transform}", 100, tokens));
}
