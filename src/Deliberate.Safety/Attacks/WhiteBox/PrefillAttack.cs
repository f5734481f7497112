using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Prefill (Andriushchenko et al. 2024, arXiv 2404.02151): the beginning of an answer that complies is put into the model's mouth, a word more
/// with each query; of a model that thinks, first the thought that decides to comply.
/// </summary>
internal sealed class PrefillAttack : IAttack
{
    public string Name => "prefill";

    public string About => "the beginning of an answer that complies is the model's own";

    public string Source => "prefilling, arXiv 2404.02151";

    public AttackKind Kind => AttackKind.WhiteBox;

    public bool NeedsWeights => true;

    public async Task RunAsync(AttackContext context, CancellationToken cancellation)
    {
        var target = await SuffixPlace.TargetOf(context, cancellation).ConfigureAwait(false);
        var thoughtEnd = ThinkingTags.EndOfLast(target);
        string[] beginnings = [.. thoughtEnd > 0 ? [target[..thoughtEnd]] : Array.Empty<string>(), .. Words(target, Math.Max(0, thoughtEnd))];
        // The whole of an answer would be no answer of the model's.
        beginnings = context.Goal.WorldRequest.Length > 0 && beginnings.Length > 1 ? beginnings[..^1] : beginnings;
        for (var number = 0; context.CanQuery; number++)
        {
            var begun = beginnings[number % beginnings.Length];
            await context.QueryAsync([.. GeneratedItems.Ask(context.Goal.Request), new ChatMessage("assistant", begun)], $"\"{(begun.Length <= 40 ? begun : "…" + begun[^40..])}\"", cancellation, variant: number).ConfigureAwait(false);
            if (context.Options.Temperature == 0 && number + 1 == beginnings.Length) return;
        }
    }

    /// <summary>The text up to each end of a word behind a place.</summary>
    private static IEnumerable<string> Words(string text, int from)
    {
        for (var at = from + 1; at < text.Length; at++)
            if (text[at] == ' ') yield return text[..at];
        yield return text;
    }
}
