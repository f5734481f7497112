using Deliberate.Benchmarks;
using Deliberate.Core;
using Deliberate.Tensors;

try
{
    switch (args)
    {
        case ["train", var shape, var sequences, var length, var threads, .. var rest]:
            TrainBenchmark.Run(shape, int.Parse(sequences), int.Parse(length), int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 7);
            return 0;
        case ["sample", var shape, var batch, var threads, var repeats, var prompt, var tokens]:
            SampleBenchmark.Run(shape, int.Parse(batch), int.Parse(threads), int.Parse(repeats), int.Parse(prompt), int.Parse(tokens));
            return 0;
        case ["sample", var shape, var batch, var threads, .. var rest]:
            SampleBenchmark.Run(shape, int.Parse(batch), int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 5);
            return 0;
        case ["grpo", var shape, var threads, .. var rest]:
            GrpoBenchmark.Run(shape, int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 5);
            return 0;
        case ["optim", var shape, var threads, .. var rest]:
            OptimizerBenchmark.Run(shape, int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 15);
            return 0;
        case ["compare", var scripts, var root, var shared, var pairs, var threads, var quick, var model, var json, var document, .. var only]:
            var folders = new PeerFolders(scripts, root, shared);
            return new PeerComparison(new ComparisonOptions(Environment.ProcessPath!, folders, int.Parse(pairs), int.Parse(threads), bool.Parse(quick), model.Length > 0 ? model : null, json, document.Length > 0 ? document : null)).Run(only);
        case ["prefill", var path, var storage, var length, var threads, .. var rest]:
            PretrainedBenchmark.Prefill(path, Enum.Parse<WeightStorage>(storage), int.Parse(length), int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 5);
            return 0;
        case ["decode", var path, var storage, var batch, var threads, .. var rest]:
            PretrainedBenchmark.Decode(path, Enum.Parse<WeightStorage>(storage), int.Parse(batch), int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 3);
            return 0;
        case ["draw", var vocabulary, .. var rest]:
            DrawBenchmark.Run(int.Parse(vocabulary), rest.Length > 0 ? int.Parse(rest[0]) : 101);
            return 0;
        case ["tokenize", var path, var text, .. var rest]:
            TokenizerBenchmark.Run(path, text, rest.Length > 0 ? int.Parse(rest[0]) : 7);
            return 0;
        case ["cache", var path, var batch, var threads]:
            CacheBenchmark.Run(path, int.Parse(batch), int.Parse(threads));
            return 0;
        case ["scaling", .. var files] when files.Length <= 2:
            return ScalingBenchmark.Run(files.Length > 0 ? files[0] : null, files.Length > 1 ? files[1] : null);
        case ["workers", .. var rest] when rest.Length <= 1:
            WorkersBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 5);
            return 0;
        case ["roofline", .. var rest] when rest.Length <= 1:
            RooflineBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : Environment.ProcessorCount);
            return 0;
        case ["products", .. var rest] when rest.Length <= 3:
            ProductBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 512, rest.Length > 1 ? int.Parse(rest[1]) : 9, rest.Length > 2 ? rest[2] : "");
            return 0;
        case ["ranks", "compare", .. var runs] when runs.Length > 0:
            RanksComparison.Run(runs);
            return 0;
        case ["ranks", var seconds, var megabytes, var megabits, var milliseconds, var spread, var hours, .. var overlap] when overlap.Length <= 1:
            RanksBenchmark.Run(Number(seconds), Number(megabytes), Number(megabits), Number(milliseconds), Number(spread), Number(hours), overlap.Length > 0 ? Number(overlap[0]) : 0);
            return 0;
        case ["phases"]:
            PhaseProfile.Run(Console.In);
            return 0;
        case ["busy", .. var rest] when rest.Length <= 1:
            BusyBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 3);
            return 0;
        case ["programs", .. var rest] when rest.Length <= 1:
            ProgramsBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 100);
            return 0;
        case ["burn"]:
            BusyBenchmark.Burn();
            return 0;
        case ["objectives", .. var rest] when rest.Length <= 3:
            ObjectivesBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 150, rest.Length > 1 ? rest[1] : "docs/images/objectives.svg", rest.Length > 2 ? int.Parse(rest[2]) : 1);
            return 0;
        case ["growth", .. var rest] when rest.Length <= 1:
            return GrowthBenchmark.Run(rest.Length > 0 ? rest[0] : "10000");
        case ["eval-overhead", .. var rest] when rest.Length <= 2:
            EvaluationBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 2_000, rest.Length > 1 ? int.Parse(rest[1]) : 200_000);
            return 0;
        case ["log", .. var rest] when rest.Length <= 2:
            LogBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 50_000, rest.Length > 1 ? int.Parse(rest[1]) : 1024);
            return 0;
        case ["view", .. var rest] when rest.Length <= 1:
            return ViewBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 200_000);
        case ["host", var callers, .. var rest] when rest.Length <= 2:
            return HostBenchmark.Run(rest.Length > 1 ? rest[1] : null, int.Parse(callers), rest.Length > 0 ? int.Parse(rest[0]) : 5);
        case ["host-growth", .. var rest] when rest.Length <= 1:
            return HostBenchmark.Growth(rest.Length > 0 ? rest[0] : "10");
        case ["grammar", var path, .. var rest] when rest.Length <= 1:
            GrammarBenchmark.Run(path, rest.Length > 0 ? int.Parse(rest[0]) : 200);
            return 0;
        case ["speculate", var path, .. var rest] when rest.Length <= 3:
            SpeculationBenchmark.Run(path, rest.Length > 0 ? int.Parse(rest[0]) : 4, rest.Length > 1 ? int.Parse(rest[1]) : 6, rest.Length > 2 ? rest[2] : null);
            return 0;
        case ["serve-malformed", var path, .. var rest] when rest.Length <= 1:
            return await MalformedBenchmark.RunAsync(path, rest.Length > 0 ? int.Parse(rest[0]) : 10_000);
        case ["serve-load", var path, .. var rest] when rest.Length <= 3:
            return await LoadBenchmark.RunAsync(path, rest.Length > 0 ? double.Parse(rest[0], System.Globalization.CultureInfo.InvariantCulture) : 5, rest.Length > 1 ? int.Parse(rest[1]) : 64, rest.Length > 2 ? long.Parse(rest[2], System.Globalization.CultureInfo.InvariantCulture) : null);
        case ["serve-streams", var path, var streams, .. var rest] when rest.Length <= 4:
            await LoadBenchmark.StreamsAsync(path, int.Parse(streams), rest.Length > 0 ? int.Parse(rest[0]) : 3, rest.Length > 1 ? Enum.Parse<WeightStorage>(rest[1]) : WeightStorage.F32, rest.Length > 2 ? int.Parse(rest[2]) : 0, rest.Length > 3 ? int.Parse(rest[3]) : 128);
            return 0;
        case ["search", .. var rest] when rest.Length <= 2:
            return SearchBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 3, rest.Length > 1 ? int.Parse(rest[1]) : Environment.ProcessorCount);
        case ["labels", .. var rest] when rest.Length <= 1:
            return LabelsBenchmark.Run(rest.Length > 0 ? int.Parse(rest[0]) : 100_000);
        case ["labelling", var program, .. var rest] when rest.Length <= 3:
            return LabellingBenchmark.Run(program, rest.Length > 0 ? int.Parse(rest[0]) : 50, rest.Length > 1 ? double.Parse(rest[1], System.Globalization.CultureInfo.InvariantCulture) : 5, rest.Length > 2 ? rest[2] : LoadDatabase.Postgres);
        case ["redteam", var program, .. var rest] when rest.Length <= 3:
            return RedteamBenchmark.Run(program, rest.Length > 0 ? int.Parse(rest[0]) : 20, rest.Length > 1 ? double.Parse(rest[1], System.Globalization.CultureInfo.InvariantCulture) : 3, rest.Length > 2 ? rest[2] : LoadDatabase.Sqlite);
        case ["lora", var shape, var storage, var threads, .. var rest] when rest.Length <= 3:
            LoraBenchmark.Run(shape, storage, int.Parse(threads), rest.Length > 0 ? int.Parse(rest[0]) : 2048, rest.Length > 1 ? int.Parse(rest[1]) : 512, rest.Length > 2 ? int.Parse(rest[2]) : 5);
            return 0;
        case ["pretrained-step", var path, .. var rest]:
            PretrainedStepBenchmark.Run(path, rest);
            return 0;
        case ["compare-gradients", var first, var second]:
            PretrainedStepBenchmark.Compare(first, second);
            return 0;
        case ["export", var path, var target]:
            PretrainedBenchmark.Export(path, target);
            return 0;
        default:
            foreach (var line in Usage.Lines) Console.Error.WriteLine(line);
            return 2;
    }
}
catch (Exception e) when (e is UserError or FormatException or OverflowException or ArgumentException or InvalidDataException or IOException)
{
    Console.Error.WriteLine($"Deliberate.Benchmarks {string.Join(' ', args)}: {e.Message}");
    return 2;
}

static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
