using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>The adapters that are sampled with, read into memory when they are first asked for; those that nobody asked for longest make room for others.</summary>
/// <param name="most">In memory at once; more only while more are in use.</param>
internal sealed class TinkerAdapters(TextModel model, int most) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>The adapter of a folder, for as long as what is returned is not disposed of.</summary>
    public Use Take(string folder)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(folder, out var held))
            {
                foreach (var (old, one) in _held.Where(h => h.Value.Users == 0).OrderBy(h => h.Value.Last).Take(Math.Max(0, _held.Count + 1 - most)).ToArray())
                {
                    _held.Remove(old);
                    one.Adapter.Dispose();
                }

                _held[folder] = held = new Held(model.LoadAdapter(folder));
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

    internal sealed class Held(ModelAdapter adapter)
    {
        public ModelAdapter Adapter { get; } = adapter;

        public int Users { get; set; }

        public long Last { get; set; }
    }

    /// <summary>An adapter that is in use.</summary>
    internal sealed class Use(TinkerAdapters owner, Held held) : IDisposable
    {
        public ModelAdapter Adapter => held.Adapter;

        public void Dispose()
        {
            lock (owner._lock) held.Users--;
        }
    }
}
