using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>
/// Server-sent events of one answer, each flushed as it is written. While nothing comes (a model that thinks unseen) a comment goes
/// out from time to time, so that nobody on the way takes the connection for dead.
/// </summary>
internal sealed class EventStream(HttpContext context) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ": keep-alive\n\n"u8.ToArray();

    private readonly SemaphoreSlim _one = new(1);
    private Task? _beat;
    private bool _wroteSince;

    public async Task BeginAsync()
    {
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(context.RequestAborted);
        await response.Body.FlushAsync(context.RequestAborted);
    }

    /// <param name="name">For the line <c>event:</c>; null for none.</param>
    public Task SendAsync(JsonNode data, string? name = null) => WriteAsync(Encoding.UTF8.GetBytes($"{(name is null ? "" : $"event: {name}\n")}data: {ApiJson.Text(data)}\n\n"));

    public Task DoneAsync() => WriteAsync("data: [DONE]\n\n"u8.ToArray());

    /// <summary>Items as they come, with a sign of life while none does.</summary>
    public async IAsyncEnumerable<T> Alive<T>(IAsyncEnumerable<T> items)
    {
        var source = items.GetAsyncEnumerator(context.RequestAborted);
        await using (source)
        {
            while (true)
            {
                var next = source.MoveNextAsync().AsTask();
                try
                {
                    // One timer for all items: most come long before it.
                    while (!next.IsCompleted && await Task.WhenAny(next, _beat ??= Task.Delay(Beat, context.RequestAborted)) != next && !context.RequestAborted.IsCancellationRequested) await BeatAsync();
                }
                catch
                {
                    // The source may not be left while it moves.
                    await next.ContinueWith(static done => _ = done.Exception, TaskScheduler.Default);
                    throw;
                }

                if (!await next) yield break;
                yield return source.Current;
            }
        }
    }

    /// <summary>Signs of life while something is made that sends its own events.</summary>
    public async Task WhileAsync(Task made)
    {
        while (!made.IsCompleted && await Task.WhenAny(made, _beat ??= Task.Delay(Beat, context.RequestAborted)) != made && !context.RequestAborted.IsCancellationRequested) await BeatAsync();
        await made;
    }

    public void Dispose() => _one.Dispose();

    private async Task BeatAsync()
    {
        _beat = null;
        if (!_wroteSince) await WriteAsync(Comment);
        _wroteSince = false;
    }

    private async Task WriteAsync(byte[] bytes)
    {
        _wroteSince = true;
        // A sign of life may come in the middle of an event's way out.
        await _one.WaitAsync(context.RequestAborted);
        try
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        finally
        {
            _one.Release();
        }
    }
}
