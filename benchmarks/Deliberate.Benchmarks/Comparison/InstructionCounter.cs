using System.Diagnostics;
using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>
/// Instructions that a process retires in user mode, by <c>perf stat</c>: a figure that other work on the machine hardly moves. Many
/// virtual machines do not count them; <see cref="WhyNot"/> says so then.
/// </summary>
internal static class InstructionCounter
{
    private const string Event = "instructions:u";

    /// <summary>What perf is called with before the program and its arguments.</summary>
    /// <param name="file">Where it writes its counts.</param>
    public static string[] Arguments(string file) => ["stat", "-x", ",", "-e", Event, "-o", file, "--"];

    /// <summary>The count in perf's comma-separated output; null where it says that it does not count.</summary>
    public static double? Read(string output)
    {
        foreach (var line in output.Split('\n'))
        {
            var fields = line.Split(',');
            // With hybrid cores the event's name stands with its unit of the processor: cpu_core/instructions:u/.
            if (fields.Length < 3 || !fields[2].Contains(Event, StringComparison.Ordinal)) continue;
            if (double.TryParse(fields[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var count)) return count;
        }

        return null;
    }

    /// <summary>Null where instructions are counted here, and otherwise the reason why not.</summary>
    public static string? WhyNot()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var perf = Process.Start(new ProcessStartInfo("perf", [.. Arguments(file), "true"]) { UseShellExecute = false, RedirectStandardError = true });
            if (perf is null) return "perf does not start";
            var error = perf.StandardError.ReadToEnd();
            perf.WaitForExit();
            if (perf.ExitCode != 0) return $"perf stat ends with code {perf.ExitCode.ToString(CultureInfo.InvariantCulture)}: {Peer.LastLine(error)}";
            return Read(File.ReadAllText(file)) is null ? "perf stat does not count them on this machine" : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no perf";
        }
        finally
        {
            File.Delete(file);
        }
    }
}
