using System.Globalization;

namespace Deliberate.Models;

/// <summary>Who said how a setting is to be.</summary>
internal enum SettingSource
{
    /// <summary>Nobody: the program's own choice.</summary>
    Default,

    /// <summary>The model's generation_config.json.</summary>
    Model,

    /// <summary>The user.</summary>
    User,
}

/// <summary>One setting in force, by its name in generation_config.json.</summary>
internal sealed record GenerationSetting(string Name, double Value, SettingSource Source)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Value}");
}

/// <summary>What a user asks for; null leaves it to the model's makers.</summary>
internal sealed record GenerationOverrides
{
    public double? Temperature { get; init; }

    public int? TopK { get; init; }

    public double? TopP { get; init; }

    public double? MinP { get; init; }

    public double? TypicalP { get; init; }

    public double? EpsilonCutoff { get; init; }

    public double? EtaCutoff { get; init; }

    public double? RepetitionPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    public int? NoRepeatNgramSize { get; init; }

    public int? MaxTokens { get; init; }
}

/// <summary>
/// How text is generated where people talk to a model: field by field what the user asks for, else what the model's
/// generation_config.json says, else a neutral value. Where neither says anything of sampling the temperature is
/// <see cref="UsualTemperature"/>; <c>do_sample: false</c> in the file means temperature 0, and a file that only says
/// <c>do_sample: true</c> means 1, as in transformers. Never used in reinforcement learning.
/// </summary>
/// <param name="MaxTokens">Budget of an answer; null where only the context limits it.</param>
/// <param name="Settings">Those in force that are not neutral, and the temperature, each with who said so.</param>
internal sealed record GenerationSettings(SamplingOptions Sampling, int? MaxTokens, IReadOnlyList<GenerationSetting> Settings)
{
    /// <summary>Cooler than the model's own distribution, from which small models wander off.</summary>
    public const double UsualTemperature = 0.7;

    public static GenerationSettings Resolve(GenerationOverrides user, GenerationConfiguration model)
    {
        var settings = new List<GenerationSetting>();
        var modelTemperature = model.DoSample == false ? 0 : model.Temperature;
        if (modelTemperature is null && (model.DoSample == true || model.Reshaping.Count > 0)) modelTemperature = 1;
        var sampling = new SamplingOptions
        {
            Temperature = Choose("temperature", user.Temperature, modelTemperature, UsualTemperature, neutral: double.NaN),
            TopK = (int)Choose("top_k", NeutralSettings.NoneBelow0(user.TopK), model.TopK, 0),
            TopP = Choose("top_p", NeutralSettings.OneFor0(user.TopP), model.TopP, 1),
            MinP = Choose("min_p", user.MinP, model.MinP, 0),
            TypicalP = Choose("typical_p", NeutralSettings.OneFor0(user.TypicalP), model.TypicalP, 1),
            EpsilonCutoff = Choose("epsilon_cutoff", user.EpsilonCutoff, model.EpsilonCutoff, 0),
            EtaCutoff = Choose("eta_cutoff", user.EtaCutoff, model.EtaCutoff, 0),
            RepetitionPenalty = Choose("repetition_penalty", NeutralSettings.OneFor0(user.RepetitionPenalty), model.RepetitionPenalty, 1),
            PresencePenalty = Choose("presence_penalty", user.PresencePenalty, null, 0),
            FrequencyPenalty = Choose("frequency_penalty", user.FrequencyPenalty, null, 0),
            NoRepeatNgramSize = (int)Choose("no_repeat_ngram_size", NeutralSettings.NoneBelow0(user.NoRepeatNgramSize), model.NoRepeatNgramSize, 0),
        };
        sampling.Check();
        var budget = (int)Choose("max_new_tokens", user.MaxTokens, model.MaxNewTokens, 0);
        return new GenerationSettings(sampling, budget > 0 ? budget : null, settings);

        double Choose(string name, double? byUser, double? byModel, double otherwise, double? neutral = null)
        {
            var value = byUser ?? byModel ?? otherwise;
            var source = byUser is not null ? SettingSource.User : byModel is not null ? SettingSource.Model : SettingSource.Default;
            if (value != (neutral ?? otherwise)) settings.Add(new GenerationSetting(name, value, source));
            return value;
        }
    }
}
