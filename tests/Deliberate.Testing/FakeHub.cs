using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Deliberate.Testing;

/// <summary>
/// A hub on this machine: the parts of Hugging Face's protocol that pulling and pushing use. Files above <see cref="LargeFrom"/> bytes are
/// in large-file storage, on a second address to which the first one sends. Tests make it fail as they like.
/// </summary>
public sealed partial class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const int LargeFrom = 5000;

    private readonly ScriptedServer _hub, _storage;

    public FakeHub()
    {
        _storage = new ScriptedServer(Storage);
        _hub = new ScriptedServer(Answer);
    }

    /// <summary>By name.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public string Address => $"http://127.0.0.1:{_hub.Port}";

    public IReadOnlyList<string> Requests => _hub.Requests;

    public IReadOnlyList<string> StorageRequests => _storage.Requests;

    /// <summary>The token that it wants; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>Bytes of a body after which the connection breaks, one for each answer to come; then none breaks.</summary>
    public Queue<int> Cuts { get; } = new();

    /// <summary>What it sends in place of a file's content.</summary>
    public Func<string, byte[], byte[]> Sent { get; set; } = (_, content) => content;

    /// <summary>What it says of a file in place of the truth.</summary>
    public Func<string, string> Named { get; set; } = name => name;

    public bool IgnoresRanges { get; set; }

    public string? RedirectTo { get; set; }

    /// <summary>Lines of commits that were pushed.</summary>
    public List<JsonElement> Committed { get; } = [];

    public Dictionary<string, byte[]> Uploaded { get; } = new(StringComparer.Ordinal);

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>What git calls a file: not a matter of security.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "It is the hash that hubs know their files by.")]
    public static string GitBlob(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {content.Length}\0")), .. content]));

    public void Dispose()
    {
        _hub.Dispose();
        _storage.Dispose();
    }

    private async Task Answer(string head, Stream stream, CancellationToken cancellation)
    {
        var path = head.Split(' ')[1];
        if (Token is not null && !head.Contains($"Authorization: Bearer {Token}", StringComparison.OrdinalIgnoreCase))
        {
            await Say(stream, 401, """{"error":"Invalid username or password."}""");
            return;
        }

        if (head.StartsWith("POST", StringComparison.Ordinal))
        {
            await Post(path, Encoding.UTF8.GetString(await Body(head, stream, cancellation)), stream);
        }
        else if (Api().Match(path) is { Success: true })
        {
            var siblings = Files.Select(f => f.Value.Length < LargeFrom
                ? (object)new { rfilename = Named(f.Key), size = f.Value.Length, blobId = GitBlob(f.Value) }
                : new { rfilename = Named(f.Key), size = f.Value.Length, blobId = GitBlob([1]), lfs = new { sha256 = Sha256(f.Value), size = f.Value.Length, pointerSize = 130 } });
            await Say(stream, 200, JsonSerializer.Serialize(new { id = "me/model", sha = Commit, siblings }));
        }
        else if (Resolve().Match(path) is { Success: true } match && Files.TryGetValue(Uri.UnescapeDataString(match.Groups[1].Value), out var content))
        {
            var name = Uri.UnescapeDataString(match.Groups[1].Value);
            if (content.Length >= LargeFrom)
                await Say(stream, 302, "", $"Location: {RedirectTo ?? $"http://127.0.0.1:{_storage.Port}/{Uri.EscapeDataString(name)}"}\r\nX-Linked-Etag: \"{Sha256(content)}\"\r\n");
            else await Send(head, stream, Sent(name, content), cancellation);
        }
        else
        {
            await Say(stream, 404, """{"error":"Repository not found"}""");
        }
    }

    private async Task Storage(string head, Stream stream, CancellationToken cancellation)
    {
        var name = Uri.UnescapeDataString(head.Split(' ')[1][1..]);
        if (head.StartsWith("PUT", StringComparison.Ordinal))
        {
            Uploaded[name] = await Body(head, stream, cancellation);
            await Say(stream, 200, "", $"ETag: \"{name}\"\r\n");
        }
        else if (head.StartsWith("POST", StringComparison.Ordinal))
        {
            Uploaded["complete"] = await Body(head, stream, cancellation);
            await Say(stream, 200, "{}");
        }
        else
        {
            await Send(head, stream, Sent(name, Files[name]), cancellation);
        }
    }

    private async Task Send(string head, Stream stream, byte[] content, CancellationToken cancellation)
    {
        var from = Range().Match(head) is { Success: true } match && !IgnoresRanges ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        if (from > 0 && from >= content.Length)
        {
            await Say(stream, 416, "");
            return;
        }

        var range = from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(from > 0 ? 206 : 200)} Said\r\nContent-Length: {content.Length - from}\r\n{range}Connection: close\r\n\r\n"), cancellation);
        var rest = content.AsMemory(from);
        await stream.WriteAsync(Cuts.TryDequeue(out var most) ? rest[..Math.Min(most, rest.Length)] : rest, cancellation);
    }

    private async Task Post(string path, string body, Stream stream)
    {
        if (path == "/api/repos/create")
        {
            await Say(stream, 409, """{"error":"You already created this model repo"}""");
        }
        else if (path.Contains("/preupload/", StringComparison.Ordinal))
        {
            using var json = JsonDocument.Parse(body);
            await Say(stream, 200, JsonSerializer.Serialize(new { files = json.RootElement.GetProperty("files").EnumerateArray().Select(f => new { path = f.GetProperty("path").GetString(), uploadMode = f.GetProperty("size").GetInt64() >= LargeFrom ? "lfs" : "regular" }) }));
        }
        else if (path.EndsWith("/info/lfs/objects/batch", StringComparison.Ordinal))
        {
            using var json = JsonDocument.Parse(body);
            var item = json.RootElement.GetProperty("objects")[0];
            var (oid, size) = (item.GetProperty("oid").GetString()!, item.GetProperty("size").GetInt64());
            var storage = $"http://127.0.0.1:{_storage.Port}";
            const int Chunk = 100_000;
            var header = size <= Chunk ? [] : Enumerable.Range(1, (int)((size + Chunk - 1) / Chunk)).ToDictionary(i => i.ToString("00000", CultureInfo.InvariantCulture), i => $"{storage}/part{i}");
            if (size > Chunk) header["chunk_size"] = Chunk.ToString(CultureInfo.InvariantCulture);
            await Say(stream, 200, JsonSerializer.Serialize(new { objects = new[] { new { oid, size, actions = new { upload = new { href = size > Chunk ? $"{storage}/complete" : $"{storage}/{oid}", header } } } } }));
        }
        else if (path.Contains("/commit/", StringComparison.Ordinal))
        {
            Committed.AddRange(body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement));
            await Say(stream, 200, JsonSerializer.Serialize(new { commitUrl = $"{Address}/me/model/commit/{Commit}" }));
        }
        else
        {
            await Say(stream, 404, "");
        }
    }

    private static async Task<byte[]> Body(string head, Stream stream, CancellationToken cancellation)
    {
        var body = new byte[int.Parse(Length().Match(head).Groups["length"].Value, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellation);
        return body;
    }

    private static async Task Say(Stream stream, int status, string body, string headers = "") => await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedServer.Answer(status, body, headers)));

    [GeneratedRegex(@"^/api/models/me/model/revision/(main|v1|[0-9a-f]{40})\?blobs=true$")]
    private static partial Regex Api();

    [GeneratedRegex("^/me/model/resolve/" + Commit + "/(.+)$")]
    private static partial Regex Resolve();

    [GeneratedRegex(@"Range: bytes=(\d+)-")]
    private static partial Regex Range();

    [GeneratedRegex(@"Content-Length: (?<length>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex Length();
}
