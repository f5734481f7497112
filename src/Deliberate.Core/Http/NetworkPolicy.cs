using System.Globalization;
using System.Net;

namespace Deliberate.Core;

/// <summary>
/// Whether a connection may be opened, asked when one is: in offline mode only to hosts and ports of providers that are allowed, so
/// that no redirect, proxy or library gets around it, and no name of another host is even looked up. What is called localhost must
/// be this machine, whatever the system's names say.
/// </summary>
internal sealed class NetworkPolicy
{
    private readonly string? _offline;
    private readonly HashSet<(string Host, int Port)> _allowed;

    public NetworkPolicy(ProgramConfiguration configuration)
    {
        _offline = configuration.Offline;
        _allowed = [.. configuration.Settings.Providers.Values.Where(provider => provider.IsAllowedOffline).Select(provider => (provider.Endpoint.IdnHost.ToLowerInvariant(), provider.Endpoint.Port))];
    }

    public bool IsOffline => _offline is not null;

    /// <exception cref="ProviderFailure">It may not.</exception>
    public void Check(string host, int port)
    {
        if (_offline is null || _allowed.Contains((host.ToLowerInvariant(), port))) return;
        throw new ProviderFailure(
            ProviderFailureKind.Offline, string.Create(CultureInfo.InvariantCulture, $"{host}:{port} is not connected to: this is offline mode ({_offline})."),
            "Say allowed_offline: true of its provider, or leave offline mode.");
    }

    /// <summary>The addresses of a host that may be connected to.</summary>
    public static IPAddress[] Filter(string host, IPAddress[] addresses) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? [.. addresses.Where(IPAddress.IsLoopback)] : addresses;
}
