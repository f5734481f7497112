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
    [InlineData("top_p", "0")]
    [InlineData("top_p", "1.5")]
    [InlineData("top_k", "2.5")]
    [InlineData("typical_p", "0")]
    [InlineData("eta_cutoff", "2")]
    [InlineData("no_repeat_ngram_size", "-1")]
    [InlineData("do_sample", "\"yes\"")]
    public void A_value_out_of_range_names_the_field(string field, string value)
    {
        using var folder = new TemporaryFolder();
        folder.Write("generation_config.json", $$"""{"{{field}}":{{value}}}""");
        Should.Throw<UserError>(() => GenerationConfiguration.Load(folder.Path)).Field.ShouldBe(field);
    }

    [Fact]
    public void What_reshapes_the_distribution_is_named()
    {
        new GenerationConfiguration().Reshaping.ShouldBeEmpty();
        new GenerationConfiguration { DoSample = true, Temperature = 1, TopK = 0, TopP = 1, MinP = 0, TypicalP = 1, EpsilonCutoff = 0, EtaCutoff = 0, RepetitionPenalty = 1, NoRepeatNgramSize = 0, MaxNewTokens = 5 }.Reshaping.ShouldBeEmpty();
        new GenerationConfiguration { DoSample = false, Temperature = 0.6, TopK = 20, TopP = 0.9, MinP = 0.1, TypicalP = 0.9, EpsilonCutoff = 0.1, EtaCutoff = 0.1, RepetitionPenalty = 1.1, NoRepeatNgramSize = 2 }.Reshaping
            .ShouldBe(["do_sample", "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "repetition_penalty", "no_repeat_ngram_size"]);
    }
}
