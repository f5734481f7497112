using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// Lets a request through when it is its turn under the provider's limits, and gives up on what takes too long: its turn, the
/// beginning of the answer, the next bytes of it. Each names what it waited for.
/// </summary>
internal sealed class WaitingHandler(string provider, ProviderLimits limits, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int BytesOfToken = 4;

    private readonly SemaphoreSlim _free = new(limits.Concurrency);
    private readonly RequestPace? _requests = limits.RequestsPerMinute is { } requests ? new(requests, time) : null;
    private readonly RequestPace? _tokens = limits.TokensPerMinute is { } tokens ? new(tokens, time) : null;

    private string Provider => provider;

    private ProviderLimits Limits => limits;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var queue = TimeSpan.FromSeconds(limits.QueueTimeoutS);
        await Within(_free.WaitAsync, queue, $"one of its {limits.Concurrency} requests at a time to be over", cancellationToken).ConfigureAwait(false);
        try
        {
            var wait = Max(_requests?.Take(1), _tokens?.Take((int)Math.Min(int.MaxValue, (request.Content?.Headers.ContentLength ?? 0) / BytesOfToken)));
            if (wait > queue) throw TooLong(queue, "its turn under the limits of a minute", null);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response = null!;
            await Within(async token => response = await base.SendAsync(request, token).ConfigureAwait(false), TimeSpan.FromSeconds(limits.TimeoutS), $"an answer of {request.RequestUri?.Authority}", cancellationToken).ConfigureAwait(false);
            response.Content = new IdleContent(response.Content, this, request.RequestUri?.Authority ?? provider);
            return response;
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _free.Dispose();
        base.Dispose(disposing);
    }

    private static TimeSpan Max(TimeSpan? a, TimeSpan? b) => (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a!.Value : b ?? TimeSpan.Zero;

    private async Task Within(Func<CancellationToken, Task> work, TimeSpan limit, string what, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            await work(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw TooLong(limit, what, error);
        }
    }

    private ProviderFailure TooLong(TimeSpan limit, string what, Exception? error) => new(
        ProviderFailureKind.NoAnswer, string.Create(CultureInfo.InvariantCulture, $"the provider \"{provider}\": waited {limit.TotalSeconds:0.##} s for {what}, in vain."), "Raise the limit (limits of the provider), or ask less at a time.", error);

    /// <summary>The body of an answer, each read of which has its time; its end is the request's.</summary>
    private sealed class IdleContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly WaitingHandler _owner;
        private readonly string _from;
        private int _released;

        public IdleContent(HttpContent inner, WaitingHandler owner, string from)
        {
            (_inner, _owner, _from) = (inner, owner, from);
            foreach (var (name, values) in inner.Headers) Headers.TryAddWithoutValidation(name, values);
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() => new IdleStream(await _inner.ReadAsStreamAsync().ConfigureAwait(false), this);

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            using var body = await CreateContentReadStreamAsync().ConfigureAwait(false);
            await body.CopyToAsync(stream).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _inner.Dispose();
            Release();
            base.Dispose(disposing);
        }

        private void Release()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0) _owner._free.Release();
        }

        public async ValueTask<int> ReadAsync(Stream inner, Memory<byte> buffer, CancellationToken cancellation)
        {
            var read = 0;
            try
            {
                await _owner.Within(async token => read = await inner.ReadAsync(buffer, token).ConfigureAwait(false), TimeSpan.FromSeconds(_owner.Limits.IdleTimeoutS), $"the next bytes of the answer of {_from}", cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                throw new ProviderFailure(ProviderFailureKind.Cut, $"the provider \"{_owner.Provider}\" ({_from}) broke off in the middle of its answer: {error.Message}", "Try again; if it stays so, check what stands between.", error);
            }

            if (read == 0) Release();
            return read;
        }
    }

    private sealed class IdleStream(Stream inner, IdleContent content) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => content.ReadAsync(inner, buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
