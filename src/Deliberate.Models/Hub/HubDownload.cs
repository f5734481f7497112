using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Downloads one file into the cache: goes on where an earlier try was cut, asks again when the connection breaks, and takes the file
/// only once its length and its checksum are those that the hub named.
/// </summary>
internal sealed class HubDownload(HubConnection connection, HubCache cache, HubReference reference, string commit)
{
    /// <summary>Tries in a row that bring nothing.</summary>
    private const int MostVain = 5;

    private const int Piece = 1 << 18;

    /// <param name="progress">Told the bytes that are here.</param>
    public async Task Run(HubFile file, IProgress<long> progress, CancellationToken cancellation)
    {
        using var held = FileLock.Acquire(cache.Lock(file), cache.Blob(file), $"The download of {file.Name}");
        if (cache.Has(file)) return;
        var partial = cache.Partial(file);
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        for (var isSecond = false; ; isSecond = true)
        {
            await Fetch(file, partial, progress, cancellation).ConfigureAwait(false);
            if (await Matches(file, partial, cancellation).ConfigureAwait(false)) break;
            File.Delete(partial);
            // What lay there may have been of another make; what came now came whole.
            if (isSecond) throw new UserError($"the checksum of {file.Name} is wrong: what the hub sent is not what it says it has.", Name(file), advice: "Try again later; if it stays so, something between here and the hub changes files. Nothing of it was kept.");
        }

        Disk.FlushFile(partial);
        File.Move(partial, cache.Blob(file), overwrite: true);
    }

    private async Task Fetch(HubFile file, string partial, IProgress<long> progress, CancellationToken cancellation)
    {
        for (var vain = 0; vain < MostVain;)
        {
            var have = new FileInfo(partial) is { Exists: true } begun ? begun.Length : 0;
            if (have > file.Size)
            {
                File.Delete(partial);
                have = 0;
            }

            progress.Report(have);
            if (have == file.Size) return;
            try
            {
                await Append(file, partial, have, progress, cancellation).ConfigureAwait(false);
            }
            catch (ProviderFailure failure) when (failure.Kind is ProviderFailureKind.Cut or ProviderFailureKind.NoAnswer && vain + 1 < MostVain)
            {
                // Gone on with from where it broke.
            }
            catch (ProviderFailure failure)
            {
                throw new UserError(failure.Message, Name(file), advice: $"{failure.Advice} The same command goes on where this stopped.", inner: failure);
            }

            vain = new FileInfo(partial) is { Exists: true } now && now.Length > have ? 0 : vain + 1;
        }

        if (new FileInfo(partial) is { Exists: true } whole && whole.Length == file.Size) return;
        throw new UserError($"the hub broke off {MostVain} times in a row without sending anything.", Name(file), advice: "Try again later: the same command goes on where this stopped.");
    }

    private async Task Append(HubFile file, string partial, long have, IProgress<long> progress, CancellationToken cancellation)
    {
        using var response = await connection.Send(HttpMethod.Get, Address(file), request =>
        {
            if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
            // Compressed, neither ranges nor lengths would be those of the file.
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        }, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // It has not as much as lies here, so that is of another file.
            File.Delete(partial);
            return;
        }

        await connection.Check(response, $"file {file.Name} in {reference.Repository}", cancellation).ConfigureAwait(false);
        var from = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? -1 : 0;
        if (from != have && from != 0) throw new UserError($"the hub answers with bytes from {from} on where those from {have} on were asked for.", Name(file));
        using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var stream = new FileStream(partial, from == 0 ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.Read);
            var (buffer, done) = (new byte[Piece], from);
            for (int read; (read = await body.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                if ((done += read) > file.Size) throw new UserError($"the hub sends more than the {file.Size} bytes that it says {file.Name} has.", Name(file), advice: "Try again later. Nothing of it was kept.");
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                progress.Report(done);
            }
        }
        catch (UserError)
        {
            File.Delete(partial);
            throw;
        }
        catch (IOException error) when (error is not HttpIOException)
        {
            throw Disk.CannotWrite(partial, "Free some space, or name another cache in HF_HUB_CACHE; the same command goes on where this stopped.", error);
        }
    }

    private static async Task<bool> Matches(HubFile file, string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (file.Sha256 is null) hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {file.Size}\0")));
        using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);
        var buffer = new byte[Piece];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == file.Blob;
    }

    private Uri Address(HubFile file) => new(connection.Endpoint, $"{reference.Repository}/resolve/{commit}/{string.Join('/', file.Name.Split('/').Select(Uri.EscapeDataString))}");

    private string Name(HubFile file) => $"{reference}/{file.Name}";
}
