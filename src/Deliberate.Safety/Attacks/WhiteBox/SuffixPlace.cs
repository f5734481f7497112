using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Where an adversarial suffix stands in what the model reads: what comes before it, what comes behind it up to where the answer begins, and
/// what the answer should begin with.
/// </summary>
/// <param name="Beginning">Tokens before the suffix: the template's, and the request.</param>
/// <param name="Ending">Tokens behind it; none where the model has no template.</param>
/// <param name="Target">What should be answered.</param>
internal sealed record SuffixPlace(int[] Beginning, int[] Ending, int[] Target)
{
    private const string Mark = "\u2E28SUFFIX\u2E29";

    /// <param name="target">The text that the answer should begin with.</param>
    public static SuffixPlace Of(CheckpointConnection checkpoint, TextFormat format, AttackGoal goal, string target)
    {
        var text = checkpoint.TextOf(GeneratedItems.Ask($"{goal.Request} {Mark}"));
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) throw new UserError("the model's template does not show the end of a message, so no suffix can be put there.");
        // The space belongs to the suffix: its first token begins a word.
        int[] beginning = format.Tokenizer.Encode(text[..(at - 1)], addSpecialTokens: format.ChatTemplate is null);
        return new SuffixPlace(beginning, format.Tokenizer.Encode(text[(at + Mark.Length)..]), format.Tokenizer.Encode(target));
    }

    /// <summary>What the answer should begin with: with its thought where the model shows that it thinks.</summary>
    public static async Task<string> TargetOf(AttackContext context, CancellationToken cancellation)
    {
        if (context.Goal.ThoughtTarget.Length == 0) return context.Goal.Target;
        var plain = context.Options with { MaxTokens = context.Options.MaxTokens ?? 64 };
        var answer = await context.Target.AskAsync(GeneratedItems.Ask(context.Goal.Request), plain, cancellation).ConfigureAwait(false);
        return answer.Reasoning is { Length: > 0 } || answer.Usage.ReasoningTokens > 0 ? context.Goal.ThoughtTarget : context.Goal.Target;
    }

    public double[] Losses(WhiteBoxModel model, IReadOnlyList<int[]> suffixes) => model.Losses(Beginning, suffixes, Ending, Target);

    /// <summary>The whole sequence with a suffix.</summary>
    public int[] With(ReadOnlySpan<int> suffix) => [.. Beginning, .. suffix, .. Ending, .. Target];
}
