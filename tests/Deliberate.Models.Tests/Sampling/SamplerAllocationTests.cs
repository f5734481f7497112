using Deliberate.Core;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>Sampling allocates what it returns and nothing for a token more. Runs alone: the bytes are the whole process's.</summary>
[Collection(nameof(SamplerAllocationTests))]
[CollectionDefinition(nameof(SamplerAllocationTests), DisableParallelization = true)]
public sealed class SamplerAllocationTests
{
    private const int Prompts = 6, Samples = 4, Few = 40, ArrayHeader = 24;

    private static readonly Dictionary<string, SamplingOptions> s_options = new(StringComparer.Ordinal)
    {
        ["the whole distribution"] = new(),
        ["a temperature"] = new() { Temperature = 0.7 },
        ["greedy"] = new() { Temperature = 0 },
        ["filters"] = new() { Temperature = 0.8, TopK = 20, TopP = 0.9, MinP = 0.01, TypicalP = 0.95, EpsilonCutoff = 1e-4, EtaCutoff = 1e-4 },
        ["penalties"] = new() { RepetitionPenalty = 1.1, FrequencyPenalty = 0.1, NoRepeatNgramSize = 3 },
    };

    public static TheoryData<string> Ways => [.. s_options.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_sample_of_twice_the_tokens_allocates_only_longer_results(string how)
    {
        var options = s_options[how];
        using var device = Device.Cpu(2);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 61,
            HiddenSize = 48,
            IntermediateSize = 72,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 2,
            HeadSize = 12,
            TieWordEmbeddings = true,
        });
        model.Initialise(3);
        model.Pack(training: false);
        // Fewer slots than samples: some take over the slot of one that ended.
        using var sampler = new Sampler(model, 9, 200);
        var (_, longer) = Allocations.Of(() => sampler.Sample(Requests(2 * Few), options, []));
        var (_, shorter) = Allocations.Of(() => sampler.Sample(Requests(Few), options, []));
        // Token ids and two log-probabilities, four bytes each, and the entropies of what was drawn from the policy itself.
        var numbers = options is { Unfiltered: true, Temperature: > 0 } ? 4 : 3;
        (longer - shorter).ShouldBe(Prompts * Samples * Few * 4L * numbers, how);
        var results = Prompts * Samples * ((Few * 4L * numbers) + (numbers * ArrayHeader) + 56);
        var perPrompt = (shorter - results) / Prompts;
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {shorter} bytes, of which {results} are returned; {perPrompt} bytes a prompt beside");
        perPrompt.ShouldBeLessThan(1024);
    }

    [Fact]
    public void Logits_of_a_large_vocabulary_are_kept_from_call_to_call()
    {
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, new ModelConfiguration { Architecture = "llama", VocabularySize = 5000, HiddenSize = 16, IntermediateSize = 16, LayerCount = 1, HeadCount = 1, KeyValueHeadCount = 1, HeadSize = 16 });
        model.Initialise(3);
        model.Pack(training: false);
        using var sampler = new Sampler(model, 9, 200);
        var (bytes, _) = Allocations.Of(() => sampler.Sample(Requests(1), new SamplingOptions(), []));
        bytes.ShouldBeLessThan(5000 * sizeof(double) / 2);
    }

    private static SampleRequest[] Requests(int tokens)
    {
        var requests = new SampleRequest[Prompts];
        for (var p = 0; p < Prompts; p++)
        {
            var streams = new RandomStream[Samples];
            for (var s = 0; s < Samples; s++) streams[s] = new RandomStream(9, StreamStage.Sampling, problem: p, sample: s);
            requests[p] = new SampleRequest([1, 2 + p, 3], tokens, streams);
        }

        return requests;
    }
}
