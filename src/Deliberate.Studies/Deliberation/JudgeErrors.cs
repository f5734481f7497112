using System.Text.Json;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Studies;

/// <summary>The learned judge held against the oracle on the answers that it was shown, thought and all: the least of k judgements against exact grades.</summary>
/// <param name="Answers">How many.</param>
/// <param name="Kept">Share of what the judge lets through that the oracle gives all points.</param>
/// <param name="Found">Share of what the oracle gives all points that the judge lets through.</param>
/// <param name="MeanError">Mean difference between the judge's share of points and the oracle's.</param>
internal sealed record JudgeErrors(int Answers, Estimate Kept, Estimate Found, Estimate MeanError)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <param name="alignment">Folder of a finished one.</param>
    /// <param name="prompts">Its requests.</param>
    public static JudgeErrors Of(string alignment, IReadOnlyList<AlignmentPrompt> prompts)
    {
        var known = prompts.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var generated = RecordFile<GenerationRecord>.ReadAll(Path.Combine(alignment, AlignmentRun.GenerationsFile));
        var (kept, found, errors) = (new ItemValues<string>(), new ItemValues<string>(), new ItemValues<string>());
        var answers = 0;
        foreach (var (answer, filtered) in generated.Zip(AlignmentRun.Filtered(alignment)))
        {
            if (filtered.Least?.Score is not { } score) continue;
            var split = Models.ThinkingSplit.Of(answer.Completion);
            var exact = WorldOracle.Judge(WorldRules.Shipped, WorldRequest.Parse(known[answer.Prompt].Prompt)!, split.Thinking, split.Answer!).Grades.Score;
            answers++;
            errors.Add(answer.Prompt, Math.Abs(score - exact));
            if (score == 1) kept.Add(answer.Prompt, exact == 1 ? 1 : 0);
            if (exact == 1) found.Add(answer.Prompt, score == 1 ? 1 : 0);
        }

        return new JudgeErrors(answers, ShareMetric.Of(kept), ShareMetric.Of(found), ShareMetric.Of(errors));
    }

    public void Write(string path) => AtomicFile.WriteJson(path, this, Options);
}
