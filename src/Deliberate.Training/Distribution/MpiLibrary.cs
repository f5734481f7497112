using System.Runtime.InteropServices;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The dozen functions of MPI that a run uses, from the Open MPI that is installed (4 and 5: <c>libmpi.so.40</c>). Its handles are
/// addresses of exported objects (<c>ompi_mpi_comm_world</c>), so nothing is compiled against its headers. Where there is <c>libmpi_abi.so.0</c>
/// (MPI 5's ABI, Open MPI 6, MPICH 5), handles are the constants of the standard.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int Now = 2, Global = 0x100, VersionLength = 8192;

    /// <summary>MPI 5.0, section 20.3: handles of the ABI.</summary>
    private const nint AbiWorld = 0x101, AbiByte = 0x247;

    /// <summary>MPI_THREAD_SERIALIZED: several threads may call, one at a time. The levels' order is the standard's, their numbers the library's.</summary>
    private const int Serialized = 2, AbiSerialized = 2048;

    private static readonly Lazy<MpiLibrary?> Loaded = new(Load);

    private readonly delegate* unmanaged<int*, byte***, int, int*, int> _init;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<nint, int*, int> _rank, _size;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _isend, _irecv;
    private readonly delegate* unmanaged<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged<byte*, int*, int> _version;
    private readonly nint _world, _byte;
    private readonly int _serialized;

    private MpiLibrary(nint library, bool isAbi)
    {
        nint Export(string name) => NativeLibrary.GetExport(library, name);
        _init = (delegate* unmanaged<int*, byte***, int, int*, int>)Export("MPI_Init_thread");
        _finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _rank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        _size = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        _isend = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _irecv = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        _version = (delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version");
        (_world, _byte, _serialized) = isAbi ? (AbiWorld, AbiByte, AbiSerialized) : (Export("ompi_mpi_comm_world"), Export("ompi_mpi_byte"), Serialized);
    }

    /// <summary>Whether this process was started by a launcher of MPI's (mpirun, srun with PMIx), and as one of how many.</summary>
    public static bool IsLaunched => Variable("OMPI_COMM_WORLD_SIZE") is not null || Variable("PMIX_RANK") is not null || Variable("PMI_RANK") is not null;

    /// <summary>Ranks of this run on this machine, as the launcher says; 1 where it says nothing.</summary>
    public static int OnThisMachine => int.TryParse(Variable("OMPI_COMM_WORLD_LOCAL_SIZE") ?? Variable("MPI_LOCALNRANKS"), System.Globalization.CultureInfo.InvariantCulture, out var ranks) ? Math.Max(1, ranks) : 1;

    /// <summary>Null where no MPI is installed.</summary>
    public static MpiLibrary? Instance => Loaded.Value;

    public string Version
    {
        get
        {
            var text = stackalloc byte[VersionLength];
            int length;
            _ = _version(text, &length);
            return Encoding.UTF8.GetString(text, Math.Clamp(length, 0, VersionLength)).TrimEnd('\0').Split(',')[0];
        }
    }

    /// <returns>This process's number of how many, and whether any thread may call, one at a time, or only this one.</returns>
    public (int Rank, int Size, bool AnyThread) Initialise()
    {
        int provided, rank, size;
        Check(_init(null, null, _serialized, &provided), "MPI_Init_thread");
        Check(_rank(_world, &rank), "MPI_Comm_rank");
        Check(_size(_world, &size), "MPI_Comm_size");
        return (rank, size, provided >= _serialized);
    }

    public nint Send(byte* bytes, int count, int rank, int tag)
    {
        nint request;
        Check(_isend(bytes, count, _byte, rank, tag, _world, &request), "MPI_Isend");
        return request;
    }

    public nint Receive(byte* bytes, int count, int rank, int tag)
    {
        nint request;
        Check(_irecv(bytes, count, _byte, rank, tag, _world, &request), "MPI_Irecv");
        return request;
    }

    /// <summary>Whether it is done; then the request is used up.</summary>
    public bool IsDone(ref nint request)
    {
        int flag;
        fixed (nint* at = &request) Check(_test(at, &flag, null), "MPI_Test");
        return flag != 0;
    }

    public void End() => _ = _finalize();

    /// <summary>Ends all ranks, this one too.</summary>
    public void Abort(int code) => _ = _abort(_world, code);

    private static void Check(int code, string function)
    {
        if (code != 0) throw new UserError($"{function} failed with code {code}.", advice: "mpirun's own messages say more; OMPI_MCA_btl_base_verbose=30 makes it say all.");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    private static MpiLibrary? Load()
    {
        if (!OperatingSystem.IsLinux()) return null;
        // Open MPI's plug-ins look for its symbols among the process's: it is loaded for all.
        foreach (var (name, isAbi) in new[] { (Variable("DELIBERATE_MPI"), false), ("libmpi.so.40", false), ("libmpi_abi.so.0", true), ("libmpi.so", false) })
        {
            if (name is null || dlopen(name, Now | Global) is not (not 0 and var library)) continue;
            var abi = isAbi || !NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _);
            if (abi && !NativeLibrary.TryGetExport(library, "MPI_Abi_get_version", out _)) continue;
            return new MpiLibrary(library, abi);
        }

        return null;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int flags);
}
