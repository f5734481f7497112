using System.ComponentModel;
using System.Diagnostics;

namespace Deliberate.Cli;

/// <summary>Opens an address in the user's browser, where there is a screen to show one on.</summary>
internal static class Browser
{
    /// <summary>Says nothing where it cannot: the address stands in the terminal.</summary>
    public static void TryOpen(string address)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                using var shell = Process.Start(new ProcessStartInfo(address) { UseShellExecute = true });
                return;
            }

            if (!OperatingSystem.IsMacOS() && Environment.GetEnvironmentVariable("DISPLAY") is null && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null) return;
            using var opener = Process.Start(new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open") { ArgumentList = { address }, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            // No such program.
        }
    }
}
