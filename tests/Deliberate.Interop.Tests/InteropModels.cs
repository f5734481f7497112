using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Interop.Tests;

/// <summary>The models that are handed to other programs: the shared tiny checkpoints, and some with random weights in the proportions that llama.cpp takes for granted.</summary>
internal static class InteropModels
{
    private const ulong Seed = 3;

    public static IReadOnlyList<string> Names { get; } =
    [
        "llama", "llama_bias_tied", "llama_rope_llama3", "llama_rope_linear", "llama_rope_yarn", "qwen2", "qwen3", "mistral_sliding", "gemma2_softcap", "gemma3", "olmo2", "random/smollm3_nope",
        "random/gemma2_softcap", "random/gemma3",
    ];

    /// <summary>The folder of a model; a random one is written below <paramref name="scratch"/>.</summary>
    public static string Folder(string name, string scratch)
    {
        var shared = SharedFolder.Path("fixtures", "models", name.Split('/')[^1]);
        if (!name.StartsWith("random/", StringComparison.Ordinal)) return shared;
        using var like = PretrainedModel.Open(shared);
        using var device = Device.Cpu(2);
        var layers = name.EndsWith("gemma3", StringComparison.Ordinal) ? 7 : 4;
        // Every fourth layer without rotation, every sixth or second one without a window.
        var configuration = like.Configuration with
        {
            LayerCount = layers,
            UnrotatedLayers = like.Configuration.UnrotatedLayers.Count > 0 ? [3] : [],
            SlidingLayers = like.Configuration.SlidingWindow is null ? [] : LayerTypes.ButEach(layers == 7 ? 6 : 2, layers),
            AttentionScale = null,
        };
        using var model = new LanguageModel(device, configuration);
        model.Initialise(Seed);
        Sharpen(model);
        var folder = Path.Combine(scratch, name.Replace('/', '-'));
        Directory.CreateDirectory(folder);
        ModelWriter.Write(folder, model, like.Text);
        return folder;
    }

    /// <summary>Larger weights, so that the most likely token is told apart from the next.</summary>
    private static void Sharpen(LanguageModel model)
    {
        foreach (var parameter in model.Parameters.Parameters.Where(p => !p.IsVector))
        {
            var values = new float[parameter.Length];
            model.Parameters.Values.Read(parameter.Offset, values);
            for (var i = 0; i < values.Length; i++) values[i] *= parameter.IsBlockMatrix ? 2 : 12;
            model.Parameters.Values.Write(parameter.Offset, values);
        }
    }
}
