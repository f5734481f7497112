using System.Runtime.InteropServices;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// The one loop in which tokens are drawn, with a paged key-value cache and continuous batching. <see cref="Admit(DecodingPrompt)"/> queues a prompt;
/// a <see cref="Step"/> draws a token for every sample in flight, then makes one pass that reads those tokens and, in the room that is
/// left, the next prompts; a sample that ends leaves its slot to the next one; the samples of one prompt fork its pages. Runs the
/// trainer's own kernels, whose rows do not depend on one another: the log-probabilities are the trainer's bit for bit, and a sample
/// depends only on its prompt, the weights, its options and its random stream, never on what shares its batch or on what was there
/// from before. Once the buffers have grown to the longest sample a step allocates nothing. Used by one thread at a time.
/// </summary>
internal sealed partial class DecodingLoop : IDisposable
{
    /// <summary>Prompts read in one pass.</summary>
    private const int MostPrompts = 64;

    /// <summary>Tokens guessed at once.</summary>
    private const int MostDraft = 32;

    private readonly LanguageModel _model;
    private readonly KeyValueCache _cache;
    private readonly PrefixCache _prefixes;
    private readonly Tape _tape;
    private readonly LogitHead _head;
    private readonly DecodingReadings _readings;
    private readonly SampleSlot[] _slots, _live;
    private readonly Stack<SampleSlot> _free = new();
    private readonly Queue<DecodingPrompt> _waiting = new(), _ready = new();
    private readonly DecodingPrompt?[] _reading = new DecodingPrompt?[MostPrompts];
    private readonly Stack<DeviceBuffer> _logits = new();
    private readonly ChooseJob _chooseJob;
    private int _liveCount, _waitingSamples, _readySamples;
    private long _reservedPages;

    /// <param name="slots">Samples in flight at once.</param>
    /// <param name="positions">Longest prompt and completion together, in tokens.</param>
    /// <param name="cache">How keys and values are held; what is trained on must come from F32.</param>
    /// <param name="tokens">Of a pass: longer prompts are read piece by piece.</param>
    /// <param name="pages">Of the cache, for prefixes beside what is in flight; 0 where each prompt is to be read from its beginning.</param>
    public DecodingLoop(LanguageModel model, int slots, int positions, CacheStorage cache, int tokens, long pages = 0)
    {
        _model = model;
        (Positions, PageLimit) = (positions, pages);
        var device = model.Device;
        _cache = new KeyValueCache(device, model.AttentionShapeOf(0), model.Configuration.LayerCount, cache);
        _prefixes = new PrefixCache(_cache);
        _tape = new Tape(device, Math.Max(slots, tokens), slots + MostPrompts, training: false) { Cache = _cache };
        var hidden = model.Build(_tape, positions);
        _head = new LogitHead(model, hidden, Math.Max(slots, MostDraft + 1));
        _readings = new DecodingReadings(_cache, _prefixes, hidden);
        (_slots, _live) = (new SampleSlot[slots], new SampleSlot[slots]);
        for (var i = slots - 1; i >= 0; i--) _free.Push(_slots[i] = new SampleSlot(new CachedSequence(_cache)));
        _chooseJob = new ChooseJob(this);
    }

    public int Positions { get; }

    /// <summary>Pages for what is in flight, at its longest, and for prefixes; 0 where there is no limit and no prefix is kept.</summary>
    public long PageLimit { get; }

    public int Slots => _slots.Length;

    /// <summary>Samples in flight.</summary>
    public int Live => _liveCount;

    /// <summary>Pages that what was admitted may come to need.</summary>
    public long ReservedPages => _reservedPages;

    /// <summary>Bytes of the cache's pages.</summary>
    public long CacheBytes => _cache.Bytes;

    /// <summary>Pages in use.</summary>
    public int LivePages => _cache.LivePages;

    /// <summary>Passes with samples in flight so far, and the samples in flight over all of them.</summary>
    public (long Count, long Rows) Passes { get; private set; }

    /// <summary>Who guesses tokens for a sample that is alone, and how many at once; nobody where null. The loop's from here on.</summary>
    public (IDrafter? Drafter, int Tokens) Speculation { get; init; }

    /// <summary>Tokens that were guessed so far, and those of them that were drawn.</summary>
    public (long Guessed, long Right) Guesses { get; private set; }

    /// <summary>Whether so many samples wait that more would not be begun soon.</summary>
    public bool IsFull => _waitingSamples + _readySamples >= _free.Count + Ahead;

    /// <summary>Samples whose prompt is read before a slot is free for them, so that none is ever without work.</summary>
    private int Ahead => 1 + (_slots.Length / 16);

    /// <summary>Queues a prompt of at least one sample, which has been checked against the positions.</summary>
    public void Admit(DecodingPrompt prompt)
    {
        _waiting.Enqueue(prompt);
        _waitingSamples += prompt.Samples;
        Reserve(prompt.MostPages);
    }

    /// <summary>Queues a text to be read with a head, in the room that samples and prompts leave of the passes.</summary>
    public void Admit(DecodingReading reading)
    {
        _readings.Admit(reading);
        Reserve(reading.MostPages);
    }

