using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// Tokens a second of a beam of 64 over 30 problems, a step of at most 16 tokens, against plain sampling of 64 solutions of the same
/// problems by the same model; without a scorer's cost, and with a reward model of the policy's own size. The rounds of both are taken by
/// turns. The model is random: what it writes does not matter.
/// </summary>
internal static class SearchBenchmark
{
    private const int Problems = 30, N = 64, MaxTokens = 128, StepTokens = 16;

    /// <summary>The aim: so much of plain sampling's tokens a second.</summary>
    private const double Aim = 1 / 1.3;

    public static int Run(int rounds, int threads)
    {
        using var device = Device.Cpu(threads);
        var family = FamilyRegistry.Get("arithmetic");
        using var set = new ProblemSet(family, 3);
        var encoder = new ProblemEncoder(ProblemEncoder.FormatFor(family));
        var configuration = new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = encoder.Tokenizer.VocabularySize,
            HiddenSize = 128,
            IntermediateSize = 384,
            LayerCount = 4,
            HeadCount = 4,
            KeyValueHeadCount = 4,
            HeadSize = 32,
            MaxPositions = 256,
            TieWordEmbeddings = true,
        };
        using var model = new LanguageModel(device, configuration);
        model.Initialise(1);
        model.Pack(training: false);
        var problems = set.Draw(Split.Test, Problems, 1);
        var longest = problems.Max(p => encoder.Prompt(p).Length);
        var reward = new LanguageModel(device, configuration with { OutputHead = new OutputHead(HeadUnit.Token, 2) });
        reward.Initialise(2);
        reward.Pack(training: false);
        using var scorer = new RewardModelScorer(reward, encoder, encoder, new RewardModelFile { Kind = RewardModelKind.Process, Labels = ["negative", "positive"], Separator = "\n" }, longest + MaxTokens, NeutralSteps.Positive, "reward model");
        var (plain, free, scored) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var (a, b, c) = (Plain(model, encoder, problems, longest, round), Beam(model, encoder, set, problems, longest, null, round), Beam(model, encoder, set, problems, longest, scorer, round));
            // The first warms up.
            if (round == 0) continue;
            plain.Add(a);
            free.Add(b);
            scored.Add(c);
        }

        double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
        Console.WriteLine($"search, {Problems} problems, {N} solutions, {threads} threads, medians of {rounds}: plain {Median(plain):F0} tok/s, beam {Median(free):F0} tok/s ({Median(free) / Median(plain):P0}), beam with reward model {Median(scored):F0} tok/s ({Median(scored) / Median(plain):P0}); aim {Aim:P0}");
        return Median(free) / Median(plain) >= Aim ? 0 : 1;
    }

    private static double Plain(LanguageModel model, ProblemEncoder encoder, Problem[] problems, int longest, int round)
    {
        using var sampler = new Sampler(model, 128, longest + MaxTokens);
        SampleRequest[] requests = [.. problems.Select((p, i) => new SampleRequest(encoder.Prompt(p), MaxTokens, [.. Enumerable.Range(0, N).Select(s => new RandomStream((ulong)round, StreamStage.Test, problem: i, sample: s))]))];
        var start = Stopwatch.GetTimestamp();
        var rollouts = sampler.Sample(requests, new SamplingOptions(), encoder.StopIds);
        return rollouts.Sum(r => r.Sum(s => s.Tokens.Length)) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Beam(LanguageModel model, ProblemEncoder encoder, ProblemSet set, Problem[] problems, int longest, IStepScorer? scorer, int round)
    {
        var method = SearchMethods.Get("beam", new SearchOptions { N = N });
        var study = new SearchStudy(model, encoder, set, scorer ?? new Coin(), new SearchDrawing(MaxTokens, StepTokens, new SamplingOptions(), "\n", (ulong)round), longest);
        var start = Stopwatch.GetTimestamp();
        var (_, trees) = study.Run(method, N, problems);
        return trees.Sum(t => t.PolicyTokens) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Costs nothing, and prefers nothing in particular.</summary>
    private sealed class Coin : IStepScorer
    {
        public string Name => "coin";

        public IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation) =>
            [.. paths.Select(p => new StepScores([.. Enumerable.Range(p.First, p.Steps.Count - p.First).Select(i => 0.25 + (0.5 * (p.Steps[i].Tokens.Sum() % 101 / 101.0)))], 0))];
    }
}
