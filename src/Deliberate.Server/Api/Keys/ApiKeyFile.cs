using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A key of the interface, as it is kept: its hash, never the key.</summary>
/// <param name="Id">To name it by: <c>key_...</c>.</param>
/// <param name="Name">Whose it is, or what for.</param>
/// <param name="Hash">SHA-256 of the key, which is 256 random bits, in lower-case hexadecimal.</param>
/// <param name="RequestsPerMinute">Null for no limit.</param>
/// <param name="TokensPerMinute">Of prompts and answers; null for no limit.</param>
internal sealed record ApiKey(string Id, string Name, string Hash, DateTimeOffset Created, DateTimeOffset? Revoked, int? RequestsPerMinute, int? TokensPerMinute);

/// <summary>
/// The file of API keys. The server reads it anew when it changes, so that a key works, or no longer does, within a second of
/// <c>deliberate keys</c>.
/// </summary>
internal sealed class ApiKeyFile(string path)
{
    private const int Version = 1;

    private const string Prefix = "dk-";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public string Path { get; } = path;

    /// <summary>Where it is unless another is named; null where the system has no folder for it.</summary>
    public static string? Usual()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        return folder.Length > 0 ? System.IO.Path.Combine(folder, "deliberate", "keys.json") : null;
    }

    /// <summary>All keys, revoked ones too; none where there is no file.</summary>
    /// <exception cref="UserError">The file is damaged, or of a newer version.</exception>
    public IReadOnlyList<ApiKey> Read()
    {
        if (!File.Exists(Path)) return [];
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(Path), Options);
            if (content is null || content.Keys is null || content.Keys.Any(k => k is null || k.Id is null || k.Name is null || k.Hash is not { Length: 64 })) throw new UserError("This is no file of API keys.", Path, advice: "Name another, or move it away and make the keys anew.");
            if (content.FormatVersion > Version) throw new UserError($"The file of API keys is of version {content.FormatVersion}, and this program knows {Version}.", Path, advice: "Use a newer deliberate.");
            return content.Keys;
        }
        catch (JsonException error)
        {
            throw new UserError("This is no file of API keys.", Path, (int)(error.LineNumber ?? 0) + 1, advice: "Name another, or move it away and make the keys anew.", inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(Path, error);
        }
    }

    /// <summary>Makes a key.</summary>
    /// <returns>The key itself, which is kept nowhere.</returns>
    public (string Key, ApiKey Kept) Create(string name, int? requestsPerMinute, int? tokensPerMinute, DateTimeOffset now)
    {
        var keys = Read();
        if (keys.Any(k => k.Revoked is null && k.Name == name)) throw new UserError($"There is a key \"{name}\" already.", Path, advice: $"Take another name, or revoke that one: deliberate keys revoke {name}.");
        var key = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var kept = new ApiKey("key_" + Identifiers.Random(12), name, HashOf(key), now, null, requestsPerMinute, tokensPerMinute);
        Write([.. keys, kept]);
        return (key, kept);
    }

    /// <summary>Ends a key.</summary>
    /// <param name="named">Its name or id.</param>
    public ApiKey Revoke(string named, DateTimeOffset now)
    {
        var keys = Read();
        var found = keys.LastOrDefault(k => k.Id == named) ?? keys.LastOrDefault(k => k.Name == named && k.Revoked is null)
            ?? throw new UserError($"There is no key \"{named}\" that works.", Path, advice: NearestName.Suggest(named, [.. keys.Where(k => k.Revoked is null).Select(k => k.Name)]) ?? "deliberate keys list shows those there are.");
        if (found.Revoked is not null) throw new UserError($"The key \"{found.Name}\" was revoked before.", Path);
        var revoked = found with { Revoked = now };
        Write([.. keys.Select(k => k == found ? revoked : k)]);
        return revoked;
    }

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private void Write(IReadOnlyList<ApiKey> keys)
    {
        AtomicFile.WriteJson(Path, new Content { FormatVersion = Version, Keys = keys }, Options);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private sealed record Content
    {
        public int FormatVersion { get; init; }

        public IReadOnlyList<ApiKey>? Keys { get; init; }
    }
}
