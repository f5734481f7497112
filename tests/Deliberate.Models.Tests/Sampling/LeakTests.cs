using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>What is disposed of is given back. Runs alone: the count is the whole process's.</summary>
[Collection(nameof(LeakTests))]
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class LeakTests
{
    [Fact]
    public void Models_samplers_and_generators_leave_nothing_behind()
    {
        var before = DeviceBuffer.LiveBytes;
        for (var round = 0; round < 2; round++)
        {
            using var device = Device.Cpu(2);
            using var opened = PretrainedModel.Open(FixtureModels.Folder("llama"));
            using var model = opened.LoadWeights(device, round == 0 ? null : WeightStorage.Q8_0);
            using var generator = new Generator(model, 100);
            generator.Generate([1, 2, 3], 30, new SamplingOptions(), new RandomStream(1, StreamStage.Test), []);
            using var sampler = new Sampler(model, 3, 100);
            sampler.Sample([new SampleRequest([1, 2], 20, [new RandomStream(1, StreamStage.Test), new RandomStream(2, StreamStage.Test)])], new SamplingOptions(), []);
            DeviceBuffer.LiveBytes.ShouldBeGreaterThan(before);
        }

        DeviceBuffer.LiveBytes.ShouldBe(before);
    }

    [Fact]
    public void Hosts_leave_nothing_behind_and_shares_of_a_model_cost_its_weights_once()
    {
        using var hosted = new HostedModel();
        var before = DeviceBuffer.LiveBytes;
        using (var model = hosted.Open())
        {
            var weights = DeviceBuffer.LiveBytes - before;
            using (var same = hosted.Open()) (DeviceBuffer.LiveBytes - before).ShouldBe(weights);
            model.Generate("a", new GenerateOptions { MaxTokens = 20 }).Tokens.ShouldNotBeEmpty();
            DeviceBuffer.LiveBytes.ShouldBeGreaterThan(before + weights);
        }

        DeviceBuffer.LiveBytes.ShouldBe(before);
    }
}
