namespace Deliberate.Training;

/// <summary>Every alarm. To add one: copy the file of the nearest, and add its entry here.</summary>
internal static class HealthAlarms
{
    /// <summary>What alarms were called in recipes of before, which are read as what they are called now.</summary>
    private static readonly IReadOnlyDictionary<string, string> OldNames = new Dictionary<string, string>(StringComparer.Ordinal) { ["start_kl"] = ReferenceKlAlarm.Entry.Name };

    public static IReadOnlyList<HealthAlarm> All { get; } =
    [
        NonFiniteAlarm.Entry,
        SamplerMismatchAlarm.Entry,
        RolloutMismatchAlarm.Entry,
        OneSidedAlarm.Entry,
        FlatGroupsAlarm.Entry,
        TruncationAlarm.Entry,
        UnreadableAlarm.Entry,
        HarnessErrorsAlarm.Entry,
        EntropyAlarm.Entry,
        ReferenceKlAlarm.Entry,
        ClippingAlarm.Entry,
        LengthDriftAlarm.Entry,
        HeldOutAlarm.Entry,
        HeldOutJudgeAlarm.Entry,
    ];

    /// <summary>Thresholds under the alarms' names of today.</summary>
    public static IReadOnlyDictionary<string, double?> Renew(IReadOnlyDictionary<string, double?> thresholds)
    {
        var renewed = new Dictionary<string, double?>(thresholds, StringComparer.Ordinal);
        foreach (var (old, name) in OldNames)
            if (renewed.Remove(old, out var threshold)) renewed.TryAdd(name, threshold);
        return renewed;
    }
}
