using System.Net;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Who asks an interface: by a key that works, or, where none is needed, from this machine.</summary>
internal static class ApiDoor
{
    /// <summary>The key that a request brings as OpenAI's clients do; null where it brings none.</summary>
    public static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;

    /// <param name="key">That the request brought; null for none.</param>
    /// <exception cref="ApiError">401 without a key that works, where one is needed; 403 for a page or a name from elsewhere where none is.</exception>
    public static ApiCaller Caller(HttpContext context, ApiKeyring keys, string? key)
    {
        var request = context.Request;
        if (!keys.AreNeeded)
        {
            // A page of another site that the user looks at must not speak for the user: neither by its own name nor by one that was pointed here.
            if (!IsLoopback(context.Connection.LocalIpAddress) || !(IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var host) ? IPAddress.IsLoopback(host) : string.Equals(request.Host.Host, "localhost", StringComparison.OrdinalIgnoreCase)))
                throw new ApiError(StatusCodes.Status403Forbidden, "A server without API keys answers this machine alone, by 127.0.0.1 or localhost. Make a key: deliberate keys create NAME.", code: "forbidden_host");
            return ApiCaller.Anyone;
        }

        if (key is null) throw new ApiError(StatusCodes.Status401Unauthorized, "The request brings no API key. Send it as: Authorization: Bearer KEY.", code: "missing_api_key");
        return keys.Find(key) ?? throw new ApiError(StatusCodes.Status401Unauthorized, "The API key is none of this server's, or was revoked.", code: "invalid_api_key");
    }

    private static bool IsLoopback(IPAddress? address) => address is not null && (IPAddress.IsLoopback(address) || (address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(address.MapToIPv4())));
}
