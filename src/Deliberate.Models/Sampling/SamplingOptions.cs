using System.ComponentModel.DataAnnotations;
using System.Globalization;
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
    /// <summary>The logits are divided by it; 0 takes the most likely token, of equal ones the first.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Keep the k most likely tokens, and all that are as likely as the last of them; 0 for all.</summary>
    [Range(0, int.MaxValue)]
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
    internal bool Unfiltered => !HasPenalties && TopK == 0 && TopP >= 1 && MinP <= 0 && TypicalP >= 1 && EpsilonCutoff <= 0 && EtaCutoff <= 0;

    /// <summary>Whether the logits depend on what was said before.</summary>
    internal bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0 || NoRepeatNgramSize > 0;

    /// <summary>Refuses values out of their ranges (and NaN), naming the field as generation_config.json does.</summary>
    internal void Check()
    {
        Inside("temperature", Temperature, 0, 100);
        Inside("top_k", TopK, 0, int.MaxValue);
        Inside("top_p", TopP, 0, 1);
        Inside("min_p", MinP, 0, 1);
        Inside("typical_p", TypicalP, 0, 1);
        Inside("epsilon_cutoff", EpsilonCutoff, 0, 1);
        Inside("eta_cutoff", EtaCutoff, 0, 1);
        Inside("repetition_penalty", RepetitionPenalty, 0.001, 1000);
        Inside("presence_penalty", PresencePenalty, -100, 100);
        Inside("frequency_penalty", FrequencyPenalty, -100, 100);
        Inside("no_repeat_ngram_size", NoRepeatNgramSize, 0, int.MaxValue);

        static void Inside(string field, double value, double low, double high)
        {
            if (value >= low && value <= high) return;
            throw new UserError(string.Create(CultureInfo.InvariantCulture, $"must be from {low} to {high}, not {value}."), field: field);
        }
    }
}
