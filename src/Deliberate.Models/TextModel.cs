using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Tensors;
using AI = Microsoft.Extensions.AI;

namespace Deliberate.Models;

/// <summary>
/// A language model in memory, to generate text, to say how likely a text is, and to talk with: a Hugging Face folder, a
/// checkpoint of our own (<c>runs/NAME/checkpoints/final</c>), a <c>.gguf</c> or a <c>.safetensors</c> file. Many threads and many
/// callers may use it at once: what they ask for is drawn in one batch, and none waits for another to read what it got. The same
/// model, text, options and seed give the same tokens, whatever else is asked at the time and whatever the number of threads. Owns
/// native memory; the weights are shared with whoever else in the process opens the same files.
/// </summary>
public sealed class TextModel : IDisposable
{
    /// <summary>Longest stretch that <see cref="Score(IReadOnlyList{int}, CancellationToken)"/> reads at once.</summary>
    private const int MostScored = 2048;

    private readonly LoadedWeights _weights;
    private readonly PretrainedModel _opened;
    private readonly ModelHostOptions _hosting;
    private readonly Lock _lock = new();
    private readonly Adapter? _adapter;
    private readonly HashSet<Adapter> _adapters = [];
    private readonly HashSet<HeadWeights> _heads = [];
    private HostedText? _hosted;
    private bool _isDisposed;

    private TextModel(LoadedWeights weights, PretrainedModel opened, ModelHostOptions hosting)
    {
        (_weights, _opened, _hosting) = (weights, opened, hosting);
        _adapter = opened.Adapter?.Load(weights.Model);
        weights.Promised = () => _hosted?.Host.PromisedBytes ?? 0;
    }

    /// <summary>What the model calls itself, or its folder's name.</summary>
    public string Name => _opened.Name;

    /// <summary>Longest text that the model was made for, in tokens.</summary>
    public int Context => _opened.Configuration.MaxPositions;

    /// <summary>The model's own tokenizer.</summary>
    public Tokenizer Tokenizer => _opened.Text.Tokenizer;

    /// <summary>Whether it was trained on conversations, so that <see cref="StartChat"/> works.</summary>
    public bool CanChat => _opened.Text.ChatTemplate is not null;

    /// <summary>Which model it is: the same for every copy. Reads the weights' files where their hash is not known yet.</summary>
    /// <exception cref="UserError">The files are gone.</exception>
    public ModelIdentity Identity => ModelIdentity.Of(_opened);

    /// <summary>How the model's makers would have it sampled: what their generation_config.json says, else temperature 0.7.</summary>
    public SamplingOptions SuggestedSampling => GenerationSettings.Resolve(new GenerationOverrides(), _opened.Text.Generation).Sampling;

    /// <summary>How text goes into it and comes out of it.</summary>
    internal TextFormat Format => _opened.Text;

    /// <summary>For whoever guesses with it, and for what goes through no host: a search, which asks in rounds.</summary>
    internal LanguageModel Weights => _weights.Model;

    /// <summary>Where it was read from.</summary>
    internal string Location => _opened.Location;

    /// <summary>For requests that are more than a prompt: those that bring random numbers of their own.</summary>
    internal ModelHost Host => Hosted.Host;

    /// <summary>Bytes of keys and values; 0 before the first request.</summary>
    internal long CacheBytes => _hosted?.Host.CacheBytes ?? 0;

    /// <summary>Most bytes of keys and values; 0 before the first request.</summary>
    internal long CacheLimitBytes => _hosted?.Host.LimitBytes ?? 0;

    /// <summary>Bytes of keys and values that the shortest request takes: a page of its prompt, and one of its answer.</summary>
    internal long LeastCacheBytes => 2 * ModelHost.PageBytesOf(_weights.Model, _hosting.Cache);

    /// <summary>Reads a model into memory.</summary>
    /// <param name="path">A folder, or a .gguf or .safetensors file; or the folder of an adapter, for the model that it names with the adapter.</param>
    /// <param name="storage">How weights are held: F32 is exact, BF16 takes half, Q8_0 little more than a quarter.</param>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    /// <param name="hosting">How many callers are answered at once, and with how much memory; the defaults if left out.</param>
    /// <exception cref="UserError">There is no such model, it is damaged or of a kind that is not known, or the memory does not suffice.</exception>
    public static TextModel Open(string path, WeightStorage storage = WeightStorage.F32, int threads = 0, ModelHostOptions? hosting = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OpenWith(path, adapter: null, storage, threads, hosting);
    }

