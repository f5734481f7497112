using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// This process as one of the ranks of a run, where a launcher of MPI's started it (<c>mpirun -n 2 deliberate train RECIPE</c>); otherwise a world of
/// one. Rank 0 has the run's folder and says what happens; the others write the same files into a folder of their own, which is gone at the end,
/// so that nothing has to be shared between machines but the data that the recipe names.
/// </summary>
internal sealed class Ranks : IDisposable
{
    private const string TimeoutVariable = "DELIBERATE_MPI_TIMEOUT_S", Prefix = "deliberate-rank-";

    private const double UsualTimeout = 600;

    /// <summary>Bytes of a file that are sent at a time.</summary>
    private const int Piece = 1 << 26;

    private readonly MpiTransport? _transport;
    private string? _scratch;

    private Ranks(MpiTransport? transport)
    {
        _transport = transport;
        World = transport is null ? World.Alone : new World(transport);
    }

    public World World { get; }

    /// <summary>What to say of the world at the start; null where there is nothing to say.</summary>
    public string? Notice { get; private init; }

    /// <exception cref="UserError">A launcher started this process, and no MPI can be loaded.</exception>
    public static Ranks Open()
    {
        if (!MpiLibrary.IsLaunched) return new Ranks(null);
        var library = MpiLibrary.Instance ?? throw new UserError("a launcher of MPI's started this process, and libmpi.so.40 cannot be loaded.", advice: "Install Open MPI 4 or 5 (scripts/install-mpi.sh, or apt-get install openmpi-bin), or name the library in DELIBERATE_MPI; without mpirun one process trains alone.");
        var text = Environment.GetEnvironmentVariable(TimeoutVariable);
        var seconds = UsualTimeout;
        if (text is not null && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds) && seconds is > 0 and < 1e6)) throw new UserError($"\"{text}\" is not a number of seconds above 0.", field: TimeoutVariable);
        var transport = new MpiTransport(library, TimeSpan.FromSeconds(seconds));
        return new Ranks(transport)
        {
            Notice = transport.Size == 1 ? $"{library.Version}: a world of one rank, which trains alone." : string.Create(CultureInfo.InvariantCulture, $"{library.Version}: {transport.Size} ranks, of which rank 0 writes; a rank is waited for {seconds:0.#} s at most."),
        };
    }

    /// <summary>Worker threads of this rank: the cores of its machine, shared with the ranks beside it, unless it is said otherwise.</summary>
    public int Threads(int asked) => asked > 0 || World.Size == 1 ? asked : Math.Max(1, Environment.ProcessorCount / World.OnThisMachine);

    /// <summary>The folder that this rank writes to, of a run that begins: after it is known that all ranks have the same before them.</summary>
    /// <exception cref="UserError">They have not; the ranks that differ are named.</exception>
    public string Begin(TrainRecipe recipe, string folder)
    {
        if (World.Size == 1) return folder;
        SameProgram();
        World.Agree("recipe", Digest(Encoding.UTF8.GetBytes(RecipeWriter.Write(recipe))), "Give every rank the same recipe file and the same options; its paths are looked up on each machine.");
        SameData(recipe);
        return World.IsFirst ? folder : Scratch();
    }

    /// <summary>The same of a run that goes on: rank 0 sends the others what they need of its folder.</summary>
    public string GoOn(string folder)
    {
        if (World.Size == 1) return folder;
        SameProgram();
        var own = World.IsFirst ? folder : Scratch();
        var names = Encoding.UTF8.GetString(World.FromFirst("files", World.IsFirst ? Encoding.UTF8.GetBytes(string.Join('\n', Needed(folder))) : [])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names) Send(folder, own, name);
        SameData(RunRecipe.Read(new RunFolder(own)));
        return own;
    }

    /// <summary>Ends every rank, this one too: for whoever cannot go on. Rank 0 speaks first.</summary>
    public void Abort(int code)
    {
        if (_transport is null || World.Size == 1) return;
        Clean();
        _transport.Abort(code);
    }

    public void Dispose()
    {
        Clean();
        _transport?.Dispose();
    }

    private void Clean()
    {
        if (_scratch is not null && Directory.Exists(_scratch)) Disk.TryDelete(_scratch);
        _scratch = null;
    }

    private void SameProgram()
    {
        World.Agree("version of the program", $"{RunInfo.ProgramVersion} {typeof(Ranks).Assembly.ManifestModule.ModuleVersionId:N}", "Install the same Deliberate on every machine.");
        using var device = Tensors.Device.Cpu(1);
        World.Agree("instruction set", device.Name, "Ranks must compute the same bits: take machines of one kind, or set DOTNET_EnableAVX512F=0 (or the like) for all.");
    }

    private void SameData(TrainRecipe recipe)
    {
        foreach (var file in recipe.OwnFiles) World.Agree($"data file {Path.GetFileName(file)}", File.Exists(file) ? Digest(File.ReadAllBytes(file)) : "none", "Put the same files on every machine, or on a disk that all see.");
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private string Scratch()
    {
        foreach (var old in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
            if (int.TryParse(Path.GetFileName(old)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !IsAlive(id)) Disk.TryDelete(old);
        _scratch = Path.Combine(Path.GetTempPath(), Prefix + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return Path.Combine(_scratch, "run");
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Everything but older checkpoints, pages and skipped batches.</summary>
    private static IEnumerable<string> Needed(string folder)
    {
        var paths = new RunFolder(folder);
        string[] checkpoints = [RunFolder.Base, RunFolder.Expert, .. paths.Newest() is { } newest ? [Path.GetFileName(newest)] : Array.Empty<string>()];
        var files = new List<string> { RunFolder.RecipeFile, RunFolder.InfoFile, RunFolder.FactsFile, DataFingerprints.FileName, MetricsStream.MetricsFile, MetricsStream.TimingsFile, TensorBoardWriter.FileName, SampleStore.FileName, Path.Combine(RunFolder.CheckpointsFolder, BestCheckpoints.FileName) };
        if (Directory.Exists(Path.Combine(folder, RunFolder.EvaluationsFolder))) files.AddRange(Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder), "*.jsonl").Select(f => Path.GetRelativePath(folder, f)));
        foreach (var checkpoint in checkpoints.Distinct().Select(paths.Checkpoint).Where(Directory.Exists))
            files.AddRange(Directory.GetFiles(checkpoint, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)));
        return files.Where(f => File.Exists(Path.Combine(folder, f))).Distinct(StringComparer.Ordinal);
    }

    private void Send(string from, string to, string name)
    {
        using var source = World.IsFirst ? File.OpenRead(Path.Combine(from, name)) : null;
        var target = Path.Combine(to, name);
        if (!World.IsFirst) Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var copy = World.IsFirst ? null : File.Create(target);
        while (true)
        {
            byte[] piece = [];
            if (source is not null)
            {
                piece = new byte[Math.Min(Piece, source.Length - source.Position)];
                source.ReadExactly(piece);
            }

            var sent = World.FromFirst("a file", piece);
            if (sent.Length == 0) return;
            copy?.Write(sent);
        }
    }
}
