using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// What a key may still use: a minute's worth of requests and of tokens, refilled steadily. A request is refused where nothing is left;
/// its tokens are taken off when it is over, since nobody knows before how many they are.
/// </summary>
internal sealed class KeyLimits(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);

    /// <summary>Counts a request, and says in the answer's headers what is left.</summary>
    /// <exception cref="ApiError">Nothing is left: 429.</exception>
    public void Enter(ApiCaller caller, IHeaderDictionary headers)
    {
        if (caller is { RequestsPerMinute: null, TokensPerMinute: null }) return;
        lock (_lock)
        {
            var state = Of(caller);
            if (caller.TokensPerMinute is { } tokens)
            {
                Tell(headers, "tokens", tokens, state.Tokens);
                if (state.Tokens < 1) throw Refused("tokens", tokens, 1 - state.Tokens);
            }

            if (caller.RequestsPerMinute is { } requests)
            {
                var allowed = state.Requests >= 1;
                if (allowed) state.Requests--;
                Tell(headers, "requests", requests, state.Requests);
                if (!allowed) throw Refused("requests", requests, 1 - state.Requests);
            }
        }
    }

    public void Use(ApiCaller caller, int tokens)
    {
        if (caller.TokensPerMinute is null) return;
        lock (_lock) Of(caller).Tokens -= tokens;
    }

    private State Of(ApiCaller caller)
    {
        var now = time.GetTimestamp();
        if (!_states.TryGetValue(caller.Id, out var state)) _states[caller.Id] = state = new State { Requests = caller.RequestsPerMinute ?? 0, Tokens = caller.TokensPerMinute ?? 0, At = now };
        var minutes = time.GetElapsedTime(state.At, now).TotalMinutes;
        state.At = now;
        if (caller.RequestsPerMinute is { } requests) state.Requests = Math.Min(requests, state.Requests + (minutes * requests));
        if (caller.TokensPerMinute is { } tokens) state.Tokens = Math.Min(tokens, state.Tokens + (minutes * tokens));
        return state;
    }

    private static void Tell(IHeaderDictionary headers, string what, int limit, double left)
    {
        headers[$"x-ratelimit-limit-{what}"] = limit.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = ((long)Math.Max(0, Math.Floor(left))).ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{what}"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, limit - left) / limit * 60:0.###}s");
    }

    private static ApiError Refused(string what, int limit, double missing)
    {
        var wait = TimeSpan.FromMinutes(missing / limit);
        return new ApiError(
            StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"This key may use {limit} {what} a minute, and has used them. Ask again in {Math.Max(1, Math.Ceiling(wait.TotalSeconds)):0} seconds."), code: ApiError.RateLimit, type: what)
        { RetryAfter = wait };
    }

    private sealed class State
    {
        public double Requests { get; set; }

        public double Tokens { get; set; }

        public long At { get; set; }
    }
}
