namespace Deliberate.Benchmarks;

/// <summary>What else the machine does, without which times by the clock say nothing: processes that run or wait to, on average over one, five and fifteen minutes.</summary>
internal static class MachineLoad
{
    private const string Averages = "/proc/loadavg";

    public static string Now => File.Exists(Averages) ? string.Join(' ', File.ReadAllText(Averages).Split(' ').Take(3)) : "unknown";
}
