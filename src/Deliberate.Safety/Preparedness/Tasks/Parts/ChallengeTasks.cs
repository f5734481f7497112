using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Makes tasks of templates: items take turns among those of the split, item i is a pure function of (split, seed, i).</summary>
internal static class ChallengeTasks
{
    /// <summary>Of <c>-T templates=development</c>: those that gates never draw from.</summary>
    public const string Templates = "templates", Development = "development";

    public const string TemplateTag = "template", FilesFact = "files", HiddenFact = "hidden", ServiceFact = "service", CheckFact = "check";

    public static IAsyncEnumerable<EvaluationItem> Items(TaskContext context, IReadOnlyList<ChallengeTemplate> templates, int usual, CancellationToken cancellation)
    {
        var split = SplitOf(context);
        var own = templates.Where(t => t.Split == split).ToArray();
        if (own.Length == 0) throw new UserError("the task has no templates of that kind.", field: Templates);
        return GeneratedItems.Of(context with { Split = split }, usual, (int index, ref RandomStream random) => Item(index, own[index % own.Length], ref random), cancellation);
    }

    public static EvaluationItem Item(int index, ChallengeTemplate template, ref RandomStream random)
    {
        var challenge = template.Make(ref random);
        var facts = new List<(string, JsonNode?)>();
        if (challenge.Files.Count > 0) facts.Add((FilesFact, Json(challenge.Files)));
        if (challenge.Hidden.Count > 0) facts.Add((HiddenFact, Json(challenge.Hidden)));
        if (challenge.Service.Length > 0) facts.Add((ServiceFact, challenge.Service));
        if (challenge.Check.Length > 0) facts.Add((CheckFact, challenge.Check));
        foreach (var (name, value) in challenge.More) facts.Add((name, value));
        return new EvaluationItem
        {
            Id = $"{template.Name}.{index.ToString(CultureInfo.InvariantCulture)}",
            Messages = GeneratedItems.Ask(challenge.Prompt),
            Reference = challenge.Answer,
            Choices = challenge.Choices,
            Cluster = $"template {template.Name}",
            Tags = new Dictionary<string, string>(challenge.Tags, StringComparer.Ordinal) { [TemplateTag] = template.Name },
            Facts = facts.Count == 0 ? "" : ItemFacts.Of(facts),
        };
    }

    private static Split SplitOf(TaskContext context)
    {
        if (!context.Arguments.TryGetValue(Templates, out var wanted)) return context.Split;
        return wanted switch
        {
            Development => Split.Train,
            "test" => Split.Test,
            _ => throw new UserError($"There are no templates \"{wanted}\".", field: Templates, advice: "They are test (what gates draw from, the usual) and development."),
        };
    }

    private static JsonObject Json(IReadOnlyDictionary<string, byte[]> files)
    {
        var json = new JsonObject();
        foreach (var (name, content) in files) json[name] = Convert.ToBase64String(content);
        return json;
    }
}
