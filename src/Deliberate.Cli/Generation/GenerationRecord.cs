using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// What decided the answers in an output file, kept beside it as <c>OUTPUT.run.json</c>: model, input and options by value. A
/// command that goes on with the file must have the same.
/// </summary>
internal sealed record GenerationRecord
{
    /// <summary>Of this file; a newer one is refused.</summary>
    public const int Newest = 1;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public int FormatVersion { get; init; } = Newest;

    public required string Model { get; init; }

    /// <summary>Of the hashes of the model's files.</summary>
    public required string ModelSha256 { get; init; }

    public required string Weights { get; init; }

    /// <summary>How keys and values were held; records from before there was a choice say nothing.</summary>
    public string Cache { get; init; } = "f32";

    public required string InputSha256 { get; init; }

    public required ulong Seed { get; init; }

    public required int MaxTokens { get; init; }

    public required SamplingOptions Sampling { get; init; }

    /// <summary>Strings that end an answer; records from before there were some say nothing.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>What answers must look like; null for anything.</summary>
    public string? Grammar { get; init; }

    /// <summary>Whether prompts were texts to continue; records from before there was a choice say nothing, and meant that.</summary>
    public bool Raw { get; init; } = true;

    /// <summary>The day that templates write into prompts: the first command's, also for those that go on.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Under another one the answers may differ.</summary>
    public required string Device { get; init; }

    public required string DeliberateVersion { get; init; }

    public static string PathFor(string output) => output + ".run.json";

    public static GenerationRecord Of(LoadedModel model, string input, ulong seed, int maxTokens, SamplingOptions sampling, IReadOnlyList<string> stop, DateOnly date, bool raw) => new()
    {
        Model = model.Name,
        ModelSha256 = Hash(model.Files),
        Weights = model.Weights,
        Cache = model.Cache.ToString().ToLowerInvariant(),
        InputSha256 = ModelFile.Of(input).Sha256(),
        Seed = seed,
        MaxTokens = maxTokens,
        Sampling = sampling,
        Stop = stop,
        Raw = raw || model.Format.ChatTemplate is null,
        Date = date,
        Device = model.Device.Name,
        DeliberateVersion = RunInfo.ProgramVersion,
    };

    /// <summary>The record beside an output; null where there is none.</summary>
    public static GenerationRecord? Beside(string output)
    {
        var path = PathFor(output);
        if (!File.Exists(path)) return null;
        try
        {
            var bytes = Utf8Text.Read(path);
            using (var document = JsonDocument.Parse(bytes))
            {
                if (document.RootElement.TryGetProperty("format_version", out var version) && version.TryGetInt32(out var number) && number > Newest)
                    throw new UserError($"The file has format version {number}; this program knows {Newest}.", path, field: "format_version", advice: "Use a newer Deliberate.");
            }

            return JsonSerializer.Deserialize<GenerationRecord>(bytes.Span, Json) ?? throw new JsonException("it is null.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserError($"The file is damaged: {error.Message}", path, advice: "Begin again with --fresh.", inner: error);
        }
        catch (IOException error)
        {
            throw InUse(path, error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Disk.CannotRead(path, error);
        }
    }

    /// <summary>Another command holds the record.</summary>
    public static UserError InUse(string path, IOException cause) =>
        new("The output is being written by another command.", path, advice: "Wait for it to end, stop it, or choose another output.", inner: cause);

    public void Write(string path) => AtomicFile.WriteJson(path, this, Json);

    /// <summary>What decides the answers and is another in the other record, in words.</summary>
    public IReadOnlyList<string> Differences(GenerationRecord now)
    {
        var found = new List<string>();
        if (ModelSha256 != now.ModelSha256) found.Add(Model == now.Model ? "the model's files" : $"the model ({Model}, now {now.Model})");
        if (InputSha256 != now.InputSha256) found.Add("the input's content");
        Compare("--weights", Weights, now.Weights);
        Compare("--cache", Cache, now.Cache);
        Compare("--seed", Seed, now.Seed);
        Compare("--max-tokens", MaxTokens, now.MaxTokens);
        var (a, b) = (Sampling, now.Sampling);
        Compare("--temperature", a.Temperature, b.Temperature);
        Compare("--top-k", a.TopK, b.TopK);
        Compare("--top-p", a.TopP, b.TopP);
        Compare("--min-p", a.MinP, b.MinP);
        Compare("--typical-p", a.TypicalP, b.TypicalP);
        Compare("--epsilon-cutoff", a.EpsilonCutoff, b.EpsilonCutoff);
        Compare("--eta-cutoff", a.EtaCutoff, b.EtaCutoff);
        Compare("--repetition-penalty", a.RepetitionPenalty, b.RepetitionPenalty);
        Compare("--presence-penalty", a.PresencePenalty, b.PresencePenalty);
        Compare("--frequency-penalty", a.FrequencyPenalty, b.FrequencyPenalty);
        Compare("--no-repeat-ngram-size", a.NoRepeatNgramSize, b.NoRepeatNgramSize);
        Compare("--raw", Raw, now.Raw);
        if (Grammar != now.Grammar) found.Add("--json-schema, --regex or --grammar");
        Compare("--stop", JsonSerializer.Serialize(Stop), JsonSerializer.Serialize(now.Stop));
        return found;

        void Compare<T>(string name, T before, T after)
        {
            if (!EqualityComparer<T>.Default.Equals(before, after)) found.Add(string.Create(CultureInfo.InvariantCulture, $"{name} ({before}, now {after})"));
        }
    }

    private static string Hash(IReadOnlyList<ModelFile> files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(f => f.Sha256())))));
}