    /// <summary>One token for each sample in flight, and one pass of the model; false where there was nothing to do.</summary>
    public bool Step(IDecodingSink sink)
    {
        Start(sink);
        if (_liveCount == 0 && _waiting.Count == 0 && _readings.Count == 0) return false;
        // One turn for the whole step: what it reads on the way must not be another's.
        using var turn = _model.Device.Turns.Take();
        if (_liveCount > 0)
        {
            _chooseJob.Run();
            TakeBackGuesses();
            sink.Drawn(_live.AsSpan(0, _liveCount));
            Retire(sink);
        }

        Advance(sink);
        return true;
    }

    /// <summary>Forgets all samples and prompts without a word to anyone, and every prefix.</summary>
    public void Clear()
    {
        // A step may have been broken off anywhere: of the places some are free already, and some are nobody's.
        _free.Clear();
        for (var i = _slots.Length - 1; i >= 0; i--) Free(_slots[i]);
        _live.AsSpan().Clear();
        _liveCount = 0;
        for (var i = 0; i < _reading.Length; i++)
        {
            if (_reading[i] is not { } prompt) continue;
            prompt.Sequence?.Clear();
            Forget(prompt);
            _reading[i] = null;
        }

        foreach (var prompt in _waiting) prompt.Sequence?.Clear();
        while (_ready.TryDequeue(out var prompt)) Forget(prompt);
        _readings.Clear();
        _waiting.Clear();
        _prefixes.Limit = 0;
        (_waitingSamples, _readySamples, _reservedPages) = (0, 0, 0);
        _prefixes.Limit = PageLimit;
    }

    /// <summary>Forgets what was read with an adapter. None of its samples is in flight.</summary>
    public void Forget(Adapter adapter) => _prefixes.Forget(adapter);

    /// <summary>Gives the memory of keys, values and activations back until they are next needed. Nothing is in flight.</summary>
    public void ReleaseMemory()
    {
        Clear();
        while (_logits.TryPop(out var logits)) logits.Dispose();
        _cache.ReleaseMemory();
        _tape.ReleaseMemory();
    }

    public void Dispose()
    {
        Speculation.Drafter?.Dispose();
        while (_ready.TryDequeue(out var prompt)) Forget(prompt);
        while (_logits.TryPop(out var logits)) logits.Dispose();
        _head.Dispose();
        _tape.Dispose();
        _cache.Dispose();
    }

    private void Reserve(int pages)
    {
        _reservedPages += pages;
        _prefixes.Limit = Math.Max(0, PageLimit - _reservedPages);
    }

    /// <summary>Gives free slots to samples whose prompt has been read, and puts their first logits in place.</summary>
    private void Start(IDecodingSink sink)
    {
        while (_ready.TryPeek(out var prompt))
        {
            if (prompt.IsCancelled)
            {
                _ready.Dequeue();
                _readySamples -= prompt.Samples - prompt.Started;
                prompt.Sequence!.Clear();
                Abandon(prompt, sink);
                continue;
            }

            if (!_free.TryPop(out var slot)) return;
            if (_liveCount == 1) ForgetGuess(_live[0]);
            slot.Start(prompt);
            _readySamples--;
            _head.Write(_liveCount, prompt.Logits!);
            _live[_liveCount++] = slot;
            if (prompt.Started == prompt.Samples) Forget(_ready.Dequeue());
        }
    }

    /// <summary>Takes the samples that are over out of the batch.</summary>
    private void Retire(IDecodingSink sink)
    {
        var kept = 0;
        for (var i = 0; i < _liveCount; i++)
        {
            var slot = _live[i];
            if (!slot.IsOver)
            {
                _live[kept++] = slot;
                continue;
            }

            sink.Ended(slot);
            // The last token has been drawn and not read.
            if (_prefixes.Limit > 0) _prefixes.Keep(slot.Prompt!.Adapter, slot.Prompt.Request.Prompt, CollectionsMarshal.AsSpan(slot.Tokens), slot.Sequence);
            var prompt = slot.Prompt!;
            Free(slot);
            if (++prompt.Ended == prompt.Samples) Reserve(-prompt.MostPages);
        }

        _live.AsSpan(kept, _liveCount - kept).Clear();
        _liveCount = kept;
    }

    private void Free(SampleSlot slot)
    {
        slot.Free();
        _free.Push(slot);
    }

    /// <summary>Keeps the memory of a prompt's logits for the next.</summary>
    private void Forget(DecodingPrompt prompt)
    {
        if (prompt.Logits is null) return;
        prompt.Sequence!.Clear();
        _logits.Push(prompt.Logits);
        prompt.Logits = null;
    }

    /// <summary>Counts the samples that will never begin as over.</summary>
    private void Abandon(DecodingPrompt prompt, IDecodingSink sink)
    {
        Forget(prompt);
        prompt.Ended += prompt.Samples - prompt.Started;
        prompt.Started = prompt.Samples;
        if (prompt.Ended == prompt.Samples) Reserve(-prompt.MostPages);
        sink.Dropped(prompt);
    }

