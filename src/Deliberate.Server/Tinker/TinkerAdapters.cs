using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>The adapters that are sampled with, read into memory when they are first asked for; those that nobody asked for longest make room for others.</summary>
/// <param name="most">In memory at once; more only while more are in use.</param>
internal sealed class TinkerAdapters(TextModel model, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>The adapter of a folder as it is now, for as long as what is returned is not disposed of.</summary>
    public Use Take(string folder)
    {
        // Seen before it is read: what is replaced meanwhile is read again next time.
        var stamp = Stamp(folder);
        lock (_lock)
        {
            if (_held.TryGetValue(folder, out var before) && before.Stamp != stamp) Leave(folder, before);
            if (!_held.TryGetValue(folder, out var held))
            {
                foreach (var (old, one) in _held.Where(h => h.Value.Users == 0).OrderBy(h => h.Value.Last).Take(Math.Max(0, _held.Count + 1 - most)).ToArray()) Leave(old, one);

                _held[folder] = held = new Held(model.LoadAdapter(folder), stamp);
            }

            held.Users++;
            held.Last = ++_uses;
            return new Use(this, held);
        }
    }

    public void Dispose()
    {
        foreach (var held in _held.Values) held.Adapter.Dispose();
        _held.Clear();
    }

    /// <summary>When the weights of a folder were written, and how many bytes: a checkpoint of the same name that was saved anew differs.</summary>
    private static (DateTime, long) Stamp(string folder)
    {
        var weights = new FileInfo(Path.Combine(folder, AdapterFile.WeightsName));
        return weights.Exists ? (weights.LastWriteTimeUtc, weights.Length) : default;
    }

    /// <summary>Nobody is given it any more; whoever has it goes on with it.</summary>
    private void Leave(string folder, Held held)
    {
        _held.Remove(folder);
        held.IsGone = true;
        if (held.Users == 0) held.Adapter.Dispose();
    }

    internal sealed class Held(ModelAdapter adapter, (DateTime, long) stamp)
    {
        public ModelAdapter Adapter { get; } = adapter;

        public (DateTime, long) Stamp { get; } = stamp;

        /// <summary>Whether the last to use it disposes of it.</summary>
        public bool IsGone { get; set; }

        public int Users { get; set; }

        public long Last { get; set; }
    }

    /// <summary>An adapter that is in use.</summary>
    internal sealed class Use(TinkerAdapters owner, Held held) : IDisposable
    {
        public ModelAdapter Adapter => held.Adapter;

        public void Dispose()
        {
            lock (owner._lock)
            {
                if (--held.Users == 0 && held.IsGone) held.Adapter.Dispose();
            }
        }
    }
}