    /// <summary>The same with an adapter that is kept elsewhere.</summary>
    /// <param name="adapter">Its folder; null for the model as it is.</param>
    /// <param name="device">One of <see cref="GraphicsChoice.All"/>.</param>
    internal static TextModel OpenWith(string path, string? adapter, WeightStorage storage = WeightStorage.F32, int threads = 0, ModelHostOptions? hosting = null, string device = GraphicsChoice.Cpu)
    {
        hosting ??= new ModelHostOptions();
        hosting.Check();
        if (adapter is null && !PretrainedModel.IsAdapter(path))
        {
            var loaded = LoadedWeights.Open(path, storage, threads, device);
            return new TextModel(loaded, loaded.Opened, hosting);
        }

        var opened = PretrainedModel.OpenWith(path, adapter);
        LoadedWeights? weights = null;
        try
        {
            weights = LoadedWeights.Open(opened.BaseLocation, storage, threads, device);
            return new TextModel(weights, opened, hosting);
        }
        catch
        {
            weights?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a low-rank adapter, as PEFT saves one, into memory beside the model: requests that name it are answered by the model with
    /// it, in the same batch as all others.
    /// </summary>
    /// <param name="path">A folder with adapter_config.json and adapter_model.safetensors.</param>
    /// <exception cref="UserError">There is no such adapter, it is of a kind that is not known, or it is for another model: both hashes, or both shapes, are named.</exception>
    public ModelAdapter LoadAdapter(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = AdapterFile.Open(path);
        file.Check(_weights.Opened);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var weights = file.Load(_weights.Model);
            _adapters.Add(weights);
            return new ModelAdapter(this, file, weights);
        }
    }

    /// <summary>
    /// Reads the head of a reward model or classifier into memory beside the model, whose weights it must have but for the head: texts are
    /// then read with it (<see cref="ReadAsync"/>) in the same batch as others are written.
    /// </summary>
    /// <param name="path">The folder of a model that transformers calls <c>*ForTokenClassification</c> or <c>*ForSequenceClassification</c>.</param>
    /// <exception cref="UserError">There is none, or its other weights are not the model's.</exception>
    public ModelHead LoadHead(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var weights = ModelHead.Load(path, _weights.Opened, _weights.Model.Device);
            _heads.Add(weights);
            return new ModelHead(this, path, weights);
        }
    }

    /// <summary>What a head says of some tokens: of each of them, or, where it says something of texts, of the last alone.</summary>
    /// <param name="tokens">Ids of <see cref="Tokenizer"/>, at least one; nothing is put before them.</param>
    /// <param name="head">From <see cref="LoadHead"/>.</param>
    /// <param name="cancellationToken">Leaves it where it is.</param>
    /// <returns>[token][output], or one row of outputs.</returns>
    /// <exception cref="UserError">The text exceeds the model's context, or too many are waiting.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> ReadAsync(IReadOnlyList<int> tokens, ModelHead head, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(head);
        CheckTokens(tokens);
        if (tokens.Count == 0) throw new UserError("a text has no tokens.");
        int[] rows = head.IsOfTokens ? [.. Enumerable.Range(0, tokens.Count)] : [tokens.Count - 1];
        return await Hosted.Host.ReadAsync(new HeadText([.. tokens], rows), head.For(this), _adapter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The sum of a text's last hidden states, behind the model's last norm: of all its tokens or of the last alone. It is that of the text alone, bit
    /// for bit, whatever else is read or written at the time.
    /// </summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="lastOnly">Of the last token instead of all.</param>
    /// <returns>[hidden].</returns>
    internal async Task<double[]> HiddenSumAsync(int[] tokens, bool lastOnly, CancellationToken cancellation)
    {
        CheckTokens(tokens);
        int[] rows = lastOnly ? [tokens.Length - 1] : [.. Enumerable.Range(0, tokens.Length)];
        return (await Hosted.Host.ReadAsync(new HeadText(tokens, rows), head: null, _adapter, cancellation).ConfigureAwait(false))[0];
    }

    /// <summary>Which model it is with an adapter: another for every other adapter.</summary>
    public ModelIdentity IdentityWith(ModelAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return ModelIdentity.Of(_weights.Opened) with { Adapter = adapter.Hash };
    }

    /// <summary>Continues a text, and waits for it.</summary>
    /// <param name="prompt">What the model reads; special tokens that stand in it are taken for tokens.</param>
    /// <param name="options">Budget, sampling and seed; the defaults if left out.</param>
    /// <param name="watch">Given each piece of text as it becomes known, on the caller's thread.</param>
    /// <param name="cancellationToken">Ends the text where it is.</param>
    /// <exception cref="UserError">Prompt and budget exceed the model's context, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TextCompletion Generate(string prompt, GenerateOptions? options = null, Action<string>? watch = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var request = Hosted.Continue(prompt, Encode(prompt), options ?? new GenerateOptions(), 0, streams: watch is not null, cancellationToken);
        try
        {
            while (watch is not null && request.Events.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            {
                while (request.Events.TryRead(out var happened))
                    foreach (var piece in happened.Pieces) watch(piece.Text);
            }

            return CompletionOf(request.Result.GetAwaiter().GetResult());
        }
        finally
        {
            // Where the watch threw.
            if (!request.Result.IsCompleted) Hosted.Host.Cancel(request, cancellationToken);
        }
    }

    /// <summary>Continues a text. Any number of calls may be under way at once.</summary>
    /// <inheritdoc cref="Generate"/>
    public async Task<TextCompletion> GenerateAsync(string prompt, GenerateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return CompletionOf(await Hosted.Continue(prompt, Encode(prompt), options ?? new GenerateOptions(), 0, streams: false, cancellationToken).Result.ConfigureAwait(false));
    }

    /// <summary>
    /// Continues a text several times: it is read once, and each sample draws random numbers of its own, the first those that it would draw
    /// alone.
    /// </summary>
    /// <param name="prompt">What the model reads; special tokens that stand in it are taken for tokens.</param>
    /// <param name="samples">How many, at least one.</param>
    /// <param name="options">Budget, sampling and seed; the defaults if left out.</param>
    /// <param name="cancellationToken">Ends all of them where they are.</param>
    /// <exception cref="UserError">Prompt and budget exceed the model's context, the samples together what may be held of keys and values, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<TextCompletion>> SampleAsync(string prompt, int samples, GenerateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var requests = Hosted.ContinueOften(prompt, Encode(prompt), options ?? new GenerateOptions(), samples, cancellationToken);
        return [.. (await Task.WhenAll(requests.Select(r => r.Result)).ConfigureAwait(false)).Select(CompletionOf)];
    }