    /// <summary>Guesses tokens for a sample, fewer than may come yet.</summary>
    private int Guess(SampleSlot slot)
    {
        if (Speculation.Drafter is not { } drafter) return 0;
        if (slot.Draft.Length == 0) slot.Draft = new int[Math.Min(MostDraft, Speculation.Tokens)];
        var most = Math.Min(slot.Draft.Length, slot.Prompt!.Request.MaxTokens - slot.Tokens.Count - 1);
        return slot.Drafted = most < 1 ? 0 : drafter.Draft(slot, slot.Draft.AsSpan(0, most));
    }

    /// <summary>A sample is not alone any more: the rows of what was guessed are another's. Its last token has been read.</summary>
    private static void ForgetGuess(SampleSlot slot)
    {
        if (slot.Drafted == 0) return;
        slot.Sequence.Truncate(slot.Prompt!.Request.Prompt.Length + slot.Tokens.Count);
        slot.Drafted = 0;
    }

    /// <summary>Forgets what was read of guesses that were wrong.</summary>
    private void TakeBackGuesses()
    {
        for (var i = 0; i < _liveCount; i++)
        {
            var slot = _live[i];
            if (slot.Drafted == 0) continue;
            Guesses = (Guesses.Guessed + slot.Drafted, Guesses.Right + Math.Max(0, slot.Drawn - 1));
            slot.Sequence.Truncate(slot.Prompt!.Request.Prompt.Length + Math.Max(0, slot.Tokens.Count - 1));
            slot.Drafted = 0;
        }
    }

    /// <summary>One forward pass: every sample's last token, up to its logits, and as much of the waiting prompts as there is room and need for.</summary>
    private void Advance(IDecodingSink sink)
    {
        var batch = _tape.Batch;
        batch.Clear();
        Span<int> token = stackalloc int[1];
        for (var i = 0; i < _liveCount; i++)
        {
            token[0] = _live[i].Tokens[^1];
            batch.Adapter = _live[i].Prompt!.Adapter;
            if (_liveCount == 1 && Guess(_live[i]) is > 0 and var guessed) batch.AddCached([token[0], .. _live[i].Draft.AsSpan(0, guessed)], _live[i].Sequence);
            else batch.AddCached(token, _live[i].Sequence);
        }

        var read = Read(batch, sink);
        var texts = _readings.Count > 0;
        if (texts) ReadTexts(batch, sink);
        if (batch.Tokens == 0) return;
        _tape.Forward();
        if (texts) TakeTexts(sink);
        if (_liveCount > 0)
        {
            _head.Run(batch, _liveCount == 1 ? 1 + _live[0].Drafted : _liveCount);
            Passes = (Passes.Count + 1, Passes.Rows + _liveCount);
        }

        for (var i = 0; i < read; i++)
        {
            var prompt = _reading[i]!;
            prompt.Logits = _logits.TryPop(out var kept) ? kept : _model.Device.Allocate(_model.Configuration.VocabularySize);
            _head.Keep(batch.Segment(_liveCount + i).End - 1, prompt.Logits, prompt.Adapter);
            if (_prefixes.Limit > 0) _prefixes.Keep(prompt.Adapter, prompt.Request.Prompt, [], prompt.Sequence!);
            _ready.Enqueue(prompt);
            _reading[i] = null;
            _readySamples += prompt.Samples;
        }
    }

    private void ReadTexts(Batch batch, IDecodingSink sink) => _readings.Fill(batch, reading => Done(reading, sink));

    private void TakeTexts(IDecodingSink sink) => _readings.Take(reading => Done(reading, sink));

    private void Done(DecodingReading reading, IDecodingSink sink)
    {
        Reserve(-reading.MostPages);
        sink.Read(reading);
    }

    /// <summary>Puts waiting prompts into the batch.</summary>
    /// <returns>How many are read to their end with it.</returns>
    private int Read(Batch batch, IDecodingSink sink)
    {
        var read = 0;
        var wanted = _free.Count + Ahead - _readySamples;
        while (wanted > 0 && batch.Tokens < batch.TokenCapacity && read < MostPrompts && _waiting.TryPeek(out var prompt))
        {
            if (prompt.IsCancelled)
            {
                Dequeue(prompt);
                prompt.Sequence?.Clear();
                Abandon(prompt, sink);
                continue;
            }

            var tokens = prompt.Request.Prompt.AsSpan();
            if (prompt.Sequence is null)
            {
                prompt.Sequence = new CachedSequence(_cache);
                if (_prefixes.Limit > 0) prompt.Reused = _prefixes.Restore(prompt.Adapter, tokens[..^1], prompt.Sequence);
            }

            var rest = tokens[prompt.Sequence.Length..];
            var part = rest[..Math.Min(rest.Length, batch.TokenCapacity - batch.Tokens)];
            batch.Adapter = prompt.Adapter;
            batch.AddCached(part, prompt.Sequence);
            if (part.Length < rest.Length) break;
            Dequeue(prompt);
            _reading[read++] = prompt;
            wanted -= prompt.Samples;
        }

        return read;
    }

    private void Dequeue(DecodingPrompt prompt)
    {
        _waiting.Dequeue();
        _waitingSamples -= prompt.Samples;
    }
}
