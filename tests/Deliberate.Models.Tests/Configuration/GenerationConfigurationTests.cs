using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class GenerationConfigurationTests
{
    [Fact]
    public void What_is_saved_is_loaded_again()
    {
        using var folder = new TemporaryFolder();
        GenerationConfiguration.Load(folder.Path).ShouldBe(new GenerationConfiguration());
        var configuration = new GenerationConfiguration { DoSample = true, Temperature = 0.6, TopK = 20, TopP = 0.95, MinP = 0, TypicalP = 0.9, EpsilonCutoff = 1e-4, EtaCutoff = 2e-4, NoRepeatNgramSize = 3, RepetitionPenalty = 1.1, MaxNewTokens = 100, BosTokenId = 1, EosTokenIds = [2, 3], PadTokenId = 4 };
        configuration.Save(folder.Path);
        GenerationConfiguration.Load(folder.Path).ShouldBe(configuration);
        GenerationConfiguration.Load(SharedFolder.Path("fixtures", "models", "llama")).ShouldBe(new GenerationConfiguration { BosTokenId = 5, EosTokenIds = [2], PadTokenId = 6 });
    }

    [Theory]
    [InlineData("temperature", "-1")]
    [InlineData("top_p", "1.5")]
    [InlineData("top_p", "-0.1")]
    [InlineData("repetition_penalty", "0.0001")]
    [InlineData("max_new_tokens", "1.5")]
    [InlineData("top_k", "2.5")]
    [InlineData("eta_cutoff", "2")]
    [InlineData("do_sample", "\"yes\"")]
    public void A_value_out_of_range_names_the_field(string field, string value)
    {
        using var folder = new TemporaryFolder();
        folder.Write("generation_config.json", $$"""{"{{field}}":{{value}}}""");
        Should.Throw<UserError>(() => GenerationConfiguration.Load(folder.Path)).Field.ShouldBe(field);
    }

    [Theory]
    [InlineData("top_k", "-1")]
    [InlineData("top_k", "0")]
    [InlineData("top_p", "0")]
    [InlineData("top_p", "0.0")]
    [InlineData("top_p", "1")]
    [InlineData("typical_p", "0")]
    [InlineData("typical_p", "1.0")]
    [InlineData("min_p", "0")]
    [InlineData("epsilon_cutoff", "0.0")]
    [InlineData("eta_cutoff", "0")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("repetition_penalty", "1.0")]
    [InlineData("no_repeat_ngram_size", "-1")]
    [InlineData("max_new_tokens", "-1")]
    [InlineData("max_new_tokens", "0")]
    public void Every_spelling_of_off_leaves_the_distribution_as_it_is(string field, string value)
    {
        foreach (var said in new[] { value, "null" })
        {
            using var folder = new TemporaryFolder();
            folder.Write("generation_config.json", $$"""{"do_sample":true,"{{field}}":{{said}}}""");
            var configuration = GenerationConfiguration.Load(folder.Path);
            configuration.Reshaping.ShouldBeEmpty();
            var settings = GenerationSettings.Resolve(new GenerationOverrides(), configuration);
            settings.Sampling.Unfiltered.ShouldBeTrue();
            settings.Sampling.ShouldBe(new SamplingOptions());
            settings.MaxTokens.ShouldBeNull();
            // What is written again is spelled as every reader knows it.
            configuration.Save(folder.Path);
            File.ReadAllText(folder.File("generation_config.json")).ShouldNotContain("-1");
        }
    }

    [Fact]
    public void A_temperature_of_0_is_greedy() =>
        GenerationSettings.Resolve(new GenerationOverrides(), new GenerationConfiguration { Temperature = 0 }).Sampling.Temperature.ShouldBe(0);

    [Fact]
    public void What_reshapes_the_distribution_is_named()
    {
        new GenerationConfiguration().Reshaping.ShouldBeEmpty();
        new GenerationConfiguration { DoSample = true, Temperature = 1, TopK = 0, TopP = 1, MinP = 0, TypicalP = 1, EpsilonCutoff = 0, EtaCutoff = 0, RepetitionPenalty = 1, NoRepeatNgramSize = 0, MaxNewTokens = 5 }.Reshaping.ShouldBeEmpty();
        new GenerationConfiguration { DoSample = false, Temperature = 0.6, TopK = 20, TopP = 0.9, MinP = 0.1, TypicalP = 0.9, EpsilonCutoff = 0.1, EtaCutoff = 0.1, RepetitionPenalty = 1.1, NoRepeatNgramSize = 2 }.Reshaping
            .ShouldBe(["do_sample", "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "repetition_penalty", "no_repeat_ngram_size"]);
    }
}
