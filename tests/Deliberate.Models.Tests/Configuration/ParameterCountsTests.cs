using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class ParameterCountsTests
{
    [Fact]
    public void The_parts_add_up_to_what_the_checkpoints_hold()
    {
        var cases = 0;
        foreach (var folder in ModelConfigurationTests.Folders())
        {
            var configuration = ModelConfiguration.Load(folder);
            var counts = ParameterCounts.Of(configuration);
            counts.Total.ShouldBe(SharedFolder.Json("fixtures", "models", Path.GetFileName(folder), "golden.json").GetProperty("parameters").GetInt64());
            (counts.Embedding + (configuration.LayerCount * counts.Layer) + counts.Head + counts.FinalNorm).ShouldBe(counts.Total);
            (counts.Head == 0).ShouldBe(configuration.TieWordEmbeddings);
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} checkpoints");
    }

    [Fact]
    public void Stored_types_are_counted_with_their_bytes()
    {
        using var weights = GgufWeights.Open(FixtureModels.SmolLm2);
        StoredTensors.Of(weights).ShouldBe(
        [
            new StoredTensors(StoredType.Q4_1, 210, 106_168_320, 66_355_200), new StoredTensors(StoredType.Q8_0, 1, 28_311_552, 30_081_024), new StoredTensors(StoredType.F32, 61, 35_136, 140_544),
        ]);
    }
}
