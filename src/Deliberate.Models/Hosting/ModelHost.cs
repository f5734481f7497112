using System.Globalization;
using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// One model in memory and many callers at once: their requests share one batch, each in a slot of its own, and the keys and values
/// of beginnings that they have in common. Requests begin in the order in which they came, as slots and memory come free. A result
/// is, bit for bit, that of the same request alone (<see cref="DecodingLoop"/>). All work on the model is done by the device's
/// <see cref="DeviceScheduler"/>; callers wait for nothing but their own tokens.
/// </summary>
internal sealed class ModelHost : IDecodingSink, IDisposable
{
    /// <summary>Tokens of a pass: so long a piece of a new prompt may keep the others waiting.</summary>
    private const int PassTokens = 512;

    private readonly ModelHostOptions _options;
    private readonly DeviceScheduler _scheduler;
    private readonly DecodingLoop _loop;
    private readonly Lock _lock = new();
    private readonly LinkedList<HostRequest> _queue = new();
    private readonly LinkedList<DecodingReading> _texts = new();
    private readonly HashSet<HostRequest> _working = [];
    private readonly HashSet<DecodingReading> _reading = [];
    private readonly List<Adapter> _leaving = [];
    private readonly List<HeadWeights> _heads = [];
    private bool _isDisposed;

    /// <param name="positions">Longest prompt and completion together, in tokens.</param>
    /// <param name="drafter">Guesses for a request that is alone; the host's from here on. Null for none.</param>
    public ModelHost(LanguageModel model, int positions, ModelHostOptions options, IDrafter? drafter = null)
    {
        options.Check();
        _options = options;
        var page = PageBytesOf(model, options.Cache);
        // A sample and the prompt that it is forked from; beginnings have what requests leave that are shorter.
        var all = 2L * options.Slots * KeyValueCache.PagesOf(positions);
        var usual = Math.Max(ModelHostOptions.UsualCacheBytes, 2L * page * KeyValueCache.PagesOf(positions));
        var pages = Math.Min(all, (options.CacheBytes ?? Math.Min(MachineMemory.Available / 2, usual)) / page);
        PageBytes = page;
        _loop = new DecodingLoop(model, options.Slots, positions, options.Cache, Math.Max(PassTokens, 2 * options.Slots), pages) { Speculation = (drafter, options.Speculation?.Tokens ?? 0) };
        _scheduler = DeviceScheduler.Of(model.Device);
        _scheduler.Add(this);
    }

    public int Positions => _loop.Positions;

    /// <summary>Tokens that were guessed so far, and those of them that were drawn.</summary>
    public (long Guessed, long Right) Guesses => _loop.Guesses;

    /// <summary>Bytes of a page of keys and values.</summary>
    public long PageBytes { get; }

    /// <summary>Bytes that the cache takes: of requests in work, and of common beginnings that are kept. It grows to its limit, and never gives back.</summary>
    public long CacheBytes => _loop.CacheBytes;

    /// <summary>Most bytes that the cache comes to take, but for what is taken from the system at once.</summary>
    public long LimitBytes => _loop.PageLimit * PageBytes;

    /// <summary>Bytes that the cache may still come to take.</summary>
    public long PromisedBytes => Math.Max(0, LimitBytes - _loop.CacheBytes);

    /// <summary>Bytes of a page of a model's keys and values.</summary>
    public static long PageBytesOf(LanguageModel model, CacheStorage storage) => new KeyValueCache(model.Device, model.AttentionShapeOf(0), model.Configuration.LayerCount, storage).PageBytes;

    /// <summary>Tokens that can be drawn behind so many of a prompt before its pages are more than there may be.</summary>
    public long Room(int prompt) => Math.Max(0, ((_loop.PageLimit - KeyValueCache.PagesOf(prompt)) * KeyValueCache.PageTokens) - prompt);