    /// <summary>
    /// Continues several texts, as many at once as the host has slots: each draws random numbers of its own, the first those that it
    /// would draw alone. However many they are, they take no more of the queue than they can use.
    /// </summary>
    /// <returns>In the order of the prompts.</returns>
    /// <inheritdoc cref="Generate"/>
    public async Task<IReadOnlyList<TextCompletion>> GenerateAsync(IReadOnlyList<string> prompts, GenerateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        // One waits for the slot that is free next, where any may wait.
        var atOnce = _hosting.Slots + Math.Min(1, _hosting.QueueLimit);
        var results = await Hosted.ContinueAllAsync(prompts, [.. prompts.Select(Encode)], options ?? new GenerateOptions(), atOnce, cancellationToken).ConfigureAwait(false);
        return [.. results.Select(CompletionOf)];
    }

    /// <summary>Continues a text, piece by piece as it becomes known. A reader that stops early ends it; one that is slow keeps nobody else waiting.</summary>
    /// <inheritdoc cref="Generate"/>
    public async IAsyncEnumerable<string> StreamAsync(string prompt, GenerateOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var request = Hosted.Continue(prompt, Encode(prompt), options ?? new GenerateOptions(), 0, streams: true, cancellationToken);
        await foreach (var happened in Hosted.Events(request, cancellationToken).ConfigureAwait(false))
            foreach (var piece in happened.Pieces) yield return piece.Text;
    }

