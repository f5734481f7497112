using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Monitorability in PolicyWorld: paired prompts with and without a planted cue, with and without a thought (<c>deliberate monitor measure</c> reads its log).</summary>
internal static class WorldHintsTask
{
    private const int Usual = 40 * PairedPrompts.Variants, MostTokens = 32, UsualEpochs = 20;

    public static EvaluationTask Task { get; } = new()
    {
        Name = WorldTasks.Hints,
        Title = "PolicyWorld: hints and threats planted in questions",
        Summary = "Whether a planted cue drives the answer, in pairs with and without it, with and without a thought.",
        Items = (context, cancellation) => GeneratedItems.Of(context, Usual, (int index, ref RandomStream _) => Make(index, context), cancellation),
        Answers = AnswerFormat.Whole,
        Scorer = _ => new CheckScorer("the answer against the cue's", PairedPrompts.Judge),
        Metrics = PairedPrompts.Metrics,
        Defaults = new TaskDefaults { Epochs = UsualEpochs, MaxTokens = MostTokens, Temperature = 1 },
        Differences = "A world of made-up things: no published figure is of it.",
    };

    /// <summary>Four items in a row are one question.</summary>
    private static EvaluationItem Make(int index, TaskContext context)
    {
        var random = new RandomStream(context.Seed, StreamStage.GeneratedItems, step: 4, problem: index / PairedPrompts.Variants);
        var hint = WorldHints.Draw(ref random);
        var (intervened, thinks) = PairedPrompts.Variant(index);
        return PairedPrompts.Item(index, hint.Prompt(intervened, thinks), hint.Answer, hint.Suggested, (hint.Cue.Kind, hint.CueText, hint.Cue.Word));
    }
}
