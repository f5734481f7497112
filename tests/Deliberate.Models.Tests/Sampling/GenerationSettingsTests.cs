using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Models.Tests;

public sealed class GenerationSettingsTests
{
    [Fact]
    public void Each_field_is_the_users_or_the_models_or_neutral_and_says_which()
    {
        var model = new GenerationConfiguration { DoSample = true, Temperature = 0.6, TopK = 20, TopP = 0.95, RepetitionPenalty = 1.1, MaxNewTokens = 100 };
        var settings = GenerationSettings.Resolve(new GenerationOverrides { TopP = 0.5, TopK = 0, PresencePenalty = 0.25 }, model);
        settings.Sampling.ShouldBe(new SamplingOptions { Temperature = 0.6, TopP = 0.5, RepetitionPenalty = 1.1, PresencePenalty = 0.25 });
        settings.MaxTokens.ShouldBe(100);
        settings.Settings.ShouldBe(
        [
            new("temperature", 0.6, SettingSource.Model), new("top_p", 0.5, SettingSource.User), new("repetition_penalty", 1.1, SettingSource.Model),
            new("presence_penalty", 0.25, SettingSource.User), new("max_new_tokens", 100, SettingSource.Model),
        ]);
    }

    [Theory]
    [InlineData(null, null, null, null, GenerationSettings.UsualTemperature, "Default")]
    [InlineData(null, null, null, 0.9, 1.0, "Model")]
    [InlineData(true, null, null, null, 1.0, "Model")]
    [InlineData(true, 0.3, null, null, 0.3, "Model")]
    [InlineData(null, 0.3, null, null, 0.3, "Model")]
    [InlineData(false, 0.3, null, null, 0.0, "Model")]
    [InlineData(false, 0.3, 0.8, null, 0.8, "User")]
    [InlineData(true, 0.3, 0.0, null, 0.0, "User")]
    public void The_temperature_follows_what_is_said_of_sampling(bool? doSample, double? temperature, double? user, double? topP, double expected, string source)
    {
        var settings = GenerationSettings.Resolve(new GenerationOverrides { Temperature = user }, new GenerationConfiguration { DoSample = doSample, Temperature = temperature, TopP = topP });
        settings.Sampling.Temperature.ShouldBe(expected);
        settings.Settings[0].ShouldBe(new GenerationSetting("temperature", expected, Enum.Parse<SettingSource>(source)));
    }

    [Fact]
    public void A_user_switches_the_makers_filters_off_in_every_spelling()
    {
        var model = new GenerationConfiguration { Temperature = 0.6, TopK = 20, TopP = 0.95, TypicalP = 0.9 };
        foreach (var user in new[] { new GenerationOverrides { TopK = -1, TopP = 0, TypicalP = 0 }, new GenerationOverrides { TopK = 0, TopP = 1, TypicalP = 1 } })
        {
            var settings = GenerationSettings.Resolve(user, model);
            settings.Sampling.ShouldBe(new SamplingOptions { Temperature = 0.6 });
            settings.Settings.Select(s => s.Name).ShouldBe(["temperature"]);
        }
    }

    [Fact]
    public void A_value_out_of_range_is_refused_by_name() =>
        Should.Throw<UserError>(() => GenerationSettings.Resolve(new GenerationOverrides { MinP = 2 }, new GenerationConfiguration())).Field.ShouldBe("min_p");
}
