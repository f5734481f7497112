using System.ComponentModel.DataAnnotations;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>How a <see cref="TextModel"/> answers many callers at once. No answer depends on any of it.</summary>
public sealed record ModelHostOptions
{
    /// <summary>Requests in work at once; others wait for their turn. More is faster in all and takes more memory. Default 16.</summary>
    [Range(1, 4096)]
    public int Slots { get; init; } = 16;

    /// <summary>Requests that may wait; one more is refused (a <see cref="UserError"/> whose field is <c>queue_limit</c>). Default 1024.</summary>
    [Range(0, 1_000_000)]
    public int QueueLimit { get; init; } = 1024;

    /// <summary>
    /// Most memory for keys and values, in bytes: for requests in work, each reckoned at its longest, and for beginnings that requests
    /// have in common. Null for the least of: what all slots can use, half of what is free when the first request comes, and
    /// <see cref="UsualCacheBytes"/>, or one request of the longest kind where that is more.
    /// </summary>
    public long? CacheBytes { get; init; }

    /// <summary>Beyond this, common beginnings that nobody asks for any more would fill the machine's memory: 4 GiB.</summary>
    internal const long UsualCacheBytes = 4L << 30;

    /// <summary>How keys and values are held. Default F32, which is exact.</summary>
    public Tensors.CacheStorage Cache { get; init; } = Tensors.CacheStorage.F32;

    /// <summary>Guesses tokens for a request that is alone in work. Null, the default, for none.</summary>
    public Speculation? Speculation { get; init; }

    internal void Check()
    {
        if (Slots is < 1 or > 4096) throw new UserError($"must be from 1 to 4096, not {Slots}.", field: "slots");
        if (QueueLimit is < 0 or > 1_000_000) throw new UserError($"must be from 0 to 1000000, not {QueueLimit}.", field: "queue_limit");
        if (CacheBytes <= 0) throw new UserError($"must be more than 0 bytes, not {CacheBytes}.", field: "cache_bytes");
    }
}
