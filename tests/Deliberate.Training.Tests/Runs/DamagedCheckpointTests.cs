using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Whatever is wrong with a checkpoint is one error that names file and tensor or field.</summary>
public sealed class DamagedCheckpointTests(DamagedCheckpointTests.Interrupted interrupted) : IClassFixture<DamagedCheckpointTests.Interrupted>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>What is done to which file of the newest checkpoint, and what the message must say.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "cut", "model.safetensors", "", "cut short" },
        { "empty", "model.safetensors", "", "model.safetensors" },
        { "delete", "model.safetensors", "", "no weights" },
        { "nan", "model.safetensors", "model.norm.weight", "NaN" },
        { "rename", "model.safetensors", "model.norm.weight", "missing" },
        { "delete", "config.json", "", "config.json" },
        { "garbage", "config.json", "", "config.json" },
        { "delete", "tokenizer.json", "", "tokenizer.json" },
        { "garbage", "tokenizer.json", "", "tokenizer.json" },
        { "delete", "training/state.json", "", "missing" },
        { "garbage", "training/state.json", "", "not the state of a run" },
        { "newer", "training/state.json", "format_version", "newer" },
        { "delete", "training/optimizer.safetensors", "", "missing" },
        { "cut", "training/optimizer.safetensors", "", "cut short" },
        { "nan", "training/optimizer.safetensors", "first.model.norm.weight", "NaN" },
        { "rename", "training/optimizer.safetensors", "first.model.norm.weight", "missing" },
        { "cut", "../../metrics.jsonl", "", "metrics.jsonl" },
        { "cut", "../../samples.jsonl", "", "samples.jsonl" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Damage_is_named(string damage, string file, string field, string says)
    {
        var folder = _folder.File("run");
        Copy(interrupted.Folder, folder);
        var path = Path.GetFullPath(Path.Combine(new RunFolder(folder).Newest()!, file));
        Damage(damage, path, field);
        var error = Should.Throw<UserError>(() =>
        {
            using var run = TrainingRun.Resume(folder, 1);
            run.Execute();
        });
        error.Message.ShouldContain(says);
        error.Message.ShouldContain(damage == "delete" ? Path.GetDirectoryName(path)! : path);
        if (field.Length > 0) error.Field.ShouldBe(field);
    }

    [Fact]
    public void The_checkpoint_before_a_damaged_one_serves()
    {
        var folder = _folder.File("run");
        Copy(interrupted.Folder, folder);
        Directory.Delete(new RunFolder(folder).Newest()!, recursive: true);
        using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
        TinyRun.ShouldEqual(folder, FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("whole")));
    }

    [Fact]
    public void Another_instruction_set_is_warned_about()
    {
        var folder = _folder.File("run");
        Copy(interrupted.Folder, folder);
        var state = Path.Combine(new RunFolder(folder).Newest()!, "training", "state.json");
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"device\": \"cpu float32 ", "\"device\": \"cpu float32 other ", StringComparison.Ordinal));
        var observer = new StepObserver((_, _) => { });
        TrainingRun.Resume(folder, 1, observer).Dispose();
        observer.Notices.ShouldHaveSingleItem().ShouldContain("cpu float32 other");
    }

    [Fact]
    public void A_full_disk_leaves_the_previous_checkpoint_whole()
    {
        var disk = _folder.File("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Shell($"mount -t tmpfs -o size=2m tmpfs '{disk}'"), "A small file system can only be mounted by root.");
        try
        {
            var folder = Path.Combine(disk, "run");
            // There was room when the run began, and something else has taken it.
            var others = new StepObserver((stage, step) =>
            {
                if ((stage, step) == (RunStage.Supervised, 1)) File.WriteAllBytes(Path.Combine(disk, "others"), new byte[1_300_000]);
            });
            var error = Should.Throw<UserError>(() => TinyRun.Start(TinyRun.Recipe(), folder, 1, others));
            error.Message.ShouldContain("Cannot be written");
            new RunFolder(folder).Checkpoints().Count.ShouldBeInRange(1, 3);
            Shell($"mount -o remount,size=16m '{disk}'").ShouldBeTrue();
            using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
            TinyRun.ShouldEqual(folder, FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("whole")));
        }
        finally
        {
            Shell($"umount '{disk}'");
        }
    }

    private static bool Shell(string command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static void Damage(string damage, string path, string field)
    {
        switch (damage)
        {
            case "cut":
                var length = new FileInfo(path).Length;
                using (var stream = File.OpenWrite(path)) stream.SetLength(length - 100);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "delete":
                File.Delete(path);
                break;
            case "garbage":
                File.WriteAllText(path, "{ \"no");
                break;
            case "newer":
                File.WriteAllText(path, File.ReadAllText(path).Replace($"\"format_version\": {CheckpointState.NewestFormat}", $"\"format_version\": {CheckpointState.NewestFormat + 1}", StringComparison.Ordinal));
                break;
            default:
                var bytes = File.ReadAllBytes(path);
                var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                var json = Encoding.UTF8.GetString(bytes, 8, header);
                var at = json.IndexOf($"\"{field}\"", StringComparison.Ordinal);
                if (damage == "rename")
                {
                    bytes[8 + at + 1] = (byte)'_';
                }
                else
                {
                    var start = json.IndexOf("\"data_offsets\":[", at, StringComparison.Ordinal) + 16;
                    var offset = int.Parse(json[start..json.IndexOf(',', start)]);
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + header + offset), float.NaN);
                }

                File.WriteAllBytes(path, bytes);
                break;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>A run that was interrupted in the middle of reinforcement learning.</summary>
    public sealed class Interrupted : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Interrupted()
        {
            Folder = _folder.File("run");
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, step) =>
            {
                if ((stage, step) == (RunStage.Reinforcement, 4)) stop.Cancel();
            });
            using var run = TrainingRun.Start(TinyRun.Recipe(), Folder, 1, observer);
            run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        }

        public string Folder { get; }

        public void Dispose() => _folder.Dispose();
    }
}
