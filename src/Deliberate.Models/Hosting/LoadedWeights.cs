using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A share in a model that this process holds: whoever opens the same files in the same storage gets the same weights, which are
/// freed with the last share. Models that use all cores share one device (<see cref="Device.Shared(string, int)"/>), so that they take turns on the
/// cores instead of fighting for them.
/// </summary>
internal sealed class LoadedWeights : IDisposable
{
    /// <summary>Held while a model is read: the next one asks how much memory is left.</summary>
    private static readonly Lock s_lock = new();

    private static readonly List<Loaded> s_all = [];

    private Loaded? _loaded;

    private LoadedWeights(Loaded loaded)
    {
        _loaded = loaded;
        loaded.Shares.Add(this);
    }

    public PretrainedModel Opened => (_loaded ?? throw new ObjectDisposedException(nameof(TextModel))).Opened;

    public LanguageModel Model => (_loaded ?? throw new ObjectDisposedException(nameof(TextModel))).Model;

    /// <summary>Bytes for keys and values that this share's host may still come to take.</summary>
    public Func<long> Promised { private get; set; } = () => 0;

    /// <param name="path">A folder, or a .gguf or .safetensors file.</param>
    /// <param name="threads">0 for one a core.</param>
    /// <param name="choice">The device: one of <see cref="GraphicsChoice.All"/>.</param>
    /// <exception cref="UserError">There is no such model, or it does not fit beside those that are loaded.</exception>
    public static LoadedWeights Open(string path, WeightStorage storage, int threads, string choice = GraphicsChoice.Cpu)
    {
        lock (s_lock)
        {
            var opened = PretrainedModel.Open(path);
            var key = new Key(string.Join('|', opened.Files.Select(f => (Path.GetFullPath(f.Path), f.Bytes, File.GetLastWriteTimeUtc(f.Path).Ticks))), storage, threads, choice);
            if (s_all.Find(l => l.Key == key) is { } known)
            {
                opened.Dispose();
                return new LoadedWeights(known);
            }

            Device? device = null;
            try
            {
                device = Device.Shared(choice, threads);
                EnsureFits(opened, storage, device);
                var loaded = new Loaded(key, opened, device, opened.LoadWeights(device, storage));
                s_all.Add(loaded);
                return new LoadedWeights(loaded);
            }
            catch
            {
                device?.Dispose();
                opened.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (s_lock)
        {
            if (_loaded is not { } loaded) return;
            _loaded = null;
            loaded.Shares.Remove(this);
            if (loaded.Shares.Count > 0) return;
            s_all.Remove(loaded);
            loaded.Model.Dispose();
            loaded.Opened.Dispose();
            loaded.Device.Dispose();
        }
    }

    private static void EnsureFits(PretrainedModel opened, WeightStorage storage, Device device)
    {
        var beside = s_all.Where(l => l.Device.HasOwnMemory == device.HasOwnMemory).Select(l => (l.Name, l.Key.Storage, Weights: MemoryEstimate.WeightBytes(l.Opened.Configuration, l.Key.Storage), Promised: l.Shares.Sum(s => s.Promised()))).ToArray();
        var free = (device.FreeMemory ?? MachineMemory.Available) - beside.Sum(l => l.Promised);
        var others = string.Join(", ", beside.Select(l => $"{l.Name} (weights as {l.Storage} {Quantity.Bytes(l.Weights)}{(l.Promised > 0 ? $", up to {Quantity.Bytes(l.Promised)} more for keys and values" : "")})"));
        MemoryEstimate.Of(opened.Configuration, storage, 1, 1).EnsureFits(opened.Configuration, opened.Location, Math.Max(0, free), others.Length > 0 ? others : null);
    }

    private sealed record Key(string Files, WeightStorage Storage, int Threads, string Device);

    private sealed record Loaded(Key Key, PretrainedModel Opened, Device Device, LanguageModel Model)
    {
        public string Name => Opened.Name;

        public List<LoadedWeights> Shares { get; } = [];
    }
}
