using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Whether memory grows over a long run: a tiny model takes supervised steps and steps of reinforcement learning (sampling and
/// update) by turns, their lengths different each time. Prints resident memory, the managed heap after a collection, native buffers
/// and collections so far, at intervals; fails where resident memory grew by more than <see cref="MostGrowth"/> from step 1,000 on.
/// </summary>
internal static class GrowthBenchmark
{
    /// <summary>Bytes; over 10,000 steps, a leak of a hundred bytes a step shows.</summary>
    private const long MostGrowth = 1_000_000;

    public const string Tiering = "DOTNET_TieredCompilation";

    private const int WarmUp = 1000, Rows = 20, Context = 64, Vocabulary = 96, Prompts = 8, Samples = 4, MostTokens = 32, Examples = 16;

    private static readonly TimeSpan s_limit = TimeSpan.FromHours(1);

    /// <returns>The exit code.</returns>
    public static int Run(string stepCount)
    {
        if (!int.TryParse(stepCount, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) || steps <= WarmUp)
        {
            Console.Error.WriteLine($"growth: the number of steps must be a whole number above {WarmUp}, not '{stepCount}'; 10000 unless given.");
            return 2;
        }

        // Methods recompiled as they get hot make the runtime itself grow by some megabytes over thousands of steps.
        if (Environment.GetEnvironmentVariable(Tiering) != "0") return RunChild("growth", stepCount);
        using var device = Device.Cpu();
        using var model = Model(device);
        using var graph = new TrainingGraph(model, 1024, 64, Context);
        using var supervisedOptimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-4 });
        using var policyOptimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.Muon, LearningRate = 1e-4, MuonLearningRate = 1e-3 });
        using var sampler = new Sampler(model, Prompts * Samples, Context);
        var supervised = new SupervisedTrainer(graph, supervisedOptimizer);
        var policy = new PolicyTrainer(graph, policyOptimizer, PolicyObjectives.Create("dapo", o => o), MostTokens, temperature: 1);
        var start = Stopwatch.GetTimestamp();
        long first = 0, last = 0;
        Console.WriteLine("   step  seconds  resident MB  managed MB  native MB  collections (generations 0, 1, 2)");
        for (var step = 1; step <= steps; step++)
        {
            var random = new RandomStream(3, StreamStage.Test, step);
            var update = step % 2 == 0 ? supervised.Step(DrawExamples(ref random), 1) : policy.Step(DrawSamples(sampler, step, ref random), 1, new PolicyMetrics());
            if (!update.Applied) throw new InvalidOperationException($"The loss of step {step} is {update.Loss}.");
            if (step != WarmUp && step != steps && step % Math.Max(1, steps / Rows) != 0) continue;
            last = Report(step, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (step == WarmUp) first = last;
        }

        var growth = last - first;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of resident memory from step {WarmUp} to {steps}: {growth / 1e6:F2} MB, at most {MostGrowth / 1e6:F2} MB are allowed"));
        return growth <= MostGrowth ? 0 : 1;
    }

    /// <summary>The same in a process that compiles each method once.</summary>
    /// <param name="arguments">Of this program.</param>
    public static int RunChild(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        // An executable of its own, or an assembly that dotnet runs.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(GrowthBenchmark).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[Tiering] = "0";
        using var child = Process.Start(start)!;
        if (child.WaitForExit(s_limit)) return child.ExitCode;
        child.Kill(entireProcessTree: true);
        throw new TimeoutException($"{string.Join(' ', arguments)} was not done after {s_limit}.");
    }

    /// <summary>Resident bytes without garbage: what nobody has collected yet is no growth.</summary>
    public static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <returns>Resident bytes.</returns>
    private static long Report(int step, double seconds)
    {
        var resident = Resident();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{step,7} {seconds,8:F1} {resident / 1e6,12:F2} {GC.GetTotalMemory(forceFullCollection: false) / 1e6,11:F2} {DeviceBuffer.LiveBytes / 1e6,10:F2}  {GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}"));
        return resident;
    }

    private static LanguageModel Model(Device device)
    {
        var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = 64,
            IntermediateSize = 160,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 4,
            HeadSize = 16,
            TieWordEmbeddings = true,
        });
        model.Initialise(seed: 1);
        model.Pack(training: true);
        return model;
    }

    private static List<SupervisedExample> DrawExamples(ref RandomStream random)
    {
        var examples = new List<SupervisedExample>();
        for (var i = 0; i < Examples; i++) examples.Add(new SupervisedExample(Tokens(ref random, random.Next(4, Context)), 2));
        return examples;
    }

    /// <summary>Samples of random prompts, rewarded for even tokens.</summary>
    private static List<PolicySample> DrawSamples(Sampler sampler, int step, ref RandomStream random)
    {
        var requests = new SampleRequest[Prompts];
        for (var p = 0; p < Prompts; p++)
        {
            var streams = new RandomStream[Samples];
            for (var s = 0; s < Samples; s++) streams[s] = new RandomStream(5, StreamStage.Sampling, step, p, s);
            requests[p] = new SampleRequest(Tokens(ref random, random.Next(2, Context - MostTokens)), MostTokens, streams);
        }

        // A few ids end a sample: lengths differ.
        var rollouts = sampler.Sample(requests, new SamplingOptions(), [0, 1, 2, 3]);
        var samples = new List<PolicySample>();
        for (var p = 0; p < Prompts; p++)
        {
            foreach (var rollout in rollouts[p])
            {
                var even = 0;
                foreach (var token in rollout.Tokens) even += token % 2 == 0 ? 1 : 0;
                samples.Add(new PolicySample(requests[p].Prompt, rollout, ((double)even / rollout.Tokens.Length) - 0.5));
            }
        }

        return samples;
    }

    private static int[] Tokens(ref RandomStream random, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++) tokens[i] = random.Next(Vocabulary);
        return tokens;
    }
}
