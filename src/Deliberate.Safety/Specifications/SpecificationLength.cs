using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>How long spec(category) is for a model's tokenizer, and whether that leaves room in its context.</summary>
/// <param name="Category">Its id.</param>
/// <param name="Tokens">Of spec(category).</param>
internal sealed record SpecificationLength(string Category, int Tokens)
{
    public static IReadOnlyList<SpecificationLength> Of(Specification specification, Tokenizer tokenizer) =>
        [.. specification.Categories.Select(c => new SpecificationLength(c.Id, tokenizer.Encode(specification.For(c.Id)).Length))];

    /// <summary>Refuses a specification of which a category is longer than a number of tokens.</summary>
    /// <param name="specification">Which one.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="most">Tokens that spec(category) may have.</param>
    /// <param name="why">Where that number is from.</param>
    /// <exception cref="UserError">With the numbers.</exception>
    public static void Check(Specification specification, Tokenizer tokenizer, int most, string why)
    {
        foreach (var length in Of(specification, tokenizer))
        {
            if (length.Tokens <= most) continue;
            var place = specification.Category(length.Category).Place;
            throw new UserError(
                string.Create(CultureInfo.InvariantCulture, $"spec({length.Category}) has {length.Tokens} tokens, more than the {most} of {why}."), place.File.Length > 0 ? place.File : null, place.Line,
                advice: "Shorten the category or the summaries of the others, split it in two, or use a model with a longer context.");
        }
    }
}
