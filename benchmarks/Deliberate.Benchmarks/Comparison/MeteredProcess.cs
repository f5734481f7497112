using System.Diagnostics;
using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>What a whole process printed and used, from its start to its end.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="CpuSeconds">Processor time of all its threads, to a twentieth of a second.</param>
/// <param name="PeakMegabytes">Most memory that was resident.</param>
/// <param name="Instructions">Retired in user mode; null where they were not asked for or are not counted.</param>
internal sealed record MeteredProcess(string Output, double CpuSeconds, double PeakMegabytes, double? Instructions = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50), DefaultLimit = TimeSpan.FromMinutes(30);

    /// <summary>Runs it to its end.</summary>
    /// <param name="environment">Set for it; a null value takes the variable away.</param>
    /// <param name="limit">After which it is killed; half an hour where none is given, for a machine that does much else.</param>
    /// <param name="counts">Instructions too, which asks for perf.</param>
    public static MeteredProcess Run(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? limit = null, bool counts = false)
    {
        if (!counts) return Run(file, arguments, environment, limit ?? DefaultLimit, isChild: false);
        var counted = Path.GetTempFileName();
        try
        {
            var run = Run("perf", [.. InstructionCounter.Arguments(counted), file, .. arguments], environment, limit ?? DefaultLimit, isChild: true);
            return run with { Instructions = InstructionCounter.Read(File.ReadAllText(counted)) };
        }
        finally
        {
            File.Delete(counted);
        }
    }

    private static MeteredProcess Run(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, TimeSpan limit, bool isChild)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        double cpu = 0, peak = 0;
        var began = Stopwatch.GetTimestamp();
        while (!process.WaitForExit(Interval))
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{file} {string.Join(' ', start.ArgumentList)} did not end within {limit.TotalMinutes:F0} minutes.");
            }

            (cpu, peak) = Usage(isChild ? FirstChild(process.Id) : process.Id, cpu, peak);
        }

        return process.ExitCode == 0
            ? new MeteredProcess(output.GetAwaiter().GetResult(), cpu, peak)
            : throw new InvalidOperationException($"{file} {string.Join(' ', start.ArgumentList)} ended with code {process.ExitCode}:\n{error.GetAwaiter().GetResult()}");
    }

    /// <summary>The process that perf measures; 0 before it has begun.</summary>
    private static int FirstChild(int id)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Length > 0 ? int.Parse(children[0], CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>User and system time in seconds (/proc/ID/stat counts hundredths) and the high-water mark of resident memory.</summary>
    private static (double Cpu, double Peak) Usage(int id, double cpu, double peak)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            cpu = (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
            var line = Array.Find(File.ReadAllLines($"/proc/{id}/status"), l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            if (line is not null) peak = double.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        catch (IOException)
        {
            // It ended between two looks.
        }

        return (cpu, peak);
    }
}
