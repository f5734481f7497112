using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// The samples of <see cref="PretrainedStepBenchmark"/>: of word problems written here, with advantages that are random numbers of mean 0 in each
/// group, so that no group is flat; or of a file's problems, graded and made into advantages as a run of GRPO does both.
/// </summary>
internal sealed class StepProblems : IDisposable
{
    private static readonly string[] s_problems =
    [
        "A baker fills 14 trays with 12 rolls each. He sells 95 rolls in the morning and 38 at noon. How many rolls are left in the evening?",
        "A train has 9 coaches with 64 seats each. On Monday 417 passengers take a seat, and at the next station 52 of them leave. How many seats are free then?",
        "Nora saves 15 coins a week. After 8 weeks she buys a book for 37 coins and a pen for 6. How many coins does she have then?",
        "A farmer has 230 apples and packs them in boxes of 18. How many apples are left over when he has filled as many boxes as he can?",
        "Two friends share 96 marbles so that one has 20 more than the other. How many marbles does the one with fewer have?",
        "A pool holds 3600 litres. One pipe brings 45 litres a minute and another 35. How many minutes does it take to fill the empty pool?",
        "A library lends 128 books on the first day, half as many on the second and 25 more than on the second on the third. How many books are that in all three days?",
        "A ticket costs 7 for a child and 12 for an adult. A group of 6 children and some adults pays 102 together. How many adults are there?",
    ];

    private readonly Sampler _sampler;
    private readonly ProblemEncoder _encoder;
    private readonly ReinforcementRecipe _stage;
    private readonly ProblemSet? _set;
    private readonly ulong _seed;

    /// <param name="file">Of problems with numbers for answers; null for those written here.</param>
    public StepProblems(Sampler sampler, ProblemEncoder encoder, string? file, int prompts, int samples, int tokens, ulong seed)
    {
        (_sampler, _encoder, _seed) = (sampler, encoder, seed);
        var recipe = TrainRecipe.Parse($"name: step\n{(file is null ? "" : $"problems: {{ train: ['{file}'], grader: numeric, answer_format: last_number }}\n")}evaluation: {{ problems: 0 }}\nreinforcement: {{ objective: grpo }}\n", "step.yaml");
        _stage = recipe.Reinforcement with { Prompts = prompts, Samples = samples, MaxTokens = tokens };
        if (file is not null) _set = RunInputs.ProblemsOf(recipe, new RunObserver());
    }

    /// <summary>The samples of a step, from 0.</summary>
    public PolicyGroup[] Draw(int step)
    {
        if (_set is null) return DrawWritten();
        Problem[] problems = [.. Enumerable.Range(0, _stage.Prompts).Select(i => _set.Source.Draw(Split.Train, null, _seed, ReinforcementStage.FirstProblem + (step * _stage.Prompts) + i))];
        var drawn = new SampleLoop(_sampler, _encoder, _set).Run(problems, _stage.Samples, _stage.MaxTokens, new SamplingOptions(), (p, s) => new RandomStream(_seed, StreamStage.Sampling, step, p, s));
        return [.. drawn.Select(group => new RolloutGroup(group, 0))];
    }

    /// <summary>Gives them advantages.</summary>
    public void Judge(PolicyGroup[] groups)
    {
        if (_set is not null)
        {
            new SampleRewards(_stage.Rewards, 0, _stage.MaxTokens).Settle([.. groups.Cast<RolloutGroup>()]);
            new StepAdvantages(_stage).Set(groups, []);
            return;
        }

        for (var p = 0; p < groups.Length; p++)
        {
            var stream = new RandomStream(2, StreamStage.Test, 0, p);
            for (var s = 0; s < groups[p].Rollouts.Length; s++) groups[p].Rewards[s] = stream.NextDouble();
            var mean = groups[p].Rewards.Average();
            for (var s = 0; s < groups[p].Rollouts.Length; s++) groups[p].Advantages[s] = groups[p].Rewards[s] - mean;
        }
    }

    public void Dispose() => _set?.Dispose();

    private PolicyGroup[] DrawWritten()
    {
        var requests = new SampleRequest[_stage.Prompts];
        for (var p = 0; p < requests.Length; p++)
            requests[p] = new SampleRequest(_encoder.Prompt(s_problems[p % s_problems.Length]), _stage.MaxTokens, [.. Enumerable.Range(0, _stage.Samples).Select(s => new RandomStream(1, StreamStage.Test, 0, p, s))]);
        var rollouts = _sampler.Sample(requests, new SamplingOptions(), _encoder.StopIds);
        return [.. requests.Select((request, p) => new PolicyGroup(request.Prompt, rollouts[p], new double[_stage.Samples]))];
    }
}
