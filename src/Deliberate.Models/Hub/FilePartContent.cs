using System.Net;
using Deliberate.Core;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Models;

/// <summary>
/// A part of a file as the body of a request. It is read from the file anew each time that it is sent, piece by piece: files of models
/// are larger than what memory, or one array, holds.
/// </summary>
/// <param name="path">Of the file.</param>
/// <param name="first">Byte that it begins with.</param>
/// <param name="count">Its bytes.</param>
internal sealed class FilePartContent(string path, long first, long count) : HttpContent, IRepeatableContent
{
    private const int PieceBytes = 1 << 20;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var piece = new byte[Math.Min(PieceBytes, count)];
        using var file = Open();
        for (long at = 0; at < count;)
        {
            var read = await Read(file, piece.AsMemory(0, (int)Math.Min(piece.Length, count - at)), first + at, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            at += read;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }

    // What is wrong with the file is told as such: to the connection it would be a failure of its own, worth another try.
    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    private async ValueTask<int> Read(SafeFileHandle file, Memory<byte> piece, long from, CancellationToken cancellation)
    {
        try
        {
            var read = await RandomAccess.ReadAsync(file, piece, from, cancellation).ConfigureAwait(false);
            return read > 0 ? read : throw new EndOfStreamException("it has become shorter.");
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
