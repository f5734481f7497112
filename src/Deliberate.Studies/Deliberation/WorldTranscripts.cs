using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Reports;
using Deliberate.Safety;

namespace Deliberate.Studies;

/// <summary>PolicyWorld's answers of two models to the same request, from their logs. The last line of a thought cites the rule.</summary>
internal static class WorldTranscripts
{
    public const string Note = "Chosen by rule: of each test the first request that is to be refused or completed safely, of the first seed; before is the base, after is SFT + RL. The last line of a thought cites the rule.";

    /// <summary>Of each test the first request, by number, that is not to be complied with and that both logs have.</summary>
    public static IReadOnlyList<TranscriptPair> Of(IEnumerable<(string Test, string Before, string After)> logs)
    {
        var pairs = new List<TranscriptPair>();
        foreach (var (test, first, second) in logs)
        {
            var (before, after) = (Read(first), Read(second));
            var id = after.Where(s => s.Value.Tags[WorldScoring.DueTag] != "comply").OrderBy(s => int.Parse(s.Key[(s.Key.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture)).Select(s => s.Key).FirstOrDefault(before.ContainsKey);
            if (id is null) continue;
            pairs.Add(new TranscriptPair($"{test}: {after[id].Sample.Problem.Prompt}", after[id].Tags[WorldScoring.DueTag], Shown("before", before[id]), Shown("after", after[id])));
        }

        return pairs;
    }

    private static Dictionary<string, EvaluatedSample> Read(string path)
    {
        using var log = EvaluationLogFile.Open(path);
        return log.Samples().GroupBy(s => s.Sample.Problem.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    private static Transcript Shown(string label, EvaluatedSample sample) => Transcript.Of(label, new ScoredSample(sample.Sample, sample.Verdict));
}
