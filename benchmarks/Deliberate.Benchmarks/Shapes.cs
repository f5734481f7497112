using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>The model shapes that the peers are timed with: Q (the quickstart's size), S and M, all with tied embeddings.</summary>
internal static class Shapes
{
    /// <param name="positions">Longest sequence.</param>
    public static ModelConfiguration Configuration(string name, int positions = 256)
    {
        var (vocabulary, hidden, layers, heads, inner) = name switch
        {
            "Q" => (128, 128, 4, 4, 384),
            "S" => (96, 192, 6, 6, 512),
            "M" => (4096, 384, 8, 6, 1024),
            _ => throw new ArgumentException($"There is no shape {name}: Q, S or M.", nameof(name)),
        };
        return new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = inner,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = heads,
            HeadSize = hidden / heads,
            NormEpsilon = 1e-5,
            MaxPositions = positions,
            TieWordEmbeddings = true,
        };
    }

    public static LanguageModel Model(string name, Device device, int positions = 256)
    {
        var model = new LanguageModel(device, Configuration(name, positions));
        model.Initialise(seed: 1);
        return model;
    }
}
