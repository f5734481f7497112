using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>Who asks: the key that a request brought, or on a server without keys whoever is on this machine.</summary>
/// <param name="Id">Of the key; responses, and what is sealed, belong to it.</param>
internal sealed record ApiCaller(string Id, string Name, int? RequestsPerMinute, int? TokensPerMinute)
{
    public static ApiCaller Anyone { get; } = new("local", "local", null, null);
}

/// <summary>The keys that work now. A file that cannot be read any more lets in nobody who was not let in before.</summary>
internal sealed class ApiKeyring(string? path, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ApiKeyFile? _file = path is null ? null : new ApiKeyFile(path);
    private Dictionary<string, ApiCaller> _keys = [];
    private (DateTime Written, long Length)? _state;
    private long _looked;
    private bool _isRead, _hadKeys;

    /// <summary>Whether requests have to bring a key. Once they had to they always have: revoking the last key does not open the server.</summary>
    public bool AreNeeded
    {
        get
        {
            Refresh();
            return _hadKeys;
        }
    }

    /// <summary>Who a key belongs to; null where it is none that works. Keys are found by their hash, so that the time tells nothing of them.</summary>
    public ApiCaller? Find(string key)
    {
        Refresh();
        return _keys.GetValueOrDefault(ApiKeyFile.HashOf(key));
    }

    /// <summary>Reads the file now.</summary>
    /// <exception cref="UserError">It is damaged.</exception>
    public void Load()
    {
        if (_file is null) return;
        var all = _file.Read();
        _hadKeys |= all.Count > 0;
        _keys = all.Where(k => k.Revoked is null).ToDictionary(k => k.Hash, k => new ApiCaller(k.Id, k.Name, k.RequestsPerMinute, k.TokensPerMinute), StringComparer.Ordinal);
    }

    private void Refresh()
    {
        if (_file is null) return;
        lock (_lock)
        {
            if (_isRead && time.GetElapsedTime(_looked) < Every) return;
            _looked = time.GetTimestamp();
            var info = new FileInfo(_file.Path);
            (DateTime, long)? state = info.Exists ? (info.LastWriteTimeUtc, info.Length) : null;
            if (_isRead && state == _state) return;
            (_isRead, _state) = (true, state);
            try
            {
                Load();
            }
            catch (UserError error)
            {
                Console.Error.WriteLine($"{error.Message} The keys stay as they were.");
            }
        }
    }
}
