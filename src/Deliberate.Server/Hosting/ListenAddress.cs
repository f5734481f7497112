using System.Net;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>Reads an address to listen on: one that no other machine can reach, or any for an interface with API keys, or for accounts behind a proxy that encrypts.</summary>
internal static class ListenAddress
{
    /// <exception cref="UserError">It is no address, or other machines could reach what has no accounts.</exception>
    public static IPAddress Parse(ServerOptions options)
    {
        var text = options.Address;
        if (string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        if (!IPAddress.TryParse(text.Trim('[', ']'), out var address)) throw new UserError($"\"{text}\" is not an address.", field: "--address", advice: "Use 127.0.0.1, ::1 or localhost.");
        // Accounts, and a proxy that encrypts.
        if (IPAddress.IsLoopback(address) || options is { Database: not null, PublicAddress: not null }) return address;
        if (options.Api is null)
        {
            throw new UserError(
                $"{text} can be reached from other machines, and what is sent is not encrypted.", field: "--address",
                advice: "Listen on 127.0.0.1 and, from another machine, come through ssh: ssh -L 5170:127.0.0.1:5170 THIS-MACHINE. With accounts (--database) behind a proxy that encrypts, say --public-address https://NAME.");
        }

        if (options.Api.Keys is null || new ApiKeyFile(options.Api.Keys).Read().All(k => k.Revoked is not null))
            throw new UserError($"{text} can be reached from other machines, and there is no API key.", field: "--address", advice: "Make one first: deliberate keys create NAME.");
        return address;
    }

    /// <summary>As it stands in an address of the web.</summary>
    public static string InUrl(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