    /// <summary>Queues a request and those for samples of the same prompt; they are failed by the token when that is cancelled.</summary>
    /// <exception cref="UserError">It can never be done, or too many are waiting.</exception>
    public HostRequest Submit(HostRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        request.Decoding.Request.Check(Positions);
        request.Decoding.Options.Check();
        if (request.Decoding.MostPages > _loop.PageLimit)
        {
            throw new UserError(
                $"a request of {request.Decoding.Request.Prompt.Length} tokens and a budget of {request.Decoding.Request.MaxTokens} needs {Quantity.Bytes(request.Decoding.MostPages * PageBytes)} for keys and values, and all of them may take {Quantity.Bytes(LimitBytes)}.",
                field: "cache_bytes", advice: "Lower the token budget, shorten the prompt, or allow more memory.");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(TextModel));
            if (_queue.Count >= _options.QueueLimit + Math.Max(0, _options.Slots - _working.Count))
            {
                throw new UserError(
                    string.Create(CultureInfo.InvariantCulture, $"{_queue.Count} requests wait already, and {_working.Count} are in work."), field: "queue_limit",
                    advice: "Ask again when some are done, or let more wait.");
            }

            request.All[0].Place = _queue.AddLast(request.All[0]);
        }

        if (cancellation.CanBeCanceled)
        {
            var registration = cancellation.Register(() => Cancel(request, cancellation));
            _ = Task.WhenAll(request.All.Select(r => r.Result)).ContinueWith(static (all, state) => _ = (all.Exception, ((CancellationTokenRegistration)state!).Unregister()), registration, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        _scheduler.Wake();
        return request;
    }

    /// <summary>Ends a request, and those for samples of the same prompt, where they are: the caller is told now, the slots are free with the next step. Nothing where they are over.</summary>
    public void Cancel(HostRequest request, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            var first = request.All[0];
            if (first.Place is not null) _queue.Remove(first.Place);
            first.Place = null;
        }

        foreach (var one in request.All) one.Fail(new OperationCanceledException(cancellation));
        _scheduler.Wake();
    }

