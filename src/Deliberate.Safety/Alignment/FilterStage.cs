using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>What became of a generated answer.</summary>
/// <param name="Prompt">Id of the request.</param>
/// <param name="Sample">From 0.</param>
/// <param name="Kept">Whether it is imitated.</param>
/// <param name="Reason">Why not; empty where it is.</param>
/// <param name="Least">The judgement that counts; null of what nobody was shown.</param>
internal sealed record FilterRecord(string Prompt, int Sample, bool Kept, string Reason, Judgement? Least);

/// <summary>
/// Malformed answers out; the judge sees prompt, thought, answer and spec(category), k times, and the least of its judgements must reach the
/// threshold; copies and more than so many of one request out; then the behaviours are balanced. Nothing vanishes: every answer is in the
/// records with what became of it.
/// </summary>
internal static class FilterStage
{
    private const int Chunk = 256;

    public static async Task<IReadOnlyList<FilterRecord>> RunAsync(AlignRecipe recipe, IReadOnlyList<AlignmentPrompt> prompts, IReadOnlyList<GenerationRecord> generated, RecordedJudge judge, AlignmentObserver observer, CancellationToken cancellation)
    {
        var known = prompts.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var records = new FilterRecord[generated.Count];
        observer.StageStarted("filter", 0, generated.Count);
        foreach (var chunk in generated.Index().Chunk(Chunk))
        {
            var cases = new List<(int At, JudgedCase Case)>();
            foreach (var (at, one) in chunk)
            {
                if (Malformed(one) is { } reason) records[at] = new FilterRecord(one.Prompt, one.Sample, false, reason, null);
                else cases.Add((at, CaseOf(recipe, known[one.Prompt], one)));
            }

            foreach (var ((at, _), least) in cases.Zip(await judge.LeastAsync([.. cases.Select(c => c.Case)], cancellation).ConfigureAwait(false)))
            {
                var one = generated[at];
                var dropped = least.Outcome switch
                {
                    JudgementOutcome.Failed => "the judge failed",
                    JudgementOutcome.Refused => "the judge refused",
                    JudgementOutcome.Nonsense => "no grades that could be read",
                    _ => least.Score >= recipe.Filter.Threshold ? "" : "below the threshold",
                };
                records[at] = new FilterRecord(one.Prompt, one.Sample, dropped.Length == 0, dropped, least);
            }

            observer.StageAdvanced(chunk[^1].Index + 1);
        }

        Thin(recipe, generated, records);
        Balance(recipe, known, records);
        return records;
    }

    /// <summary>What the judge is shown of a generated answer.</summary>
    private static JudgedCase CaseOf(AlignRecipe recipe, AlignmentPrompt prompt, GenerationRecord one)
    {
        var split = ThinkingSplit.Of(one.Completion);
        var side = recipe.Judge.SideInformation && prompt.IdealWord is { } ideal ? $"{ideal.Replace('_', ' ')}{(prompt.Context.Length > 0 ? $" ({prompt.Context})" : "")}" : null;
        return new JudgedCase(prompt.Category, prompt.Prompt, split.Thinking!, split.Answer!.Trim(), side, recipe.Judge.ReadsRefusals ? prompt.Ideal : null);
    }

    /// <summary>Why an answer is malformed; null where it is not.</summary>
    private static string? Malformed(GenerationRecord one)
    {
        var split = ThinkingSplit.Of(one.Completion);
        return one.Truncated ? "malformed: cut off by the budget"
            : split.IsUnfinished ? "malformed: the thought is not closed"
            : string.IsNullOrWhiteSpace(split.Thinking) || split.LacksOpening ? "malformed: there is no thought"
            : string.IsNullOrWhiteSpace(split.Answer) ? "malformed: there is no answer"
            : ThinkingTags.Occur(split.Thinking) || ThinkingTags.Occur(split.Answer) ? "malformed: a tag stands within thought or answer"
            : null;
    }

    /// <summary>Copies, and more than so many of one request: the best first, then the first drawn.</summary>
    private static void Thin(AlignRecipe recipe, IReadOnlyList<GenerationRecord> generated, FilterRecord[] records)
    {
        foreach (var group in records.Index().Where(r => r.Item.Kept).GroupBy(r => r.Item.Prompt, StringComparer.Ordinal))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var kept = 0;
            foreach (var (at, record) in group.OrderByDescending(r => r.Item.Least!.Score).ThenBy(r => r.Index))
            {
                if (!seen.Add(generated[at].Completion)) records[at] = record with { Kept = false, Reason = "a copy of a kept one" };
                else if (++kept > recipe.Filter.MostOfPrompt) records[at] = record with { Kept = false, Reason = FormattableString.Invariant($"more than {recipe.Filter.MostOfPrompt} of the request") };
            }
        }
    }

    /// <summary>As many of each behaviour as the shares allow, drawn by the seed.</summary>
    private static void Balance(AlignRecipe recipe, Dictionary<string, AlignmentPrompt> prompts, FilterRecord[] records)
    {
        var kept = records.Index().Where(r => r.Item.Kept).Select(r => (r.Index, Word: prompts[r.Item.Prompt].IdealWord)).ToArray();
        foreach (var at in BehaviourBalance.Surplus(recipe.Filter.Balance, [.. kept.Select(k => k.Word)], recipe.Seed)) records[kept[at].Index] = records[kept[at].Index] with { Kept = false, Reason = $"more {kept[at].Word} than the balance allows" };
    }
}
