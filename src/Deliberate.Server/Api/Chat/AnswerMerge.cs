using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Deliberate.Server;

/// <summary>Several answers to one prompt as one stream of their events. They are drawn whether or not anybody reads yet: who reads slowly keeps no place.</summary>
internal static class AnswerMerge
{
    public static async IAsyncEnumerable<(int Choice, AnswerEvent Event)> Read(PreparedAnswer prepared, int count, QueuePlace place, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateUnbounded<(int, AnswerEvent)>(new UnboundedChannelOptions { SingleReader = true });
        var lanes = Math.Min(count, place.Places);
        var pumps = Task.WhenAll(Enumerable.Range(0, lanes).Select(Pump));
        _ = pumps.ContinueWith(done => channel.Writer.TryComplete(done.Exception?.InnerException ?? (done.IsCanceled ? new OperationCanceledException(stop.Token) : null)), TaskScheduler.Default);
        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellation)) yield return happened;
        }
        finally
        {
            await stop.CancelAsync();
            await pumps.ContinueWith(static done => _ = done.Exception, TaskScheduler.Default);
        }

        // One place each: more answers than places follow one another there, and the last gives it back.
        async Task Pump(int lane)
        {
            try
            {
                for (var number = lane; number < count; number += lanes)
                    await foreach (var happened in AnswerStream.Read(prepared, number + lanes < count ? null : place, number, stop.Token)) await channel.Writer.WriteAsync((number, happened), stop.Token);
            }
            catch
            {
                // One that fails ends the others.
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
