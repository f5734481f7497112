using Deliberate.Core;

namespace Deliberate.Tensors;

/// <summary>
/// Where tensors live and operations run: the fast CPU (floats, vector instructions, threads), a graphics card, or the reference (doubles,
/// one thread, plain loops), which is the oracle of the tests.
/// </summary>
internal abstract class Device : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, Device> s_cards = new(StringComparer.Ordinal);
    private static Device? s_shared;
    private int _shares;

    private protected Device(int elementSize, WorkerPool workers)
    {
        ElementSize = elementSize;
        Workers = workers;
        Scratches = new Scratch[workers.Count];
        for (var i = 0; i < Scratches.Length; i++) Scratches[i] = new Scratch(elementSize);
    }

    /// <summary>What a run records: instruction set and precision. Results are bit-identical only under the same one.</summary>
    public abstract string Name { get; }

    internal abstract IKernels Kernels { get; }

    internal WorkerPool Workers { get; }

    /// <summary>Who may use the device, one thread at a time.</summary>
    internal DeviceTurns Turns => Workers.Turns;

    /// <summary>One for each worker.</summary>
    internal Scratch[] Scratches { get; }

    /// <summary>Bytes of one real number.</summary>
    internal int ElementSize { get; }

    /// <summary>The fast CPU with the best instruction set the machine offers.</summary>
    /// <param name="threads">Worker threads; 0 for one a core.</param>
    public static Device Cpu(int threads = 0) => CpuDevice.Create(threads);

    /// <summary>
    /// The same, for work beside which there may be other work in the process: whoever asks for all cores gets the one device that has
    /// them, and takes turns on it. Everyone disposes of what they got; it goes with the last.
    /// </summary>
    /// <param name="threads">Worker threads of a device of one's own; 0 for the shared one.</param>
    public static Device Shared(int threads = 0)
    {
        if (threads != 0) return Cpu(threads);
        lock (s_lock)
        {
            s_shared ??= Cpu();
            s_shared._shares++;
            return s_shared;
        }
    }

    /// <summary>The device of a choice: the processor's as above, or a card, which whoever asks for it in this process gets the same of.</summary>
    /// <param name="choice">One of <see cref="GraphicsChoice.All"/>.</param>
    /// <exception cref="UserError">There is no such card.</exception>
    public static Device Shared(string choice, int threads = 0)
    {
        if (choice == GraphicsChoice.Cpu) return Shared(threads);
        lock (s_lock)
        {
            if (!s_cards.TryGetValue(choice, out var card)) s_cards[choice] = card = GraphicsChoice.Open(choice);
            card._shares++;
            return card;
        }
    }

    /// <summary>The scalar reference in double.</summary>
    public static Device Reference() => new ReferenceDevice();

    /// <summary>
    /// Whether operations take all rows of a batch at once, as a device does that divides each among thousands of threads of its own; else
    /// blocks of rows go through all operations, each on a worker.
    /// </summary>
    internal virtual bool TakesWholeBatches => false;

    /// <summary>Bytes of its own memory that are free; null for a device that has the host's.</summary>
    internal virtual long? FreeMemory => null;

    /// <summary>Whether the host cannot address its buffers.</summary>
    internal virtual bool HasOwnMemory => false;

    /// <summary>
    /// How often the host has read memory of the device's own so far, each time waiting for all work before: what tests hold a step against.
    /// 0 for a device that has the host's memory.
    /// </summary>
    internal virtual long HostReads => 0;

    internal DeviceBuffer Allocate(long length) => AllocateOf(length, ElementSize);

    internal DeviceBuffer AllocateInts(long length) => AllocateOf(length, sizeof(int));

    private protected virtual DeviceBuffer AllocateOf(long length, int elementSize) => new(length, elementSize);

    public void Dispose()
    {
        lock (s_lock)
        {
            if (_shares > 0 && --_shares > 0) return;
            if (s_shared == this) s_shared = null;
            foreach (var (choice, card) in s_cards)
                if (card == this) s_cards.Remove(choice);
        }

        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        Workers.Dispose();
        foreach (var scratch in Scratches) scratch.Dispose();
    }
}
