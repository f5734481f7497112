using Deliberate.Models.Tests;
using Deliberate.Tensors;

[assembly: AssemblyFixture(typeof(SmolLm2))]

namespace Deliberate.Models.Tests;

/// <summary>
/// A real model of 135 million parameters, loaded once for all tests, when the first one asks for it. A device belongs to one
/// thread at a time: classes that use it are of the collection <see cref="Collection"/>, whose tests run one after another.
/// </summary>
public sealed class SmolLm2 : IDisposable
{
    public const string Collection = "SmolLM2";

    private readonly Lazy<(Device Device, LanguageModel Model, TextFormat Text)> _loaded = new(() =>
    {
        using var opened = PretrainedModel.Open(FixtureModels.SmolLm2);
        var device = Device.Cpu(2);
        return (device, opened.LoadWeights(device, WeightStorage.F32), opened.Text);
    });

    internal LanguageModel Model => _loaded.Value.Model;

    internal TextFormat Text => _loaded.Value.Text;

    public void Dispose()
    {
        if (!_loaded.IsValueCreated) return;
        _loaded.Value.Model.Dispose();
        _loaded.Value.Device.Dispose();
    }
}
