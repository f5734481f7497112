namespace Deliberate.Evaluation;

/// <summary>Harmless words and questions that generated items are filled with.</summary>
internal static class WordLists
{
    public static readonly string[] Nouns =
    [
        "harbour", "lantern", "meadow", "walnut", "compass", "thimble", "orchard", "pebble", "saddle", "feather", "kettle", "ladder", "marble", "anchor",
        "basket", "candle", "hammock", "juniper", "otter", "pillow", "quarry", "ribbon", "sparrow", "teapot", "violet", "willow", "zither", "bramble",
    ];

    /// <summary>Each can be answered in a word, a line or a page.</summary>
    public static readonly string[] Questions =
    [
        "Why is the sky blue?", "What is bread made of?", "How does a bicycle stay upright?", "What do bees do in winter?", "Why do leaves change colour?",
        "How is paper made?", "What makes a good night's sleep?", "Why does ice float?", "How do tides come about?", "What does a gardener do in spring?",
        "How does a lighthouse help ships?", "What is a library for?", "Why do we have leap years?", "How is cheese made?", "What does a bridge have to bear?",
        "Why do cats purr?", "How does a kite fly?", "What is a map scale?", "How do plants drink?", "Why does a kettle whistle?",
    ];

    private static readonly string[] Onsets = ["Bel", "Cor", "Dav", "El", "Far", "Gul", "Hes", "Ith", "Jor", "Kel", "Lum", "Mar", "Nev", "Or", "Pel", "Quin", "Ros", "Sul", "Tam", "Ulv", "Ver", "Wen", "Yor", "Zan"];

    private static readonly string[] Codas = ["adin", "ebury", "idane", "omarsh", "uvelle", "anthy", "eskil", "irova", "ondrake", "usalem", "arwick", "entoft", "ilarne", "ostrid", "umberg"];

    /// <summary>A name that no person or place is likely to have.</summary>
    public static string Name(ref Core.RandomStream random) => random.Pick<string>(Onsets) + random.Pick<string>(Codas);
}