    /// <summary>Reads a text with a head, in turns with what is written.</summary>
    /// <param name="head">Null for the sum of hidden states, as one row.</param>
    /// <returns>[row][output].</returns>
    /// <exception cref="UserError">It can never be done, or too many are waiting.</exception>
    public async Task<double[][]> ReadAsync(HeadText text, HeadWeights? head, Adapter? adapter, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (text.Tokens.Length > Positions) throw new UserError($"a text of {text.Tokens.Length} tokens exceeds the model's context of {Positions}.", advice: "Shorten it.");
        var result = new TaskCompletionSource<double[][]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = new DecodingReading(text, head, adapter) { Tag = result };
        if (reading.MostPages > _loop.PageLimit) throw new UserError($"a text of {text.Tokens.Length} tokens needs {Quantity.Bytes(reading.MostPages * PageBytes)} for keys and values, and all of them may take {Quantity.Bytes(LimitBytes)}.", field: "cache_bytes", advice: "Shorten the text, or allow more memory.");
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(TextModel));
            if (_texts.Count >= _options.QueueLimit + _options.Slots) throw new UserError(string.Create(CultureInfo.InvariantCulture, $"{_texts.Count} texts wait already to be read."), field: "queue_limit", advice: "Ask again when some are done, or let more wait.");
            _texts.AddLast(reading);
        }

        _scheduler.Wake();
        using var registration = cancellation.Register(() =>
        {
            reading.Cancel();
            result.TrySetCanceled(cancellation);
            _scheduler.Wake();
        });
        return await result.Task.ConfigureAwait(false);
    }

    /// <summary>Frees a head as soon as no text that is here needs it.</summary>
    public void Forget(HeadWeights head)
    {
        lock (_lock) _heads.Add(head);
        _scheduler.Wake();
    }

    /// <summary>Frees an adapter as soon as no request that is here needs it.</summary>
    public void Forget(Adapter adapter)
    {
        lock (_lock) _leaving.Add(adapter);
        _scheduler.Wake();
    }

    /// <summary>One step of the loop; false where there was nothing to do. On the scheduler's thread alone.</summary>
    public bool Step()
    {
        try
        {
            Part();
            Admit();
            return _loop.Step(this);
        }
        catch (Exception error)
        {
            // Whatever went wrong is everybody's who was in it, and nobody's who comes after.
            HostRequest[] working;
            DecodingReading[] reading;
            lock (_lock)
            {
                (working, reading) = ([.. _working], [.. _reading]);
                _working.Clear();
                _reading.Clear();
            }

            _loop.Clear();
            foreach (var request in working.SelectMany(r => r.All)) request.Fail(error);
            foreach (var text in reading) ResultOf(text).TrySetException(error);
            return true;
        }
    }

    void IDecodingSink.Drawn(ReadOnlySpan<SampleSlot> slots)
    {
        foreach (var slot in slots)
            if (slot.Failure is null && !slot.Prompt!.IsCancelled) Of(slot.Prompt)[slot.Sample].Show(slot);
    }

    void IDecodingSink.Ended(SampleSlot slot)
    {
        var all = Of(slot.Prompt!);
        if (++all[0].Over == all.Length)
            lock (_lock) _working.Remove(all[0]);
        all[slot.Sample].End(slot);
    }

    void IDecodingSink.Dropped(DecodingPrompt prompt)
    {
        lock (_lock) _working.Remove(Of(prompt)[0]);
    }

    void IDecodingSink.Read(DecodingReading reading)
    {
        lock (_lock) _reading.Remove(reading);
        if (!reading.IsCancelled) ResultOf(reading).TrySetResult(reading.Outputs);
    }

    /// <summary>Fails what is not done, waits for the step in progress, and frees the memory.</summary>
    public void Dispose()
    {
        HostRequest[] left;
        DecodingReading[] texts;
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            (left, texts) = ([.. _queue, .. _working], [.. _texts, .. _reading]);
            _queue.Clear();
            _texts.Clear();
        }

        _scheduler.Remove(this);
        foreach (var request in left.SelectMany(r => r.All)) request.Fail(new ObjectDisposedException(nameof(TextModel)));
        foreach (var text in texts) ResultOf(text).TrySetException(new ObjectDisposedException(nameof(TextModel)));
        _loop.Dispose();
        foreach (var adapter in _leaving) adapter.Dispose();
        foreach (var head in _heads) head.Dispose();
    }

    private static HostRequest[] Of(DecodingPrompt prompt) => Unsafe.As<HostRequest[]>(prompt.Tag!);

    private static TaskCompletionSource<double[][]> ResultOf(DecodingReading reading) => Unsafe.As<TaskCompletionSource<double[][]>>(reading.Tag!);

    /// <summary>Frees the adapters and heads that nobody needs any more. What waits has been told that it goes.</summary>
    private void Part()
    {
        if (_leaving.Count == 0 && _heads.Count == 0) return;
        lock (_lock)
        {
            foreach (var head in _heads.ToArray())
            {
                if (_reading.Concat(_texts).Any(t => t.Head == head)) continue;
                _heads.Remove(head);
                head.Dispose();
            }

            foreach (var adapter in _leaving.ToArray())
            {
                if (_working.Concat(_queue).Any(r => r.Decoding.Adapter == adapter) || _reading.Concat(_texts).Any(t => t.Adapter == adapter)) continue;
                _leaving.Remove(adapter);
                _loop.Forget(adapter);
                adapter.Dispose();
            }
        }
    }

    private void Admit()
    {
        AdmitTexts();
        while (!_loop.IsFull)
        {
            HostRequest request;
            lock (_lock)
            {
                if (_queue.First is not { } first) return;
                request = first.Value;
                if (_loop.ReservedPages + request.Decoding.MostPages > _loop.PageLimit) return;
                _queue.RemoveFirst();
                request.Place = null;
                _working.Add(request);
            }

            _loop.Admit(request.Decoding);
        }
    }

    private void AdmitTexts()
    {
        while (true)
        {
            DecodingReading reading;
            lock (_lock)
            {
                if (_texts.First is not { } first || _reading.Count >= _options.Slots || _loop.ReservedPages + first.Value.MostPages > _loop.PageLimit) return;
                reading = first.Value;
                _texts.RemoveFirst();
                if (reading.IsCancelled) continue;
                _reading.Add(reading);
            }

            _loop.Admit(reading);
        }
    }
}
