using System.Text.Json;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>An adapter that PEFT saved over one of the tiny checkpoints, with its golden values.</summary>
internal sealed class AdapterFixture : IDisposable
{
    public AdapterFixture(string name, Device device, bool merged = false, WeightStorage? storage = null)
    {
        Folder = SharedFolder.Path("fixtures", "lora", name);
        Golden = SharedFolder.Json("fixtures", "lora", name, "golden.json");
        Tensors = WeightSource.Open(Path.Combine(Folder, "golden.safetensors"));
        BasePath = SharedFolder.Path("fixtures", Golden.GetProperty("base").GetString()!);
        Opened = PretrainedModel.OpenWith(BasePath, Folder);
        if (merged)
        {
            var source = new MergedTensors(Opened, Opened.Adapter!);
            Model = new LanguageModel(device, source.Configuration);
            Model.Load(source);
            Model.Pack(training: false);
        }
        else
        {
            Model = Opened.LoadWeights(device, storage);
        }
    }

    public string Folder { get; }

    public string BasePath { get; }

    public JsonElement Golden { get; }

    public ITensorSource Tensors { get; }

    public PretrainedModel Opened { get; }

    public LanguageModel Model { get; }

    public static string[] Names() => SharedFolder.Root is null ? ["llama"] : [.. Directory.GetDirectories(Path.Combine(SharedFolder.Root, "fixtures", "lora")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public int[] Ids(string name) => [.. Golden.GetProperty("sequences").GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    public double[] Values(string name)
    {
        var values = new double[Tensors.Info(name).Count];
        Tensors.ReadDouble(name, values);
        return values;
    }

    public void Dispose()
    {
        Model.Dispose();
        Opened.Dispose();
        Tensors.Dispose();
    }
}
