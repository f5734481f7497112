using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Puts a model's folder, or a GGUF file, on a hub: makes the repository where there is none, uploads large files to the storage that
/// the hub names (git-lfs's batch API, whole or in parts), and commits all files at once, so that nobody ever sees a half.
/// </summary>
internal sealed class ModelPush(HubSettings settings, HubConnection connection)
{
    private const int Sample = 512;
    private const string Lfs = "application/vnd.git-lfs+json";

    /// <param name="path">A folder, without the folder <c>training</c> of a checkpoint, or a file.</param>
    /// <param name="isPrivate">Of a repository that is made.</param>
    /// <param name="progress">Told of each file that is there.</param>
    /// <returns>The address of the commit.</returns>
    public async Task<string> Run(string path, HubReference reference, string message, bool isPrivate, IProgress<PullProgress> progress, CancellationToken cancellation)
    {
        if (!settings.HasToken) throw new UserError("pushing needs a token.", settings.Endpoint.ToString(), field: "HF_TOKEN", advice: "Set HF_TOKEN to a token of yours that may write.");
        var files = Files(path);
        await Create(reference, isPrivate, cancellation).ConfigureAwait(false);
        var large = await Large(reference, files, cancellation).ConfigureAwait(false);
        var number = 0;
        foreach (var file in files.Where(f => large.Contains(f.Name)))
        {
            await Upload(reference, file, cancellation).ConfigureAwait(false);
            progress.Report(new PullProgress(new HubFile(file.Name, file.Size, file.Sha256, null), ++number, files.Count, file.Size));
        }

        var answer = await connection.Json(HttpMethod.Post, $"api/models/{reference.Repository}/commit/{Uri.EscapeDataString(reference.Revision)}", $"model {reference}", () =>
        {
            using var lines = new MemoryStream();
            Line(lines, new { key = "header", value = new { summary = message, description = "" } });
            foreach (var file in files)
            {
                if (large.Contains(file.Name)) Line(lines, new { key = "lfsFile", value = new { path = file.Name, algo = "sha256", oid = file.Sha256, size = file.Size } });
                else Line(lines, new { key = "file", value = new { content = Convert.ToBase64String(File.ReadAllBytes(file.Path)), path = file.Name, encoding = "base64" } });
            }

            return new ByteArrayContent(lines.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
        }, cancellation).ConfigureAwait(false);
        foreach (var file in files.Where(f => !large.Contains(f.Name))) progress.Report(new PullProgress(new HubFile(file.Name, file.Size, file.Sha256, null), ++number, files.Count, file.Size));
        return answer["commitUrl"].OptionalText() ?? new Uri(connection.Endpoint, reference.Repository).ToString();
    }

    private static List<Local> Files(string path)
    {
        if (File.Exists(path)) return [Local.Of(path, Path.GetFileName(path))];
        if (!Directory.Exists(path)) throw new UserError("there is no such file or folder.", path);
        var files = Directory.GetFiles(path).Where(f => !Disk.IsPartial(f)).Select(f => Local.Of(f, Path.GetFileName(f))).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        foreach (var file in files) WeightSource.RefusePickle(file.Path);
        return files.Count > 0 ? files : throw new UserError("the folder is empty.", path);
    }

    private async Task Create(HubReference reference, bool isPrivate, CancellationToken cancellation)
    {
        using var response = await connection.Send(
            HttpMethod.Post, new Uri(connection.Endpoint, "api/repos/create"),
            request => request.Content = Json(new { type = "model", name = reference.Name, organization = reference.Owner, @private = isPrivate }), cancellation).ConfigureAwait(false);
        // It is there already.
        if (response.StatusCode != HttpStatusCode.Conflict) await connection.Check(response, $"repository {reference.Repository} to be made", cancellation).ConfigureAwait(false);
    }

    /// <summary>The names of the files that go to large-file storage.</summary>
    private async Task<HashSet<string>> Large(HubReference reference, List<Local> files, CancellationToken cancellation)
    {
        var answer = await connection.Json(
            HttpMethod.Post, $"api/models/{reference.Repository}/preupload/{Uri.EscapeDataString(reference.Revision)}", $"model {reference}",
            () => Json(new { files = files.Select(f => new { path = f.Name, size = f.Size, sample = f.Sample }) }), cancellation).ConfigureAwait(false);
        return answer["files"].Items().Where(f => f["uploadMode"].Text() == "lfs").Select(f => f["path"].Text()).ToHashSet(StringComparer.Ordinal);
    }

    private async Task Upload(HubReference reference, Local file, CancellationToken cancellation)
    {
        var answer = await connection.Json(HttpMethod.Post, $"{reference.Repository}.git/info/lfs/objects/batch", $"model {reference}", () => Json(new
        {
            operation = "upload",
            transfers = new[] { "basic", "multipart" },
            objects = new[] { new { oid = file.Sha256, size = file.Size } },
            hash_algo = "sha256",
            @ref = new { name = reference.Revision },
        }, Lfs), cancellation).ConfigureAwait(false);
        var item = answer["objects"].Items() is [var only] ? only : throw answer["objects"].Error("one object was asked about.");
        if (item["error"].OptionalObject() is { } error) throw new UserError($"the hub does not take {file.Name}: {error["message"].OptionalText()}", file.Path);
        // Without actions the hub has the content.
        if (item["actions"].OptionalObject() is not { } actions) return;
        var upload = actions["upload"].Object();
        var headers = (upload["header"].OptionalObject()?.Members() ?? []).ToDictionary(h => h.Name, h => h.Value.Text(), StringComparer.Ordinal);
        var address = new Uri(connection.Endpoint, upload["href"].Text());
        if (headers.Remove("chunk_size", out var chunk))
        {
            await Parts(file, address, long.Parse(chunk, CultureInfo.InvariantCulture), headers, cancellation).ConfigureAwait(false);
        }
        else
        {
            using var _ = await Put(file, address, 0, file.Size, headers, cancellation).ConfigureAwait(false);
        }

        if (actions["verify"].OptionalObject() is not { } verify) return;
        using var verified = await connection.Send(HttpMethod.Post, new Uri(connection.Endpoint, verify["href"].Text()), request => request.Content = Json(new { oid = file.Sha256, size = file.Size }, Lfs), cancellation).ConfigureAwait(false);
        await connection.Check(verified, $"upload of {file.Name}", cancellation).ConfigureAwait(false);
    }

    /// <summary>In parts of one size, each to an address of its own; then all of them are named by what each was answered.</summary>
    private async Task Parts(Local file, Uri complete, long size, Dictionary<string, string> addresses, CancellationToken cancellation)
    {
        if (size <= 0) throw new UserError($"the hub asks for parts of {size} bytes.", file.Path);
        var parts = new List<object>();
        foreach (var (number, address) in addresses.Where(a => int.TryParse(a.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)).OrderBy(a => int.Parse(a.Key, CultureInfo.InvariantCulture)))
        {
            var first = parts.Count * size;
            using var response = await Put(file, new Uri(address), first, Math.Min(size, file.Size - first), [], cancellation).ConfigureAwait(false);
            parts.Add(new { partNumber = int.Parse(number, CultureInfo.InvariantCulture), etag = response.Headers.ETag?.ToString() ?? "" });
        }

        using var done = await connection.Send(HttpMethod.Post, complete, request => request.Content = Json(new { oid = file.Sha256, parts }, Lfs), cancellation).ConfigureAwait(false);
        await connection.Check(done, $"upload of {file.Name}", cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> Put(Local file, Uri address, long first, long count, Dictionary<string, string> headers, CancellationToken cancellation)
    {
        var response = await connection.Send(HttpMethod.Put, address, request =>
        {
            request.Content = new FilePartContent(file.Path, first, count);
            foreach (var (name, value) in headers)
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }, cancellation).ConfigureAwait(false);
        await connection.Check(response, $"upload of {file.Name}", cancellation).ConfigureAwait(false);
        return response;
    }

    private static ByteArrayContent Json(object value, string type = "application/json") => new(JsonSerializer.SerializeToUtf8Bytes(value)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static void Line(Stream stream, object value)
    {
        JsonSerializer.Serialize(stream, value);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>A file to be pushed.</summary>
    /// <param name="Sample">Its first bytes in base64, by which the hub tells text from the rest.</param>
    private sealed record Local(string Path, string Name, long Size, string Sha256, string Sample)
    {
        public static Local Of(string path, string name)
        {
            using var stream = File.OpenRead(path);
            var sample = new byte[Math.Min(ModelPush.Sample, stream.Length)];
            stream.ReadExactly(sample);
            stream.Position = 0;
            return new Local(path, name, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)), Convert.ToBase64String(sample));
        }
    }
}
