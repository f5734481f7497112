using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// Problems as tokens. For models of our own: a family's text encoded by its tokenizer, each completion closed by the end
/// token, the tags of the thought single tokens. For a model from elsewhere: the problem is the user's message of a
/// conversation where the model has a chat template, else plain text after whatever its tokenizer begins texts with.
/// </summary>
internal sealed class ProblemEncoder
{
    public const string EndToken = "<|end|>";

    /// <summary>
    /// Fills batches in other programs, which hide it from the loss. Not the end token, or that would never be learned there. Tokenizers of a
    /// family's closed alphabet have none.
    /// </summary>
    public const string PadToken = "<|pad|>";

    /// <param name="format">Of the model that will read the tokens.</param>
    public ProblemEncoder(TextFormat format)
    {
        Format = format;
        StopIds = [.. format.StopIds];
        if (StopIds.Length == 0) throw new UserError("the model names no token that ends a text.", field: "eos_token_id", advice: "Name it in the model's generation_config.json.");
    }

    public TextFormat Format { get; }

    public Tokenizer Tokenizer => Format.Tokenizer;

    /// <summary>Tokens that end a completion.</summary>
    public int[] StopIds { get; }

    /// <summary>The one that closes a completion to learn from.</summary>
    public int EndId => StopIds[0];

    /// <summary>The text format of a model of our own: texts end with <see cref="EndToken"/>, drawn at temperature 1 unless asked otherwise.</summary>
    public static TextFormat FormatFor(ITaskFamily family) => FormatOf(TrainTokenizer(family));

    /// <inheritdoc cref="FormatFor"/>
    public static TextFormat FormatOf(Tokenizer tokenizer)
    {
        var end = tokenizer.TokenToId(EndToken);
        int? pad = tokenizer.AddedTokens.Any(token => token.Content == PadToken) ? tokenizer.TokenToId(PadToken) : null;
        return new TextFormat(tokenizer)
        {
            SpecialTokens = pad is null ? [new("eos_token", EndToken)] : [new("eos_token", EndToken), new("pad_token", PadToken)],
            Generation = new GenerationConfiguration { DoSample = true, Temperature = 1, EosTokenIds = [end], PadTokenId = pad },
            StopIds = [end],
        };
    }

    /// <summary>A byte-level tokenizer over the family's alphabet: each digit alone, the tags and the end token special.</summary>
    public static Tokenizer TrainTokenizer(ITaskFamily family)
    {
        string[] special = [EndToken, ChainOfThought.OpeningTag, ChainOfThought.ClosingTag];
        // A closed alphabet of letters, and the family's words ("yes", "no", "left") as tokens of their own.
        var letters = string.Concat(family.Alphabet.Where(a => !special.Contains(a)));
        var words = family.Alphabet.Where(a => a.Length > 1 && !special.Contains(a)).SelectMany(w => Enumerable.Repeat(w, 100));
        var distinct = new string([.. letters.Distinct().Order()]);
        return BpeTrainer.Train(words, special.Length + distinct.Length + 64, special, new BpeTrainerOptions { PreTokenizer = "smollm", AllBytes = false, Alphabet = distinct, ShownTokens = ChainOfThought.Tags });
    }

    public int[] Prompt(Problem problem) => Tokens(PromptText(problem));

    /// <summary>What the model reads of a problem, as text.</summary>
    public string PromptText(Problem problem)
    {
        if (ProblemMessages.Of(problem) is not { } messages) return PromptText(problem.Prompt);
        return Format.ChatTemplate is null ? ProblemMessages.Plain(messages) : Format.Render(new ChatTemplateInput { Messages = messages, AddGenerationPrompt = true }, StoppedClock.Instance).Text;
    }

    /// <summary>A problem's text as the model reads it.</summary>
    public int[] Prompt(string problem) => Tokens(PromptText(problem));

    /// <summary>Completions to draw of a problem; strings of the format end them as its tokens do.</summary>
    public SampleRequest Request(Problem problem, int maxTokens, RandomStream[] streams) => new(Prompt(problem), maxTokens, streams) { Watch = AnswerReader.Watch(Format, ThoughtOpenedBy(problem)) };

    /// <summary>The tag that the prompt ends with where it opens the thought, which completions then begin within; empty where the model opens it itself.</summary>
    public string ThoughtOpenedBy(Problem problem) => ThinkingTags.OpenedBy(PromptText(problem))?.Open ?? "";

    /// <summary>Prompt, completion and end token; targets begin behind the prompt, and go on with the thought where that has opened it.</summary>
    public (int[] Tokens, int FirstTarget) Example(string prompt, string completion)
    {
        var text = PromptText(prompt);
        var head = Tokens(text);
        return ([.. head, .. Tokenizer.Encode(WrittenThought.Read(completion).Behind(text)), EndId], head.Length);
    }

    /// <summary>The text of sampled tokens, end token left out, the tags shown.</summary>
    public string Text(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > 0 && StopIds.Contains(tokens[^1])) tokens = tokens[..^1];
        return Tokenizer.Decode(tokens, skipSpecial: false);
    }

    /// <summary>A rendered conversation holds all special tokens that the model wants; plain text none.</summary>
    private int[] Tokens(string prompt) => Tokenizer.Encode(prompt, addSpecialTokens: Format.ChatTemplate is null);

    /// <summary>What the model reads, as text.</summary>
    public string PromptText(string prompt)
    {
        if (Format.ChatTemplate is null) return prompt;
        var input = new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(("user", prompt)), AddGenerationPrompt = true };
        return Format.Render(input, StoppedClock.Instance).Text;
    }
}
