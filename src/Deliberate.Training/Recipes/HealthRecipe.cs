using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>When the alarms of a run ring; see <see cref="HealthAlarms"/>. They tell, and change nothing.</summary>
internal sealed record HealthRecipe : ICheckedRecipe
{
    [Description("Steps of reinforcement learning over which an alarm takes its mean: one odd step rings none.")]
    [InRange(1, 1000)]
    public int Window { get; init; } = 3;

    [Description("Steps between measurements of the KL divergence from the reference policy, which keep its weights in memory; 0 for none.")]
    [InRange(0)]
    public int KlEvery { get; init; } = 10;

    [Description("Samples of a step that such a measurement is made on, at most: chosen evenly over the step's tokens by the run's random numbers. If left out 64; 16 for vocabularies of 16,384 tokens or more, as those of pretrained models are.")]
    [InRange(1, 1 << 20)]
    public int? KlSamples { get; init; }

    [Description("Thresholds other than the alarms' own, by name (truncation: 0.3); null switches an alarm off.")]
    [AlarmNames]
    public IReadOnlyDictionary<string, double?> Alarms { get; init => field = HealthAlarms.Renew(value); } = new Dictionary<string, double?>();

    /// <summary>Null where it is switched off.</summary>
    public double? ThresholdOf(HealthAlarm alarm) => Alarms.TryGetValue(alarm.Name, out var own) ? own : alarm.Threshold;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var known = HealthAlarms.All.Select(a => a.Name).ToArray();
        foreach (var (name, threshold) in Alarms)
        {
            if (!known.Contains(name)) yield return ("alarms", $"There is no alarm \"{name}\". {NearestName.Suggest(name, known)}");
            else if (threshold is < 0 or double.NaN) yield return ("alarms", $"{name}: a threshold is a number from 0.");
        }
    }
}
