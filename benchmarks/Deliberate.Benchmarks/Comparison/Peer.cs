using System.Globalization;

namespace Deliberate.Benchmarks;

/// <summary>One that we are compared with.</summary>
/// <param name="Key">Of benchmarks/peers/setup.sh and run.sh.</param>
/// <param name="Name">In the table.</param>
/// <param name="Missing">Why it could not be set up; null where it stands.</param>
internal sealed record Peer(string Key, string Name, string? Missing = null)
{
    /// <summary>A first setup fetches and builds some gigabytes.</summary>
    private static readonly TimeSpan SetupLimit = TimeSpan.FromMinutes(40);

    /// <summary>All that can be had for a processor: Debian's build with OpenBLAS, and the strongest that restores.</summary>
    public static Peer[] All { get; } = [new("torch", "PyTorch 2.6"), new("libtorch", "libtorch 2.10")];

    /// <summary>Sets it up where that has not been done yet; the peer with the reason where it cannot be.</summary>
    public Peer SetUp(PeerFolders folders)
    {
        try
        {
            MeteredProcess.Run("sh", [Path.Combine(folders.Scripts, "setup.sh"), Key, folders.Root, folders.Shared], limit: SetupLimit);
            return this;
        }
        catch (Exception e) when (IsOfTheProcess(e))
        {
            return this with { Missing = $"not set up: {LastLine(e.Message)}" };
        }
    }

    /// <summary>Whether a run's failure is the peer's own, so that the rest goes on without it.</summary>
    public static bool IsOfTheProcess(Exception e) => e is InvalidOperationException or InvalidDataException or TimeoutException or System.ComponentModel.Win32Exception;

    /// <summary>The last line that says something, short enough for a table.</summary>
    public static string LastLine(string text)
    {
        var line = Array.FindLast(text.Split('\n'), l => !string.IsNullOrWhiteSpace(l))?.Trim().Replace("|", "/", StringComparison.Ordinal) ?? "no reason given";
        return line.Length <= 160 ? line : string.Create(CultureInfo.InvariantCulture, $"{line.AsSpan(0, 160)}…");
    }
}

/// <summary>Where the peers are.</summary>
/// <param name="Scripts">setup.sh and run.sh, for every peer.</param>
/// <param name="Root">What setup.sh makes: a system of its own.</param>
/// <param name="Shared">The sources of the shared peers, torch and libtorch.</param>
internal sealed record PeerFolders(string Scripts, string Root, string Shared);
