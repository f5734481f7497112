using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>
/// How often a server with accounts is asked at most. Where a password or an invitation is tried, by the address that it comes from,
/// wide enough for a team behind one; elsewhere by session, far above what keys can type.
/// </summary>
internal static class RequestLimits
{
    /// <summary>A minute, from one address.</summary>
    public const int Tries = 100;

    /// <summary>A second, of one session, and what may come at once.</summary>
    private const int Requests = 40, Burst = 200;

    public static void Add(IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = async (rejected, _) =>
        {
            SecurityHeaders.Add(rejected.HttpContext.Response);
            rejected.HttpContext.Response.Headers.RetryAfter = "10";
            await RefusalPage.Write(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too often", "Wait a minute, and try again.");
        };
    });

    private static RateLimitPartition<string> Partition(HttpContext context)
    {
        var request = context.Request;
        var from = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var isTry = HttpMethods.IsPost(request.Method) && (request.Path.StartsWithSegments(AccountsArea.SignIn) || request.Path.StartsWithSegments(AccountsArea.Invitations));
        if (isTry) return RateLimitPartition.GetFixedWindowLimiter($"try {from}", _ => new FixedWindowRateLimiterOptions { PermitLimit = Tries, Window = TimeSpan.FromMinutes(1), AutoReplenishment = true });
        if (ServerAssets.IsAsset(request.Path)) return RateLimitPartition.GetNoLimiter("assets");
        var session = request.Cookies[SignedIn.CookieName] is { Length: > 0 } token ? SecretToken.Hash(token) : from;
        return RateLimitPartition.GetTokenBucketLimiter(session, _ => new TokenBucketRateLimiterOptions { TokenLimit = Burst, TokensPerPeriod = Requests, ReplenishmentPeriod = TimeSpan.FromSeconds(1), AutoReplenishment = true });
    }
}
