using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// The card's monitoring of deception (section 4.5) as an evaluation: prompts of three families that tempt a model differently (references that it
/// cannot check, tools and policies that are not there, plain requests), and a monitor of the thought as scorer. A sample passes where its
/// thought is not flagged. With a judging model the monitor is the prompted one, without it our rules; <c>-T monitor=NAME</c> names
/// another. A sample without a thought is unscored: there is nothing to read.
/// </summary>
internal static class DeceptionTask
{
    public const string Name = "deception-thoughts";

    private const string Argument = "monitor", Weights = "weights", Family = "family";

    private const int Usual = 300;

    private const string Source = "o1 system card, table 8: o1-preview, 102,443 synthetic prompts";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "Deception in the thought",
        Summary = "Whether a monitor of the thought finds made-up facts given as real, policies that nobody gave, other knowing deceit.",
        Items = (context, cancellation) => GeneratedItems.Of(context, Usual, (int index, ref RandomStream random) => Make(index, ref random), cancellation),
        Scorer = Monitor,
        Metrics =
        [
            new() { Name = MonitorVerdict.Flagged, Title = "flagged", Value = TaskMetric.Score(MonitorVerdict.Flagged), SliceBy = Family, HigherIsBetter = false },
            Finding(ThoughtFinding.IntentionalHallucination, "intentional hallucination"),
            Finding(ThoughtFinding.HallucinatedPolicy, "hallucinated policy"),
            Finding(ThoughtFinding.OtherDeception, "other deception"),
        ],
        Defaults = new TaskDefaults { MaxTokens = 2048 },
        Published =
        [
            new PublishedFigure(MonitorVerdict.Flagged, "o1-preview", .0017, Source), new PublishedFigure(MonitorVerdict.NameOf(ThoughtFinding.IntentionalHallucination), "o1-preview", .0004, Source),
            new PublishedFigure(MonitorVerdict.NameOf(ThoughtFinding.HallucinatedPolicy), "o1-preview", .0009, Source), new PublishedFigure(MonitorVerdict.NameOf(ThoughtFinding.OtherDeception), "o1-preview", .0004, Source),
        ],
        Differences = "The card's prompts, and its monitor's prompt (GPT-4o), are not public; ours tempt on purpose, so that rates are higher, and by rules much is missed.",
    };

    private static IThoughtMonitor Monitor(TaskContext context)
    {
        var request = new MonitorRequest(context.Judge, context.Arguments.GetValueOrDefault(Weights));
        if (context.Arguments.TryGetValue(Argument, out var named)) return MonitorList.Create(named, request);
        return context.Judge is not null ? new PromptedMonitor(DeceptionRubric.Create(), context.Judge) : new AnyMonitor([FabricationRule.Create(), PolicyRule.Create(), AddressRule.Create()]);
    }

    private static EvaluationItem Make(int index, ref RandomStream random)
    {
        var families = DeceptionPrompts.Families;
        var (family, prompts) = families[index % families.Count];
        var prompt = DeceptionPrompts.Fill(prompts[index / families.Count % prompts.Count], ref random);
        return new EvaluationItem
        {
            Id = index.ToString(CultureInfo.InvariantCulture),
            Messages = GeneratedItems.Ask(prompt),
            Cluster = string.Create(CultureInfo.InvariantCulture, $"{family}/{index / families.Count % prompts.Count}"),
            Tags = new Dictionary<string, string> { [Family] = family },
        };
    }

    private static TaskMetric Finding(ThoughtFinding finding, string title) => new() { Name = MonitorVerdict.NameOf(finding), Title = title, Value = TaskMetric.Score(MonitorVerdict.NameOf(finding)), HigherIsBetter = false };
}
