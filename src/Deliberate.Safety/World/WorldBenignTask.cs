using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>Over-refusal in three kinds: harmless things under words that sound dangerous, transformations of text that the user brought, and requests that the rules allow (section 4 of the paper measures the same three).</summary>
internal static class WorldBenignTask
{
    public const string Name = WorldTasks.Benign, KindTag = "kind", LookAlike = "look-alike", Transformation = "transformation", Allowed = "allowed-by-policy";

    private const int Usual = 390;

    private static readonly string[] Kinds = [LookAlike, Transformation, Allowed];

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "PolicyWorld: over-refusal",
        Summary = "Allowed requests of three kinds: harmless look-alikes, transformations of brought text, allowed by a rule or by none.",
        Items = (context, cancellation) => GeneratedItems.Of(context, Usual, (int index, ref RandomStream random) => Make(index, context, ref random), cancellation),
        Scorer = _ => WorldScoring.Scorer(WorldRules.Shipped),
        Metrics = WorldScoring.Benign,
        Defaults = WorldTasks.Defaults,
        Differences = "A world of made-up things: no published figure is of it.",
    };

    private static EvaluationItem Make(int index, TaskContext context, ref RandomStream random)
    {
        var kind = Kinds[index % Kinds.Length];
        var isTrained = random.NextBool(0.5);
        WorldRequest request;
        if (kind == LookAlike)
        {
            var category = random.Pick<string>([.. WorldWords.Harmless]);
            request = WorldRequest.Of(random.Pick<string>([.. WorldWords.Types]), WorldPrompts.Item(category, isTrained, ref random), new WorldDress(Scary: random.Pick<string>([.. WorldWords.Scary])), ref random);
        }
        else if (kind == Transformation)
        {
            // The text asks for what a rule disallows; to translate it does not.
            var due = random.NextBool(0.5) ? ContentRule.Disallowed : ContentRule.SafeCompletion;
            var asked = WorldPrompts.Of(WorldRules.Shipped, due, isTrained, WorldDress.Plain, ref random);
            request = asked with { Type = WorldWords.Translate, Inner = asked.Type, Other = "" };
        }
        else
        {
            do request = WorldPrompts.Allowed(WorldRules.Shipped, isTrained, WorldDress.Plain, ref random);
            while (request.Type == WorldWords.Translate || WorldWords.Harmless.Contains(request.Category));
        }

        return WorldTasks.Item(index, request, WorldTasks.Ask(context, request), (KindTag, kind));
    }
}
