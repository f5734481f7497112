using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>A small random model whose samples differ.</summary>
internal static class TinyModel
{
    public const int Vocabulary = 61;

    public static LanguageModel Make(Device device, ModelConfiguration? configuration = null)
    {
        var model = new LanguageModel(device, configuration ?? new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = 48,
            IntermediateSize = 72,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            HeadSize = 12,
            MaxPositions = 1024,
            TieWordEmbeddings = true,
        });
        model.Initialise(3);
        // Sharper than fresh weights, so that the samples differ in length and content.
        var embedding = new float[model.Parameters.Parameters[0].Length];
        model.Parameters.Values.Read(0, embedding);
        for (var i = 0; i < embedding.Length; i++) embedding[i] *= 12;
        model.Parameters.Values.Write(0, embedding);
        model.Pack(training: false);
        return model;
    }
}
