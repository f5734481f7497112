using System.Net;
using Polly;
using Polly.Retry;

namespace Deliberate.Core;

/// <summary>A body that says the same each time it is sent, without being held: of a large file, say.</summary>
internal interface IRepeatableContent;

/// <summary>
/// Asks again, as the provider's limits allow, what may go well a moment later: no connection, no answer, 408, 429 and 5xx. It waits
/// twice as long each time, with a random part, or what the provider asks for (Retry-After); one that asks for longer than
/// <see cref="ProviderLimits.MaxRetryWaitS"/> gets no further try.
/// </summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);

    private readonly ResiliencePipeline<HttpResponseMessage> _retry;
    private readonly TimeProvider _time;

    public RetryHandler(ProviderLimits limits, TimeProvider time, HttpMessageHandler inner)
        : base(inner)
    {
        _time = time;
        var most = TimeSpan.FromSeconds(limits.MaxRetryWaitS);
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (limits.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = limits.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = First < most ? First : most,
                MaxDelay = most,
                ShouldHandle = arguments => ValueTask.FromResult(IsWorthAnotherTry(arguments.Outcome) && !(Wanted(arguments.Outcome.Result) > most)),
                DelayGenerator = arguments => ValueTask.FromResult(Wanted(arguments.Outcome.Result)),
                OnRetry = arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            });
        }

        _retry = builder.Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Any other body can be sent again only if it is at hand.
        if (request.Content is not (null or IRepeatableContent)) await request.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return await _retry.ExecuteAsync(async token => await base.SendAsync(request, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static bool IsWorthAnotherTry(Outcome<HttpResponseMessage> outcome) => outcome.Exception is ProviderFailure failure
        ? failure.Kind is ProviderFailureKind.Unreachable or ProviderFailureKind.NoAnswer or ProviderFailureKind.Cut
        : outcome.Result?.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private TimeSpan? Wanted(HttpResponseMessage? response) => response?.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } => date > _time.GetUtcNow() ? date - _time.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };
}
