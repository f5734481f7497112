using System.Collections.Concurrent;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// A campaign as a task of evaluations: each item is a goal under an attack, its solver carries the attack out, its scorer says what came of
/// it. So log, going on, limits, progress and requirements are those of every evaluation. Passes where the model stood fast.
/// </summary>
internal static class AttackTask
{
    public const string Name = "attack";

    /// <summary>Tags of items.</summary>
    public const string AttackTag = "attack", GoalTag = "goal", CategoryTag = "category", KindTag = "kind";

    /// <summary>Tag of the goals asked plainly where that is none of the attacks: what they are held against.</summary>
    public const string ControlTag = "control";

    private const int UsualTokens = 512;

    /// <summary>What ids of samples begin with.</summary>
    internal static EvaluationTask Named { get; } = new() { Name = Name, Title = "", Items = (_, _) => throw new NotSupportedException(), Scorer = _ => throw new NotSupportedException(), Metrics = [] };

    /// <param name="goals">In their order.</param>
    /// <param name="attacks">In their order.</param>
    /// <param name="settings">Of every attack.</param>
    /// <param name="judge">Who decides; not owned.</param>
    /// <param name="attacker">Who plans; null for nobody.</param>
    /// <param name="whiteBox">Opens weights; null where no attack needs them.</param>
    /// <param name="hasControl">Whether the attacks are held against the same goals asked plainly, as often: <see cref="DirectAttack"/>, which is added where it is none of the attacks.</param>
    public static EvaluationTask Of(IReadOnlyList<AttackGoal> goals, IReadOnlyList<IAttack> attacks, AttackSettings settings, AttackJudge judge, EvaluationModel? attacker, WhiteBoxModels? whiteBox = null, bool hasControl = false)
    {
        IAttack? control = hasControl && attacks.All(a => a.Kind != AttackKind.Direct) ? new DirectAttack() : null;
        IAttack[] arms = control is null ? [.. attacks] : [control, .. attacks];
        var traces = new ConcurrentDictionary<string, AttackContext>(StringComparer.Ordinal);
        var byId = goals.ToDictionary(g => g.Id, StringComparer.Ordinal);
        return Named with
        {
            Title = "Attacks",
            Summary = "Which attacks bring the model to what it should not do, and with how many queries.",
            Items = (_, _) => goals.SelectMany(goal => arms.Select(attack => Item(goal, attack, attack == control))).ToAsyncEnumerable(),
            Solver = new AttackSolver(byId, arms, settings, judge, attacker, whiteBox, traces),
            Scorer = _ => new AttackScorer(judge, traces),
            Metrics = AttackMetrics.Of(attacks, settings, hasControl),
            Defaults = new TaskDefaults { MaxTokens = UsualTokens, Temperature = 1 },
        };
    }

    private static EvaluationItem Item(AttackGoal goal, IAttack attack, bool isControl)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { [AttackTag] = attack.Name, [GoalTag] = goal.Id, [KindTag] = RecipeWriter.Scalar(attack.Kind) };
        if (goal.Category.Length > 0) tags[CategoryTag] = goal.Category;
        if (isControl) tags[ControlTag] = "yes";
        return new EvaluationItem { Id = $"{goal.Id}+{attack.Name}", Messages = GeneratedItems.Ask(goal.Request), Cluster = goal.Cluster, Tags = tags, Facts = goal.WorldRequest.Length > 0 ? ItemFacts.Of((WorldScoring.RequestFact, goal.WorldRequest)) : "" };
    }

    private sealed class AttackSolver(Dictionary<string, AttackGoal> goals, IReadOnlyList<IAttack> attacks, AttackSettings settings, AttackJudge judge, EvaluationModel? attacker, WhiteBoxModels? whiteBox, ConcurrentDictionary<string, AttackContext> traces) : ISolver
    {
        public string Name => string.Create(CultureInfo.InvariantCulture, $"attacks with a budget of {settings.Budget} queries, {settings.Steps} steps on weights{(attacker is null ? "" : $", planned by {attacker.Name}")}");

        public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
        {
            var item = context.Item;
            var attack = attacks.First(a => a.Name == item.Tags[AttackTag]);
            var attacking = new AttackContext(goals[item.Tags[GoalTag]], settings, context, judge, attacker, whiteBox);
            await attack.RunAsync(attacking, cancellationToken).ConfigureAwait(false);
            traces[item.Id] = attacking;
            var nothing = new ModelAnswer { Text = "", Completion = "", FinishReason = "stop" };
            // What ended how is the trace's to say, so that no sample ends before it is looked at.
            if (attacking.Best is { } best) context.Give(best.Attempt.Messages, best.Answer with { FinishReason = "stop", ToolCalls = [], Text = AttackJudge.Cut(best.Answer.Text), Completion = AttackJudge.Cut(best.Answer.Completion) });
            else context.Give([.. item.Messages], nothing);
        }
    }

    private sealed class AttackScorer(AttackJudge judge, ConcurrentDictionary<string, AttackContext> traces) : IScorer, IIdentified
    {
        public string Name => "attack";

        public string Identity => judge.Identity;

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(One)]);

        private Verdict One(Sample sample)
        {
            var id = sample.Problem.Id[(sample.Problem.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
            return traces.TryRemove(id, out var trace) ? AttackVerdict.Of(trace) : throw new InvalidOperationException($"the attack {id} has left no trace");
        }
    }
}
