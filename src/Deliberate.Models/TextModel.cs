using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A language model in memory, to generate text, to say how likely a text is, and to talk with: a Hugging Face folder, a
/// checkpoint of our own (<c>runs/NAME/checkpoints/final</c>), a <c>.gguf</c> or a <c>.safetensors</c> file. The same model, text
/// and seed give the same tokens, whatever the number of threads. Stays on one thread at a time; owns native memory.
/// </summary>
public sealed class TextModel : IDisposable
{
    /// <summary>Longest stretch that <see cref="Score(IReadOnlyList{int}, CancellationToken)"/> reads at once.</summary>
    private const int MostScored = 2048;

    private readonly PretrainedModel _opened;
    private readonly Device _device;
    private readonly LanguageModel _model;

    private TextModel(PretrainedModel opened, Device device, LanguageModel model) => (_opened, _device, _model) = (opened, device, model);

    /// <summary>What the model calls itself, or its folder's name.</summary>
    public string Name => _opened.Name;

    /// <summary>Longest text that the model was made for, in tokens.</summary>
    public int Context => _opened.Configuration.MaxPositions;

    /// <summary>The model's own tokenizer.</summary>
    public Tokenizer Tokenizer => _opened.Text.Tokenizer;

    /// <summary>Whether it was trained on conversations, so that <see cref="StartChat"/> works.</summary>
    public bool CanChat => _opened.Text.ChatTemplate is not null;

    /// <summary>How the model's makers would have it sampled: what their generation_config.json says, else temperature 0.7.</summary>
    public SamplingOptions SuggestedSampling => GenerationSettings.Resolve(new GenerationOverrides(), _opened.Text.Generation).Sampling;

    /// <summary>Reads a model into memory.</summary>
    /// <param name="path">A folder, or a .gguf or .safetensors file.</param>
    /// <param name="storage">How weights are held: F32 is exact, BF16 takes half, Q8_0 little more than a quarter.</param>
    /// <param name="threads">Worker threads, 0 for one a core; no result depends on it.</param>
    /// <exception cref="UserError">There is no such model, it is damaged or of a kind that is not known, or the memory does not suffice.</exception>
    public static TextModel Open(string path, WeightStorage storage = WeightStorage.F32, int threads = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var opened = PretrainedModel.Open(path);
        Device? device = null;
        try
        {
            device = Device.Cpu(threads);
            return new TextModel(opened, device, opened.LoadWeights(device, storage));
        }
        catch
        {
            device?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">What the model reads; special tokens that stand in it are taken for tokens.</param>
    /// <param name="options">Budget, sampling and seed; the defaults if left out.</param>
    /// <param name="watch">Given each piece of text as it becomes known.</param>
    /// <param name="cancellationToken">Ends the text where it is; what there is of it is returned.</param>
    /// <exception cref="UserError">Prompt and budget exceed the model's context, or an option is out of range.</exception>
    public TextCompletion Generate(string prompt, GenerateOptions? options = null, Action<string>? watch = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerateOptions();
        if (options.MaxTokens < 1) throw new UserError("must be at least 1.", field: "max_tokens");
        var format = _opened.Text;
        var tokens = format.Tokenizer.Encode(prompt, addSpecialTokens: true);
        var positions = (long)tokens.Length + options.MaxTokens;
        if (positions > Context)
            throw new UserError($"a prompt of {tokens.Length} tokens and a budget of {options.MaxTokens} exceed the model's context of {Context}.", field: "max_tokens", advice: "Lower the budget, or shorten the prompt.");
        using var generator = new Generator(_model, (int)positions);
        var decoder = format.Tokenizer.StreamDecoder(skipSpecial: false);
        var generated = generator.Generate(
            tokens, options.MaxTokens, options.Sampling ?? SuggestedSampling, new RandomStream(options.Seed, StreamStage.Sampling), [.. format.StopIds],
            watch is null ? null : token =>
            {
                Show(format.StopIds.Contains(token) ? "" : decoder.Push(token));
                return false;
            },
            cancellationToken);
        if (watch is not null) Show(decoder.Finish());
        var said = generated.FinishReason == FinishReason.Stop ? generated.Tokens.AsSpan(..^1) : generated.Tokens;
        return new TextCompletion(format.Tokenizer.Decode(said, skipSpecial: false), generated.Tokens, generated.FinishReason);

        void Show(string piece)
        {
            if (piece.Length > 0) watch(piece);
        }
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
    public IReadOnlyList<TokenScore> Score(IReadOnlyList<int> tokens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (var id in tokens)
            if (Tokenizer.IdToToken(id) is null) throw new ArgumentException($"{id} is no token of the model.", nameof(tokens));
        int[] ids = [.. tokens], begin = [.. Tokenizer.Encode("", addSpecialTokens: true).Where(id => !_opened.Text.StopIds.Contains(id))];
        var context = Math.Min(Context, MostScored);
        if (ids.Length == 0) return [];
        using var scorer = new TextScorer(_model, begin, context, Math.Min(context / 2, TextScorer.MostStride(begin, context)));
        var scores = scorer.Score([ids], cancellation: cancellationToken)[0];
        return [.. ids.Select((id, i) => new TokenScore(id, Tokenizer.Decode([id], skipSpecial: false), float.IsNaN(scores[i]) ? null : scores[i]))];
    }

    /// <summary>Begins a conversation. Dispose it before the model.</summary>
    /// <exception cref="UserError">The model was not trained on conversations, or the context is longer than it was made for.</exception>
    public ChatSession StartChat(ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Context < 1 || options.Context > Context) throw new UserError($"must be from 1 to {Context}, the longest text that the model was made for.", field: "context");
        return new ChatSession(_model, _opened.Text, options);
    }

    /// <summary>Frees the model's memory.</summary>
    public void Dispose()
    {
        _model.Dispose();
        _opened.Dispose();
        _device.Dispose();
    }
}
