using System.Net;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>Reads an address to listen on: one that no other machine can reach.</summary>
internal static class LoopbackAddress
{
    /// <exception cref="UserError">It is no address, or other machines could reach it.</exception>
    public static IPAddress Parse(string text)
    {
        if (string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        if (!IPAddress.TryParse(text.Trim('[', ']'), out var address)) throw new UserError($"\"{text}\" is not an address.", field: "--address", advice: "Use 127.0.0.1, ::1 or localhost.");
        if (IPAddress.IsLoopback(address)) return address;
        throw new UserError(
            $"{text} can be reached from other machines, and this server has no accounts.", field: "--address",
            advice: "Listen on 127.0.0.1 and, from another machine, come through ssh: ssh -L 5170:127.0.0.1:5170 THIS-MACHINE.");
    }

    /// <summary>As it stands in an address of the web.</summary>
    public static string InUrl(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
