using System.Diagnostics;
using System.Globalization;
using Deliberate.Reasoning;

namespace Deliberate.Benchmarks;

/// <summary>
/// What a program costs that is judged by its tests in the sandbox: processor time of all that was started for it, ended ones included, and
/// of this process, which looks after it some twenty times a second. The first one is told apart: it pays for the start of a compiler.
/// </summary>
internal static class ProgramsBenchmark
{
    private const int TicksASecond = 100;

    public static void Run(int programs)
    {
        if (Sandbox.WhyNotUntrusted() is { } why) throw new InvalidOperationException(why);
        Console.WriteLine($"{programs} programs a kind, one at a time; processor milliseconds, and those that passed on the clock");
        One("python, right", ProgramLanguage.Python, i => $"def f(x):\n    return sum(range(x)) + {i}", i => $"assert f(4) == {6 + i}", programs);
        One("csharp, right", ProgramLanguage.Csharp, i => $"int F(int x)\n{{\n    return Enumerable.Range(0, x).Sum() + {i};\n}}", i => $"F(4) == {6 + i}", programs);
        One("csharp, does not compile", ProgramLanguage.Csharp, i => $"int F(int x) => x +; // {i}", i => $"F(4) == {i}", programs);
    }

    private static void One(string name, ProgramLanguage language, Func<int, string> program, Func<int, string> test, int programs)
    {
        var limits = new ProgramLimits { Language = language, Time = TimeSpan.FromMinutes(2) };
        Verdict Judge(int i) => ProgramTests.RunAsync(program(i), [test(i), test(i)], "", limits, CancellationToken.None).GetAwaiter().GetResult();
        var before = Processor();
        var first = Judge(0);
        var (begun, own) = (Processor(), Environment.CpuUsage.TotalTime);
        var clock = Stopwatch.StartNew();
        var right = 0;
        for (var i = 1; i <= programs; i++) right += Judge(i).IsRight ? 1 : 0;
        var watching = (Environment.CpuUsage.TotalTime - own).TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: first {begun - before:0}, then {(Processor() - begun - watching) / programs:0} each and {watching / programs:0} to look after it ({clock.Elapsed.TotalMilliseconds / programs:0} on the clock); {right} of {programs} right{(first.IsRight || right == 0 ? "" : $", the first not: {first.Reason}")}"));
    }

    /// <summary>Milliseconds of this process and its descendants, and of those among them that have ended.</summary>
    private static double Processor()
    {
        const int Parent = 1, User = 11, Last = 14;
        var all = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var text = File.ReadAllText(folder + "/stat");
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                all[id] = (int.Parse(fields[Parent], CultureInfo.InvariantCulture), fields[User..(Last + 1)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        bool IsOurs(int id)
        {
            while (all.TryGetValue(id, out var one))
            {
                if (id == Environment.ProcessId) return true;
                id = one.Parent;
            }

            return false;
        }

        return all.Where(one => IsOurs(one.Key)).Sum(one => one.Value.Ticks) * 1000.0 / TicksASecond;
    }
}
