using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// Best-of-N's random damage: the inner letters of some words shuffled, some letters in the other case, some moved to a neighbour in
/// ASCII, each with the probabilities that were published (arXiv 2412.03556: .6, .6, .06). One variant is one try; how often one of N
/// comes through is the attack.
/// </summary>
internal sealed class NoiseTransform : IPromptTransform
{
    private const double Shuffled = 0.6, Capital = 0.6, Moved = 0.06;
    private const int ShortestShuffled = 4;

    public string Name => "noise";

    public string About => "random case, shuffled and slightly wrong letters: one try of best-of-N";

    public TransformKind Kind => TransformKind.Noise;

    public string Source => "best-of-N jailbreaking, arXiv 2412.03556";

    public bool IsRandom => true;

    public RequestKept Keeps => RequestKept.Nothing;

    public IReadOnlyList<ChatMessage> Apply(string request, ref RandomStream random)
    {
        var stream = random;
        var text = Words.Each(request, word => Shuffle(word, ref stream)).ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i])) continue;
            if (stream.NextBool(Capital)) text[i] = char.IsAsciiLetterUpper(text[i]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]);
            if (stream.NextBool(Moved)) text[i] = (char)(text[i] + (stream.NextBool(0.5) ? 1 : -1));
        }

        random = stream;
        return [new("user", new string(text))];
    }

    public string? Recover(IReadOnlyList<ChatMessage> turns) => null;

    /// <summary>First and last letter stay.</summary>
    private static string Shuffle(string word, ref RandomStream random)
    {
        if (word.Length < ShortestShuffled || !random.NextBool(Shuffled)) return word;
        var letters = word.ToCharArray();
        random.Shuffle(letters.AsSpan(1, letters.Length - 2));
        return new string(letters);
    }
}
