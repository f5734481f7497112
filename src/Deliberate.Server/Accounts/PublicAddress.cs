using System.Net;
using Deliberate.Core;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Under which addresses a server with accounts answers: this machine's loopback, and the one that was named, which a proxy leads to it from.</summary>
internal sealed class PublicAddress
{
    private readonly Uri? _named;

    public PublicAddress(ServerOptions options)
    {
        if (options.PublicAddress is not { } text) return;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            throw new UserError($"\"{text}\" is no address.", field: "--public-address", advice: "For example: --public-address https://label.example.org");
        if (uri.Scheme == "http" && !uri.IsLoopback) throw new UserError("Passwords would travel in clear text.", field: "--public-address", advice: "Put a proxy with a certificate before the server, and name its https address.");
        _named = uri;
    }

    /// <summary>Whether it was named: what links begin with, then.</summary>
    public string? Named => _named?.GetLeftPart(UriPartial.Authority);

    /// <summary>What a request was made by: of the named address that of the address, whatever the last stretch of the way was.</summary>
    public void Correct(HttpRequest request)
    {
        if (_named is not null && !IsLoopback(request.Host) && string.Equals(request.Host.Host, _named.Host, StringComparison.OrdinalIgnoreCase)) request.Scheme = _named.Scheme;
    }

    /// <summary>Whether a request names this server, and came where its pages may be seen: without a named address on this machine's loopback alone.</summary>
    public bool IsHere(HttpContext context)
    {
        var host = context.Request.Host;
        if (_named is null) return IsLoopback(host) && context.Connection.LocalIpAddress is { } here && IPAddress.IsLoopback(here);
        return IsLoopback(host) || string.Equals(host.Host, _named.Host, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Browsers name the origin with everything that could do harm, and with every WebSocket.</summary>
    public bool IsOwnOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is not [{ } origin]) return true;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)) return false;
        if (!IsLoopback(request.Host)) return uri.GetLeftPart(UriPartial.Authority) == Named;
        return uri.Authority == new UriBuilder(request.Scheme, request.Host.Host, request.Host.Port ?? 80).Uri.Authority;
    }

    private static bool IsLoopback(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
