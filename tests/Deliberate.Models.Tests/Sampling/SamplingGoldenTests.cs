using System.Text.Json;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>Next-token distributions of transformers 5.23's logits processors, in float64.</summary>
public sealed class SamplingGoldenTests
{
    private const double Tolerance = 1e-12;

    private static readonly string[] Order =
        ["repetition_penalty", "frequency_penalty", "presence_penalty", "no_repeat_ngram_size", "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff"];

    [Fact]
    public void Every_distribution_is_that_of_transformers()
    {
        var golden = SharedFolder.Json("fixtures", "models", "sampling.json");
        int[] prompt = Ids(golden.GetProperty("prompt")), generated = Ids(golden.GetProperty("generated"));
        var chooser = new TokenChooser(golden.GetProperty("vocabulary").GetInt32());
        var cases = 0;
        foreach (var sample in golden.GetProperty("cases").EnumerateArray())
        {
            var row = sample.GetProperty("logits").GetString()!;
            var logits = Numbers(golden.GetProperty("logits").GetProperty(row));
            var steps = sample.GetProperty("steps").EnumerateArray().Select(s => (Name: s[0].GetString()!, Value: s[1].GetDouble())).ToArray();
            var name = $"{row} {string.Join(", ", steps)}";
            double[] probabilities = [];
            foreach (var options in Runs(steps))
            {
                // Steps against the usual order are two distributions, the second made from what the first left.
                if (probabilities.Length > 0) logits = [.. probabilities.Select(p => Math.Log(p))];
                probabilities = Distribution.Of(logits, options, prompt, generated, chooser);
            }

            var expected = Numbers(sample.GetProperty("probabilities"));
            for (var i = 0; i < expected.Length; i++) probabilities[i].ShouldBe(expected[i], Tolerance, name);
            Enumerable.Range(0, expected.Length).Where(i => probabilities[i] > 0).ShouldBe(Ids(sample.GetProperty("kept")), name);
            (-probabilities.Where(p => p > 0).Sum(p => p * Math.Log(p))).ShouldBe(sample.GetProperty("entropy").GetDouble(), Tolerance, name);
            cases++;
        }

        cases.ShouldBeGreaterThan(100);
        TestContext.Current.TestOutputHelper!.WriteLine($"{cases} distributions");
    }

    /// <summary>Cuts steps into the longest runs that follow the order in which options are applied.</summary>
    private static IEnumerable<SamplingOptions> Runs((string Name, double Value)[] steps)
    {
        var options = new SamplingOptions();
        var last = -1;
        foreach (var (name, value) in steps)
        {
            var rank = Array.IndexOf(Order, name);
            // Frequency and presence are one sum.
            if (rank < last && name != "frequency_penalty")
            {
                yield return options;
                options = new SamplingOptions();
            }

            options = With(options, name, value);
            last = rank;
        }

        yield return options;
    }

    private static SamplingOptions With(SamplingOptions options, string name, double value) => name switch
    {
        "temperature" => options with { Temperature = value },
        "top_k" => options with { TopK = (int)value },
        "top_p" => options with { TopP = value },
        "min_p" => options with { MinP = value },
        "typical_p" => options with { TypicalP = value },
        "epsilon_cutoff" => options with { EpsilonCutoff = value },
        "eta_cutoff" => options with { EtaCutoff = value },
        "repetition_penalty" => options with { RepetitionPenalty = value },
        "presence_penalty" => options with { PresencePenalty = value },
        "frequency_penalty" => options with { FrequencyPenalty = value },
        "no_repeat_ngram_size" => options with { NoRepeatNgramSize = (int)value },
        _ => throw new InvalidOperationException(name),
    };

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];
}
