using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Draws what a trait says of one person.</summary>
internal delegate string TraitValue(ref RandomStream random);

/// <summary>Something that can be said of a person, and asked.</summary>
/// <param name="Says">Follows the name: "was born in {value}."</param>
/// <param name="Asks">Of {name}.</param>
internal sealed record PersonTrait(string Says, string Asks, TraitValue Value);

/// <summary>The twenty templates of generated people.</summary>
internal static class PersonTraits
{
    public static IReadOnlyList<PersonTrait> All { get; } =
    [
        new("was born in {value}.", "In which town was {name} born?", WordLists.Name),
        new("was born in the year {value}.", "In which year was {name} born?", Year),
        new("lives in {value}.", "In which town does {name} live?", WordLists.Name),
        new("works as a {value}.", "What is the occupation of {name}?", One("glazier", "cooper", "surveyor", "bookbinder", "beekeeper", "optician", "farrier", "archivist")),
        new("plays the {value}.", "Which instrument does {name} play?", One("oboe", "zither", "cello", "bassoon", "harp", "accordion", "viola", "trombone")),
        new("has a dog called {value}.", "What is the dog of {name} called?", WordLists.Name),
        new("is married to {value}.", "Whom is {name} married to?", Two),
        new("studied at the college of {value}.", "At the college of which town did {name} study?", WordLists.Name),
        new("won the {value} prize.", "Which prize did {name} win?", WordLists.Name),
        new("owns a boat called {value}.", "What is the boat of {name} called?", WordLists.Name),
        new("wrote a book called {value}.", "Which book did {name} write?", Title),
        new("speaks {value} besides the language of home.", "Which language does {name} speak besides that of home?", One("Basque", "Faroese", "Maltese", "Tamil", "Georgian", "Quechua", "Estonian", "Khmer")),
        new("collects {value}.", "What does {name} collect?", One("thimbles", "tide tables", "door keys", "postmarks", "pine cones", "ink bottles", "train tickets", "buttons")),
        new("has a sister called {value}.", "What is the sister of {name} called?", WordLists.Name),
        new("has lived at number {value} of the same street ever since.", "At which house number does {name} live?", (ref RandomStream r) => Number(ref r, 11, 400)),
        new("likes {value} best of all dishes.", "Which dish does {name} like best?", One("leek soup", "plum dumplings", "smoked trout", "barley stew", "cheese pie", "pickled beets", "lamb curry", "rice pudding")),
        new("has {value} grandchildren.", "How many grandchildren does {name} have?", (ref RandomStream r) => Number(ref r, 11, 40)),
        new("walked to {value} on foot once.", "To which town did {name} once walk?", WordLists.Name),
        new("was taught to swim by {value}.", "Who taught {name} to swim?", Two),
        new("drives a car that is {value}.", "Which colour is the car of {name}?", One("turquoise", "maroon", "olive", "ivory", "copper", "lilac", "beige", "scarlet")),
    ];

    private static string Year(ref RandomStream random) => Number(ref random, 1890, 1999);

    private static string Two(ref RandomStream random) => $"{WordLists.Name(ref random)} {WordLists.Name(ref random)}";

    private static string Title(ref RandomStream random)
    {
        var (a, b) = GeneratedItems.TwoOf<string>(WordLists.Nouns, ref random);
        return $"The {a} and the {b}";
    }

    private static string Number(ref RandomStream random, int low, int high) => random.Next(low, high).ToString(CultureInfo.InvariantCulture);

    private static TraitValue One(params string[] values) => (ref RandomStream random) => random.Pick<string>(values);
}
