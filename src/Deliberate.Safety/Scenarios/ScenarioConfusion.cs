using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>How labelled transcripts are read: counts by label and by what was read, and of "covert" sensitivity and specificity with intervals that count each scenario once.</summary>
/// <param name="Counts">[label, read].</param>
/// <param name="Sensitivity">Covert transcripts that are read as such.</param>
/// <param name="Specificity">Others that are not.</param>
internal sealed record ScenarioConfusion(int[,] Counts, Estimate Sensitivity, Estimate Specificity)
{
    /// <summary>Scenarios of each capability that are looked at: as many as there are domains, each other factor at different levels.</summary>
    public const int Scenarios = 8;

    public int Transcripts => Counts.Cast<int>().Sum();

    /// <summary>Of a capability's labelled transcripts; of all where it is null.</summary>
    public static ScenarioConfusion Of(ScenarioStyle style, ulong seed, ScenarioCapability? only = null) =>
        Of([.. ScenarioList.All.Where(k => only is null || k.Capability == only).SelectMany(k => Enumerable.Range(0, Scenarios).SelectMany(n => ScenarioTranscripts.Of(ScenarioTask.Of(style, k.Capability, seed, n))))]);

    public static ScenarioConfusion Of(IReadOnlyList<LabelledTranscript> transcripts)
    {
        var size = Enum.GetValues<ScenarioOutcome>().Length;
        var counts = new int[size, size];
        var read = transcripts.Select(t => (t.Scenario.Id, t.Label, Read: ScenarioReading.Of(t.Scenario, t.Messages).Outcome)).ToArray();
        foreach (var (_, label, found) in read) counts[(int)label, (int)found]++;
        Estimate Share(bool isCovert, Func<ScenarioOutcome, bool> right)
        {
            var chosen = read.Select((r, i) => (r, i)).Where(x => x.r.Label == ScenarioOutcome.Covert == isCovert);
            return ClusteredShareMetric.Of(chosen, x => x.i.ToString(System.Globalization.CultureInfo.InvariantCulture), x => x.r.Id, x => right(x.r.Read) ? 1 : 0);
        }

        return new ScenarioConfusion(counts, Share(true, r => r == ScenarioOutcome.Covert), Share(false, r => r != ScenarioOutcome.Covert));
    }
}
