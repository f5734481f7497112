using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>The model shapes that the peers are timed with: Q (the quickstart's size), S and M, and those of SmolLM2, all with tied embeddings.</summary>
internal static class Shapes
{
    /// <param name="positions">Longest sequence.</param>
    public static ModelConfiguration Configuration(string name, int positions = 256)
    {
        if (name.EndsWith('M') && name.Length > 1) return SmolLm2(name, positions);
        var (vocabulary, hidden, layers, heads, inner) = name switch
        {
            "Q" => (128, 128, 4, 4, 384),
            "S" => (96, 192, 6, 6, 512),
            "M" => (4096, 384, 8, 6, 1024),
            _ => throw new ArgumentException($"There is no shape {name}: Q, S, M, 135M or 360M.", nameof(name)),
        };
        return Of(vocabulary, hidden, inner, layers, heads, heads, positions);
    }

    /// <param name="name">135M, 360M or 1.7B.</param>
    /// <param name="positions">Longest sequence.</param>
    public static ModelConfiguration SmolLm2(string name, int positions)
    {
        const int Vocabulary = 49152;
        return name switch
        {
            "135M" => Of(Vocabulary, 576, 1536, 30, 9, 3, positions),
            "360M" => Of(Vocabulary, 960, 2560, 32, 15, 5, positions),
            "1.7B" => Of(Vocabulary, 2048, 8192, 24, 32, 32, positions),
            _ => throw new ArgumentException($"There is no shape {name}: 135M, 360M or 1.7B, those of SmolLM2.", nameof(name)),
        };
    }

    public static LanguageModel Model(string name, Device device, int positions = 256)
    {
        var model = new LanguageModel(device, Configuration(name, positions));
        model.Initialise(seed: 1);
        return model;
    }

    private static ModelConfiguration Of(int vocabulary, int hidden, int inner, int layers, int heads, int keyHeads, int positions) => new()
    {
        Architecture = "llama",
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        IntermediateSize = inner,
        LayerCount = layers,
        HeadCount = heads,
        KeyValueHeadCount = keyHeads,
        HeadSize = hidden / heads,
        NormEpsilon = 1e-5,
        MaxPositions = positions,
        TieWordEmbeddings = true,
    };
}
