namespace Deliberate.Training;

/// <summary>Every alarm. To add one: copy the file of the nearest, and add its entry here.</summary>
internal static class HealthAlarms
{
    public static IReadOnlyList<HealthAlarm> All { get; } =
    [
        NonFiniteAlarm.Entry,
        SamplerMismatchAlarm.Entry,
        OneSidedAlarm.Entry,
        FlatGroupsAlarm.Entry,
        TruncationAlarm.Entry,
        UnreadableAlarm.Entry,
        HarnessErrorsAlarm.Entry,
        EntropyAlarm.Entry,
        StartKlAlarm.Entry,
        ClippingAlarm.Entry,
        LengthDriftAlarm.Entry,
        HeldOutAlarm.Entry,
    ];
}
