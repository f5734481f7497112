using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>Adapters whose every number is random, so that nothing of them can be lost unnoticed.</summary>
internal static class RandomAdapter
{
    public static AdapterConfiguration Lora(int rank = 3) => new() { Rank = rank, Alpha = 6 };

    /// <summary>Fills an adapter: A as it begins, B and the rest around what it begins with.</summary>
    public static Adapter Make(LanguageModel model, AdapterConfiguration configuration, int seed)
    {
        var adapter = AdapterLayout.New(model, configuration, "test");
        AdapterLayout.Initialise(adapter, model, (ulong)seed);
        foreach (var parameter in adapter.Parameters.Parameters)
        {
            if (parameter.Name.EndsWith(AdapterNames.DownSuffix, StringComparison.Ordinal)) continue;
            var random = new RandomStream((ulong)seed, StreamStage.Test, problem: parameter.Offset);
            var values = new float[parameter.Length];
            adapter.Parameters.Values.Read(parameter.Offset, values);
            foreach (ref var value in values.AsSpan()) value += (float)(random.NextNormal() * 0.2);
            adapter.Parameters.Values.Write(parameter.Offset, values);
        }

        adapter.Pack(training: false);
        return adapter;
    }

    /// <summary>The same as a folder.</summary>
    public static string Write(string folder, string basePath, AdapterConfiguration configuration, int seed)
    {
        using var device = Device.Cpu(1);
        using var opened = PretrainedModel.Open(basePath);
        using var model = opened.LoadWeights(device);
        using var adapter = Make(model, configuration, seed);
        Directory.CreateDirectory(folder);
        AdapterWriter.Write(folder, adapter, configuration with { BaseModel = basePath }, ModelIdentity.WeightsOf(opened));
        return folder;
    }
}
