using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Problems as tokens: a family's text encoded by its tokenizer, each completion closed by the end token. The tags of the
/// thought are single tokens.
/// </summary>
internal sealed class ProblemEncoder(Tokenizer tokenizer)
{
    public const string EndToken = "<|end|>";

    public Tokenizer Tokenizer { get; } = tokenizer;

    public int EndId { get; } = tokenizer.TokenToId(EndToken) is var id && id >= 0 ? id : throw new UserError($"the tokenizer has no {EndToken} token.", field: "tokenizer");

    /// <summary>A byte-level tokenizer over the family's alphabet: each digit alone, the tags and the end token special.</summary>
    public static Tokenizer TrainTokenizer(ITaskFamily family)
    {
        string[] special = [EndToken, ChainOfThought.OpeningTag, ChainOfThought.ClosingTag];
        // A closed alphabet of letters, and the family's words ("yes", "no", "left") as tokens of their own.
        var letters = string.Concat(family.Alphabet.Where(a => !special.Contains(a)));
        var words = family.Alphabet.Where(a => a.Length > 1 && !special.Contains(a)).SelectMany(w => Enumerable.Repeat(w, 100));
        var distinct = new string([.. letters.Distinct().Order()]);
        return BpeTrainer.Train(words, special.Length + distinct.Length + 64, special, new BpeTrainerOptions { PreTokenizer = "smollm", AllBytes = false, Alphabet = distinct });
    }

    public int[] Prompt(Problem problem) => Tokenizer.Encode(problem.Prompt);

    /// <summary>Prompt, completion and end token; targets begin behind the prompt.</summary>
    public (int[] Tokens, int FirstTarget) Example(string prompt, string completion)
    {
        var head = Tokenizer.Encode(prompt);
        return ([.. head, .. Tokenizer.Encode(completion), EndId], head.Length);
    }

    /// <summary>The text of sampled tokens, end token left out, the tags shown.</summary>
    public string Text(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > 0 && tokens[^1] == EndId) tokens = tokens[..^1];
        return Tokenizer.Decode(tokens, skipSpecial: false);
    }
}
