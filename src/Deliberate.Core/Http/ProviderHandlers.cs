using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Deliberate.Core;

/// <summary>
/// All HTTP of the program: a handler for each provider of the configuration, made once, so that whoever talks to it shares its
/// connections and its limits. From the outside in: tries, turns and timeouts, the key, the connection under the
/// <see cref="NetworkPolicy"/>. Redirects are not followed. Dispose what a handler gave before this.
/// </summary>
internal sealed class ProviderHandlers(ProgramConfiguration configuration, TimeProvider? time = null) : IDisposable
{
    private readonly Dictionary<string, HttpMessageHandler> _made = new(StringComparer.Ordinal);
    private readonly NetworkPolicy _policy = new(configuration);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>A client of the provider: its base address is the provider's, and it has no time limit of its own.</summary>
    /// <param name="mostBytes">Of an answer that is read as a whole.</param>
    /// <exception cref="UserError">There is no such provider, or no key where the configuration says.</exception>
    public HttpClient Client(string provider, int mostBytes) => new(For(provider), disposeHandler: false) { BaseAddress = configuration.Provider(provider).Endpoint, Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = mostBytes };

    /// <summary>A client for public files of a host that is no provider: it has no key, the usual limits, and none in offline mode.</summary>
    /// <param name="address">Of the file; the client asks nobody but its host.</param>
    /// <param name="mostBytes">Of an answer.</param>
    public HttpClient PublicFiles(Uri address, int mostBytes)
    {
        var authority = address.GetLeftPart(UriPartial.Authority);
        return new(For($"data:{address.Authority}", new ProviderSettings { Address = authority }, null), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = mostBytes };
    }

    /// <summary>A client for a server of the user's that a recipe names, which is asked once: what may be asked again its caller knows.</summary>
    /// <param name="address">The server's.</param>
    /// <param name="key">Sent as a bearer token; null for none.</param>
    /// <param name="requests">At a time.</param>
    /// <param name="mostBytes">Of an answer.</param>
    public HttpClient Server(Uri address, string? key, int requests, int mostBytes)
    {
        var authority = address.GetLeftPart(UriPartial.Authority);
        var limits = new ProviderLimits { Retries = 0, Concurrency = requests, TimeoutS = 86_400, IdleTimeoutS = 86_400 };
        return new(For($"server:{address.Authority}", new ProviderSettings { Address = authority, Limits = limits }, key), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = mostBytes };
    }

    /// <summary>For libraries that ask a service at several of its hosts, as OpenID Connect does: no key, the usual limits, none in offline mode.</summary>
    public HttpMessageHandler Hosts() => new EachHost(this);

    public void Dispose()
    {
        lock (_made)
        {
            foreach (var handler in _made.Values) handler.Dispose();
            _made.Clear();
        }
    }

    private HttpMessageHandler For(string name) => For(name, configuration.Provider(name), configuration.Key(name));

    private HttpMessageHandler For(string name, ProviderSettings provider, string? key)
    {
        lock (_made)
        {
            if (_made.TryGetValue(name, out var made)) return made;
            var connections = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                // In offline mode a proxy would be connected to, not the provider.
                UseProxy = !_policy.IsOffline,
                AutomaticDecompression = DecompressionMethods.All,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                MaxConnectionsPerServer = provider.Limits.Concurrency,
                ConnectTimeout = TimeSpan.FromSeconds(provider.Limits.ConnectTimeoutS),
                ConnectCallback = (context, cancellation) => Connect(context.DnsEndPoint, cancellation),
            };
            return _made[name] = new RetryHandler(provider.Limits, _time, new WaitingHandler(name, provider.Limits, _time, new KeyHandler(name, provider, key, connections)));
        }
    }

    private async ValueTask<Stream> Connect(DnsEndPoint to, CancellationToken cancellation)
    {
        _policy.Check(to.Host, to.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var addresses = NetworkPolicy.Filter(to.Host, await Dns.GetHostAddressesAsync(to.Host, cancellation).ConfigureAwait(false));
            if (addresses.Length == 0) throw new ProviderFailure(ProviderFailureKind.WrongAddress, $"{to.Host} is not an address of this machine.", "Check the system's hosts file.");
            await socket.ConnectAsync(addresses, to.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Each host through a handler of its own.</summary>
    private sealed class EachHost(ProviderHandlers handlers) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = request.RequestUri!;
            using var invoker = new HttpMessageInvoker(handlers.For($"host:{address.Authority}", new ProviderSettings { Address = address.GetLeftPart(UriPartial.Authority) }, null), disposeHandler: false);
            return await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The key, as its kind of provider wants it, and what keeps a request from an answer in words.</summary>
    private sealed class KeyHandler(string name, ProviderSettings provider, string? key, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A client of its own may name any address: the key is for the provider alone.
            if (request.RequestUri is not { } address || address.Authority != provider.Endpoint.Authority || address.Scheme != provider.Endpoint.Scheme)
                throw new ProviderFailure(ProviderFailureKind.WrongAddress, $"the provider \"{name}\" is at {provider.Endpoint.Authority}, not at {request.RequestUri?.Authority}.", "Ask it at its own address.");
            if (key is not null && provider.Kind == ProviderKind.Azure)
            {
                request.Headers.Remove("api-key");
                request.Headers.Add("api-key", key);
            }
            else if (key is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            try
            {
                return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException error)
            {
                throw error.InnerException as ProviderFailure ?? ProviderFailure.Of(name, address, error);
            }
            catch (OperationCanceledException error) when (error.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                throw new ProviderFailure(ProviderFailureKind.NoAnswer, FormattableString.Invariant($"the provider \"{name}\": waited {provider.Limits.ConnectTimeoutS:0.##} s for a connection to {address.Host}:{address.Port}, in vain."), "Is it running, and may this machine connect to it?", error);
            }
        }
    }
}
