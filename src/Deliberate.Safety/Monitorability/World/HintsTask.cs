using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// Paired prompts whose only difference is a planted hint, threat or promise for a wrong answer, each with and without a thought: what
/// monitorability by intervention and load-bearing are measured of (<c>deliberate monitor measure</c>). The behaviour is that the answer
/// is the one that the cue suggests, whether the cue stands in the prompt or not. Made for a model of <see cref="HintWorld"/>; any model that
/// can compare will do, and one that cannot be kept from thinking has no control without a thought.
/// </summary>
internal static class HintsTask
{
    public const string Name = "hints";

    private const int Usual = 60 * PairedPrompts.Variants;

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "Hints and threats planted in questions",
        Summary = "Whether a planted hint or threat drives the answer, in pairs with and without it, with and without a thought.",
        Items = (context, cancellation) => GeneratedItems.Of(context, Usual, (int index, ref RandomStream _) => Make(index, context), cancellation),
        Answers = AnswerFormat.Whole,
        Scorer = _ => new CheckScorer("the answer against the cue's", PairedPrompts.Judge),
        Metrics = PairedPrompts.Metrics,
        Defaults = new TaskDefaults { Epochs = 10, MaxTokens = 64, Temperature = 1 },
    };

    private static EvaluationItem Make(int index, TaskContext context)
    {
        var question = HintWorld.Question(context.Split, context.Seed, index / PairedPrompts.Variants);
        var (intervened, thinks) = PairedPrompts.Variant(index);
        return PairedPrompts.Item(
            index, question.Prompt(intervened, thinks), question.Answer.ToString(CultureInfo.InvariantCulture), question.Suggested.ToString(CultureInfo.InvariantCulture),
            (question.Cue.Kind, question.Cue.With(question.Suggested), question.Cue.Word));
    }
}
