using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Deliberate.Reasoning;

/// <summary>
/// Who runs code that is not trusted where we are root: a user of a number that nobody has, drawn for each sandbox. The kernel's limit
/// of processes (RLIMIT_NPROC) counts a user's and binds everybody but root, in whatever namespace; and a file of root's is none of
/// this user's, even should a namespace leak.
/// </summary>
internal sealed partial class SandboxUser
{
    /// <summary>Above what systems hand out and below where numbers end.</summary>
    private const int Lowest = 1_900_000_000, Highest = 2_100_000_000;

    private const string Setpriv = "setpriv";

    private readonly int _id;

    private SandboxUser(int id) => _id = id;

    public static bool IsNeeded => Environment.IsPrivilegedProcess;

    /// <summary>What starts a program as this user.</summary>
    public IReadOnlyList<string> Prefix
    {
        get
        {
            var id = _id.ToString(CultureInfo.InvariantCulture);
            return [Setpriv, "--reuid", id, "--regid", id, "--clear-groups"];
        }
    }

    public static SandboxUser New() => new(RandomNumberGenerator.GetInt32(Lowest, Highest));

    /// <summary>Why there can be none; null where there can.</summary>
    public static string? WhyNot() => new[] { "/usr/bin", "/bin" }.Any(folder => File.Exists(Path.Combine(folder, Setpriv))) ? null : "setpriv (of util-linux) is not installed, which root needs besides bubblewrap";

    /// <summary>Makes a folder and all in it this user's, in one that others may pass through.</summary>
    public void Give(string through, string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        File.SetUnixFileMode(through, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Append(folder))
        {
            if (ChangeOwner(path, _id, _id) != 0) throw new IOException($"{path} cannot be given to the sandbox's user (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);
}
