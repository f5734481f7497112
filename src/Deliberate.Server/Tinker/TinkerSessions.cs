using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>A client's session: what it made goes with it.</summary>
internal sealed class TinkerSession(string id, string owner, DateTimeOffset created, JsonNode? tags, JsonNode? metadata)
{
    private long _seen = created.UtcTicks;

    public string Id { get; } = id;

    public string Owner { get; } = owner;

    public DateTimeOffset Created { get; } = created;

    public JsonNode? Tags { get; } = tags;

    public JsonNode? UserMetadata { get; } = metadata;

    /// <summary>When it last showed a sign of life.</summary>
    public DateTimeOffset Seen => new(Volatile.Read(ref _seen), TimeSpan.Zero);

    public void Touch(DateTimeOffset now) => Volatile.Write(ref _seen, now.UtcTicks);
}

/// <summary>A model in memory: an adapter, and the requests about it that were numbered, so that one that comes again is not done again.</summary>
internal sealed class TinkerModel(TinkerRun run, TinkerSession session)
{
    /// <summary>The id of each, not the request itself: that holds its result, and goes when it was fetched long ago.</summary>
    private readonly Dictionary<long, (string Said, string Request)> _numbered = [];

    public TinkerRun Run { get; } = run;

    public TinkerSession Session { get; } = session;

    /// <summary>Made on the thread of all that trains; null before, and where it could not be made.</summary>
    public HostedAdapter? Adapter { get; set; }

    /// <summary>Begins a request, in the order of the calls.</summary>
    /// <param name="said">What was asked, by its hash.</param>
    /// <exception cref="ApiError">The number was that of another request.</exception>
    /// <returns>The id of the request.</returns>
    public string Begin(long? number, string said, Func<TinkerFuture> begin)
    {
        lock (_numbered)
        {
            if (number is { } known && _numbered.TryGetValue(known, out var before))
                return before.Said == said ? before.Request : throw new ApiError(409, $"'seq_id' {known} was that of another request.", "seq_id", "sequence_reused");
            var request = begin().Id;
            if (number is { } added) _numbered[added] = (said, request);
            return request;
        }
    }
}

/// <summary>What is sampled from: the base, or a checkpoint.</summary>
/// <param name="Uri">Null for the base.</param>
internal sealed record TinkerSampler(string Id, TinkerSession Session, string? Uri);

/// <summary>Sessions, and what belongs to them. Nothing of it outlives the server; checkpoints do.</summary>
internal sealed class TinkerSessions(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TinkerSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TinkerModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TinkerSampler> _samplers = new(StringComparer.Ordinal);

    /// <summary>By their own number within a session, so that a request that comes again makes no second one.</summary>
    private readonly ConcurrentDictionary<(string Session, string What, long Number), string> _created = new();

    public IEnumerable<TinkerModel> Models => _models.Values;

    public TinkerSession Begin(string owner, JsonNode? tags, JsonNode? metadata)
    {
        var session = new TinkerSession(Identifiers.New("session"), owner, time.GetUtcNow(), tags, metadata);
        return _sessions[session.Id] = session;
    }

    /// <exception cref="ApiError">There is none of this caller's, or it has ended.</exception>
    public TinkerSession Find(string id, string owner)
    {
        if (!_sessions.TryGetValue(id, out var session) || session.Owner != owner) throw ApiError.NotFound("There is no such session of yours: it ended, or the server was started anew. Create one, and load the state that you saved.", "session_id", "session_not_found");
        session.Touch(time.GetUtcNow());
        return session;
    }

    public IReadOnlyList<TinkerSession> Of(string owner) => [.. _sessions.Values.Where(s => s.Owner == owner).OrderByDescending(s => s.Created)];

    /// <exception cref="ApiError">There is none of this caller's in memory.</exception>
    public TinkerModel Model(string id, string owner)
    {
        if (!_models.TryGetValue(id, out var model) || model.Run.Owner != owner) throw NoModel();
        model.Session.Touch(time.GetUtcNow());
        return model;
    }

    public static ApiError NoModel() => ApiError.NotFound("There is no such model of yours in memory: it was unloaded, its session ended, or the server was started anew. Create one, and load the state that you saved.", "model_id", "model_not_found");

    public void Add(TinkerModel model) => _models[model.Run.Id] = model;

    /// <summary>True for the one caller who took it out, who frees it.</summary>
    public bool Remove(TinkerModel model) => _models.TryRemove(model.Run.Id, out _);

    public TinkerSampler Sampler(TinkerSession session, string? uri)
    {
        var sampler = new TinkerSampler(Identifiers.New("sampler"), session, uri);
        return _samplers[sampler.Id] = sampler;
    }

    /// <exception cref="ApiError">There is none of this caller's.</exception>
    public TinkerSampler Sampler(string id, string owner)
    {
        if (!_samplers.TryGetValue(id, out var sampler) || sampler.Session.Owner != owner) throw ApiError.NotFound("There is no such sampling session of yours: its session ended, or the server was started anew.", "sampling_session_id", "sampling_session_not_found");
        sampler.Session.Touch(time.GetUtcNow());
        return sampler;
    }

    public IReadOnlyList<TinkerSampler> SamplersOf(TinkerSession session) => [.. _samplers.Values.Where(s => s.Session == session)];

    /// <summary>What was begun under a number of a session, begun once.</summary>
    /// <returns>The id of the request.</returns>
    public string Once(TinkerSession session, string what, long? number, Func<TinkerFuture> begin)
    {
        if (number is not { } known) return begin().Id;
        lock (session) return _created.GetOrAdd((session.Id, what, known), _ => begin().Id);
    }

    /// <summary>Ends the sessions that have shown no sign of life for so long.</summary>
    /// <returns>Their models.</returns>
    public IReadOnlyList<TinkerModel> End(TimeSpan patience)
    {
        var late = time.GetUtcNow() - patience;
        HashSet<TinkerSession> over = [.. _sessions.Values.Where(s => s.Seen < late)];
        if (over.Count == 0) return [];
        foreach (var session in over) _sessions.TryRemove(session.Id, out _);
        foreach (var sampler in _samplers.Values.Where(s => over.Contains(s.Session))) _samplers.TryRemove(sampler.Id, out _);
        foreach (var key in _created.Keys.Where(k => over.Any(s => s.Id == k.Session))) _created.TryRemove(key, out _);
        return [.. _models.Values.Where(m => over.Contains(m.Session)).Where(Remove)];
    }
}
