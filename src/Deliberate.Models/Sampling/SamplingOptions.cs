using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// How a token is drawn from the logits, in the order of transformers' logits processors: penalties for what was said before
/// (repetition, frequency, presence, banned n-grams), the temperature, then filters, each on the distribution that the one before
/// left (top-k, top-p, min-p, typical-p, epsilon, eta). The default draws from the model's own distribution. At temperature 0 the
/// most likely token after the penalties is taken; the filters would keep it, and are passed over.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>What the attributes below say, by the names of generation_config.json.</summary>
    private static readonly (string Field, PropertyInfo Property, InRangeAttribute Range)[] Ranges =
    [
        .. from property in typeof(SamplingOptions).GetProperties()
           let range = InRangeAttribute.Of(property)
           where range is not null
           select (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property, range),
    ];

    /// <summary>The logits are divided by it; 0 takes the most likely token, of equal ones the first.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Keep the k most likely tokens, and all that are as likely as the last of them; 0 or -1 for all.</summary>
    [Range(-1, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Keep the shortest list of most likely tokens whose mass reaches this; of equal ones at its end the first. 1 for all.</summary>
    [Range(0.0, 1.0)]
    public double TopP { get; init; } = 1;

    /// <summary>Keep tokens with at least this share of the most likely one's probability; 0 for all.</summary>
    [Range(0.0, 1.0)]
    public double MinP { get; init; }

    /// <summary>
    /// Keep the tokens whose surprise -log p is nearest to the distribution's entropy until their mass reaches this; 1 for all.
    /// (Meister et al. 2022, "Locally typical sampling". May drop the most likely token.)
    /// </summary>
    [Range(0.0, 1.0)]
    public double TypicalP { get; init; } = 1;

    /// <summary>Keep tokens with at least this probability, the most likely in any case; 0 for all. (Hewitt et al. 2022.)</summary>
    [Range(0.0, 1.0)]
    public double EpsilonCutoff { get; init; }

    /// <summary>Keep tokens with probability min(η, √η·e^(-entropy)) or more, the most likely in any case; 0 for all. (Hewitt et al. 2022.)</summary>
    [Range(0.0, 1.0)]
    public double EtaCutoff { get; init; }

    /// <summary>The logit of every token in prompt or output is divided by it where positive and multiplied where negative; 1 for none. (CTRL.)</summary>
    [Range(0.001, 1000.0)]
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken off the logit of every token in the output, once; 0 for none. (As the OpenAI API.)</summary>
    [Range(-100.0, 100.0)]
    public double PresencePenalty { get; init; }

    /// <summary>Taken off a token's logit for each time it stands in the output; 0 for none. (As the OpenAI API.)</summary>
    [Range(-100.0, 100.0)]
    public double FrequencyPenalty { get; init; }

    /// <summary>No run of so many tokens stands twice in prompt and output together; 0 for no such rule.</summary>
    [Range(0, int.MaxValue)]
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Whether the distribution drawn from is the temperature-scaled one, whole: what RL trains on.</summary>
    internal bool Unfiltered => !HasPenalties && TopK <= 0 && TopP >= 1 && MinP <= 0 && TypicalP >= 1 && EpsilonCutoff <= 0 && EtaCutoff <= 0;

    /// <summary>Whether the logits depend on what was said before.</summary>
    internal bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0 || NoRepeatNgramSize > 0;

    /// <summary>Refuses values out of their ranges (and NaN), naming the field as generation_config.json does.</summary>
    internal void Check()
    {
        foreach (var (field, property, range) in Ranges)
        {
            var value = Convert.ToDouble(property.GetValue(this), CultureInfo.InvariantCulture);
            if (!range.Contains(value)) throw new UserError(string.Create(CultureInfo.InvariantCulture, $"must be {range}, not {value}."), field: field);
        }
    }
}
