using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>
/// Where a training run's time went, by phase and by kind of work, from what `perf script -F comm,tid,ip,sym` says of its main
/// thread: one sample a paragraph, its stack below the first line, innermost call first.
/// </summary>
internal static class PhaseProfile
{
    private static readonly (string Kind, string[] Names)[] s_kinds =
    [
        ("attention over the cache", ["CachedAttention", "StoreKeyValues"]),
        ("attention", ["AttentionKernel", "AttentionBackward"]),
        ("log-probabilities", ["LogProbabilityKernel"]),
        ("optimizer", ["NewtonSchulz", "MuonKernel", "OptimizerKernel"]),
        ("products", ["LinearKernel", "MatrixProduct"]),
        ("element by element", ["GatedActivation", "RmsNorm", "RotateHeads", "EmbedKernel"]),
        ("choosing tokens", ["TokenChooser", "LogitHead", "ChooseJob"]),
        ("waiting", ["WorkerPool::Run"]),
    ];

    private static readonly (string Phase, string Name)[] s_phases = [("sampling", "Sampler::"), ("imitation", "SupervisedTrainer"), ("policy gradient", "PolicyTrainer")];

    /// <summary>Prints each phase's share of the main thread's samples and, within it, each kind of work's.</summary>
    public static void Run(TextReader script)
    {
        var counts = new Dictionary<(string Phase, string Kind), int>();
        foreach (var stack in Stacks(script).Where(s => s.Contains("Deliberate.Cli", StringComparison.Ordinal)))
        {
            var key = (Phase(stack), Kind(stack));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        if (counts.Count == 0) throw new InvalidDataException("there is no sample of deliberate's main thread: give the output of perf script -F comm,tid,ip,sym of a run with DOTNET_PerfMapEnabled=1.");
        double all = counts.Values.Sum();
        foreach (var phase in counts.GroupBy(c => c.Key.Phase).OrderByDescending(p => p.Sum(c => c.Value)))
        {
            var samples = phase.Sum(c => c.Value);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{phase.Key}: {samples / all:P1} of {all:N0} samples"));
            foreach (var (key, count) in phase.OrderByDescending(c => c.Value)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {key.Kind}: {count / (double)samples:P1}"));
        }
    }

    private static string Phase(string stack) => s_phases.FirstOrDefault(p => stack.Contains(p.Name, StringComparison.Ordinal)).Phase ?? "the rest";

    private static string Kind(string stack) => s_kinds.FirstOrDefault(k => k.Names.Any(n => stack.Contains(n, StringComparison.Ordinal))).Kind ?? "other";

    private static IEnumerable<string> Stacks(TextReader script)
    {
        var stack = new List<string>();
        while (script.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                stack.Add(line);
                continue;
            }

            if (stack.Count > 1) yield return string.Join('\n', stack.Skip(1));
            stack.Clear();
        }

        if (stack.Count > 1) yield return string.Join('\n', stack.Skip(1));
    }
}