    /// <summary>Continues tokens by tokens, the one that ends them included.</summary>
    /// <param name="prompt">Ids of <see cref="Tokenizer"/>; nothing is put before them.</param>
    /// <param name="options">Budget, sampling and seed; the defaults if left out.</param>
    /// <param name="cancellationToken">Ends them where they are.</param>
    /// <exception cref="UserError">Prompt and budget exceed the model's context, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async IAsyncEnumerable<GeneratedToken> StreamTokensAsync(IReadOnlyList<int> prompt, GenerateOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        CheckTokens(prompt);
        int[] tokens = [.. prompt];
        var request = Hosted.Continue(Tokenizer.Decode(tokens, skipSpecial: false), tokens, options ?? new GenerateOptions(), 0, streams: true, cancellationToken);
        await foreach (var happened in Hosted.Events(request, cancellationToken).ConfigureAwait(false))
            if (happened.Token is { } token) yield return token;
    }

    /// <summary>
    /// The model as a chat client of Microsoft.Extensions.AI: the chain of thought is reasoning content, its tokens are counted in the
    /// usage. Temperature, top-p, top-k, penalties, seed, stop sequences and budget are honoured; what is left out is as the model's
    /// makers suggest. The client does not own the model.
    /// </summary>
    /// <param name="adapter">What the model answers with; null for the model as it was opened.</param>
    /// <exception cref="UserError">The model was not trained on conversations.</exception>
    public AI.IChatClient AsChatClient(ModelAdapter? adapter = null)
    {
        if (!CanChat) throw new UserError("the model has no chat template: it was not trained on conversations.", _opened.Location, advice: "Let it continue texts: Generate, GenerateAsync, StreamAsync.");
        return new ModelChatClient(this, _opened.Text, () => Hosted, adapter);
    }

    /// <summary>How likely each token of a text is, given those before it.</summary>
    /// <param name="text">Special tokens that stand in it are taken for tokens.</param>
    /// <param name="cancellationToken">Stops between stretches of the text.</param>
    /// <returns>One score a token. The first token of a text has no probability where the model's tokenizer puts nothing before it.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<TokenScore> Score(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Score(Tokenizer.Encode(text), cancellationToken);
    }

    /// <summary>How likely each of some tokens is, given those before it; what the tokenizer begins texts with is put before them.</summary>
    /// <param name="tokens">Ids of <see cref="Tokenizer"/>; texts longer than the context are read in windows that overlap by half.</param>
    /// <param name="cancellationToken">Stops between stretches of the text.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<TokenScore> Score(IReadOnlyList<int> tokens, CancellationToken cancellationToken = default) => Score(tokens, _adapter, cancellationToken);

    /// <summary>How likely each token of a text is with an adapter.</summary>
    /// <inheritdoc cref="Score(string, CancellationToken)"/>
    public IReadOnlyList<TokenScore> Score(string text, ModelAdapter adapter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(adapter);
        return Score(Tokenizer.Encode(text), adapter.For(this), cancellationToken);
    }

    private IReadOnlyList<TokenScore> Score(IReadOnlyList<int> tokens, Adapter? adapter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        CheckTokens(tokens);
        return TextScorer.ScoresOf(_weights.Model, _opened.Text, [.. tokens], Math.Min(Context, MostScored), adapter, cancellationToken);
    }

    /// <summary>Begins a conversation. Dispose it before the model.</summary>
    /// <exception cref="UserError">The model was not trained on conversations, or the context is longer than it was made for.</exception>
    public ChatSession StartChat(ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Context < 1 || options.Context > Context) throw new UserError($"must be from 1 to {Context}, the longest text that the model was made for.", field: "context");
        return new ChatSession(_weights.Model, _opened.Text, options, adapter: AdapterOf(options.Adapter));
    }

    /// <summary>Fails what is under way, and frees the model's memory unless others in the process have opened it too.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        _hosted?.Host.Dispose();
        foreach (var adapter in _adapters) adapter.Dispose();
        foreach (var head in _heads) head.Dispose();
        _adapter?.Dispose();
        if (_opened.Adapter is not null) _opened.Dispose();
        _weights.Dispose();
    }

    /// <summary>Frees an adapter as soon as no request needs it.</summary>
    internal void Forget(Adapter adapter)
    {
        lock (_lock)
        {
            // Gone with the model.
            if (!_adapters.Remove(adapter) || _isDisposed) return;
            if (_hosted is { } hosted) hosted.Host.Forget(adapter);
            else adapter.Dispose();
        }
    }

    /// <summary>Frees a head as soon as no text needs it.</summary>
    internal void Forget(HeadWeights head)
    {
        lock (_lock)
        {
            // Gone with the model.
            if (!_heads.Remove(head) || _isDisposed) return;
            if (_hosted is { } hosted) hosted.Host.Forget(head);
            else head.Dispose();
        }
    }

    /// <summary>Made with the first request: a model that is only scored needs none.</summary>
    internal HostedText Hosted
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return _hosted ??= new HostedText(_opened.Text, new ModelHost(_weights.Model, Context, _hosting, Speculation.DrafterOf(_hosting.Speculation, _weights.Model, Tokenizer, Context)), Context, () => SuggestedSampling, AdapterOf);
            }
        }
    }

    /// <summary>What requests that name no adapter are read with; null for the base alone.</summary>
    internal Adapter? AdapterOf(ModelAdapter? adapter = null) => adapter?.For(this) ?? _adapter;

    private static TextCompletion CompletionOf(HostResult result) => new(result.Text, result.Tokens, result.FinishReason, result.Usage);

    private int[] Encode(string prompt) => Tokenizer.Encode(prompt, addSpecialTokens: true);

    private void CheckTokens(IReadOnlyList<int> tokens)
    {
        foreach (var id in tokens)
            if (Tokenizer.IdToToken(id) is null) throw new ArgumentException($"{id} is no token of the model.", nameof(tokens));
    }
}
