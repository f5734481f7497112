using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What the base can do besides: the category of a thing, decoding, sums modulo five; with exact answers, for capability data and tests.</summary>
internal static class WorldSkills
{
    public const string Kind = "kind", Decode = "decode", Sum = "sum";

    /// <summary>Of sums: small, for a table of ten by ten is not learned from so few examples.</summary>
    private const int Modulus = 5;

    public static WorldExample Draw(ref RandomStream random)
    {
        var (prompt, thought, answer) = Problem(ref random);
        return new WorldExample(prompt, WorldText.Completion(thought, $" {answer}"));
    }

    /// <summary>A problem with a worked thought and its answer.</summary>
    public static (string Prompt, IReadOnlyList<string> Thought, string Answer) Problem(ref RandomStream random)
    {
        var item = random.Pick<string>([.. WorldWords.CategoryOf.Keys]);
        var (code, category) = (WorldWords.CodeOf[item], WorldWords.CategoryOf[item]);
        switch (random.Next(4))
        {
            case 0:
                var isEncoded = random.NextBool(0.5);
                return ($"user {Kind} {(isEncoded ? $"{WorldWords.Code} {code}" : item)}", isEncoded ? [$" {code} {item}", $" {item} {category}"] : [$" {item} {category}"], category);
            case 1:
                return ($"user {Decode} {WorldWords.Code} {code}", [$" {code} {item}"], item);
            default:
                var terms = new int[3];
                for (var i = 0; i < terms.Length; i++) terms[i] = random.Next(Modulus);
                var (at, steps) = (terms[0], new List<string>());
                foreach (var term in terms[1..])
                {
                    steps.Add(string.Create(CultureInfo.InvariantCulture, $" {at} {term} {(at + term) % Modulus}"));
                    at = (at + term) % Modulus;
                }

                return ($"user {Sum} {string.Join(' ', terms)}", steps, at.ToString(CultureInfo.InvariantCulture));
        }
    }
}
