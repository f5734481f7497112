using System.CommandLine;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>
/// The options that say how text is generated. Each that is left out is as the model's generation_config.json says, or neutral:
/// see <see cref="GenerationSettings"/>.
/// </summary>
internal sealed class GenerationOptionSet
{
    private readonly Option<double?> _temperature = CommonOptions.OptionalReal("--temperature", $"0 takes the most likely token. The model's own setting if left out, or {GenerationSettings.UsualTemperature} where it has none.", 0, 100);
    private readonly Option<int?> _topK = CommonOptions.OptionalWhole("--top-k", "Draw from the k most likely tokens; 0 or -1 for all.", -1);
    private readonly Option<double?> _topP = CommonOptions.OptionalReal("--top-p", "Draw from the most likely tokens that together reach this probability; 1 or 0 for all.", 0, 1);
    private readonly Option<double?> _minP = CommonOptions.OptionalReal("--min-p", "Draw from tokens with at least this share of the most likely one's probability; 0 for all.", 0, 1);
    private readonly Option<double?> _typicalP = CommonOptions.OptionalReal("--typical-p", "Draw from the tokens of most typical surprise that together reach this probability; 1 or 0 for all.", 0, 1);
    private readonly Option<double?> _epsilon = CommonOptions.OptionalReal("--epsilon-cutoff", "Draw from tokens of at least this probability; 0 for all.", 0, 1);
    private readonly Option<double?> _eta = CommonOptions.OptionalReal("--eta-cutoff", "The same, less strict where the model is unsure; 0 for all.", 0, 1);
    private readonly Option<double?> _repetition = CommonOptions.OptionalReal("--repetition-penalty", "Above 1 makes what was said before less likely; 1 or 0 for none.", 0, 1000);
    private readonly Option<double?> _presence = CommonOptions.OptionalReal("--presence-penalty", "Taken off the logit of every token of the answer so far; 0 for none.", -100, 100);
    private readonly Option<double?> _frequency = CommonOptions.OptionalReal("--frequency-penalty", "Taken off once for each time it stands there; 0 for none.", -100, 100);
    private readonly Option<int?> _noRepeat = CommonOptions.OptionalWhole("--no-repeat-ngram-size", "Let no run of so many tokens come twice; 0 or -1 for no such rule.", -1);
    private readonly Option<string[]> _stop = CommonOptions.Stop();
    private readonly Option<int?> _maxTokens;

    /// <param name="otherwise">What holds where neither user nor model names a budget.</param>
    public GenerationOptionSet(string otherwise) =>
        _maxTokens = CommonOptions.OptionalWhole("--max-tokens", $"Token budget of an answer; the model's own setting if left out, or {otherwise}.", 1);

    /// <summary>The options, in the order that help shows them.</summary>
    public IEnumerable<Option> All => [_temperature, _maxTokens, _topK, _topP, _minP, _typicalP, _epsilon, _eta, _repetition, _presence, _frequency, _noRepeat, _stop];

    /// <summary>Those that a request to a hosted model has no place for.</summary>
    public IEnumerable<Option> NotOfRequests => [_typicalP, _epsilon, _eta, _noRepeat];

    public GenerationSettings Read(ParseResult parsed, TextFormat format) => GenerationSettings.Resolve(
        new GenerationOverrides
        {
            Temperature = parsed.GetValue(_temperature),
            TopK = parsed.GetValue(_topK),
            TopP = parsed.GetValue(_topP),
            MinP = parsed.GetValue(_minP),
            TypicalP = parsed.GetValue(_typicalP),
            EpsilonCutoff = parsed.GetValue(_epsilon),
            EtaCutoff = parsed.GetValue(_eta),
            RepetitionPenalty = parsed.GetValue(_repetition),
            PresencePenalty = parsed.GetValue(_presence),
            FrequencyPenalty = parsed.GetValue(_frequency),
            NoRepeatNgramSize = parsed.GetValue(_noRepeat),
            MaxTokens = parsed.GetValue(_maxTokens),
        },
        format.Generation);

    /// <summary>Strings that end an answer.</summary>
    public IReadOnlyList<string> Stops(ParseResult parsed) => parsed.GetValue(_stop)!;

    /// <summary>The settings in force and who said so, as one line.</summary>
    public static string Describe(GenerationSettings settings) =>
        string.Join(", ", settings.Settings.Select(s => $"{s} ({Source(s.Source)})"));

    private static string Source(SettingSource source) => source switch
    {
        SettingSource.User => "command line",
        SettingSource.Model => GenerationConfiguration.FileName,
        _ => "default",
    };
}
