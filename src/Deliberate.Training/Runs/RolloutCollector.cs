using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Draws and grades the groups of a step: problem i of step s is number s · prompts + i of its own part of the train split, its
/// sample g has the stream (seed, step, i, g). Dynamic sampling replaces groups whose samples are all right or all wrong, round
/// by round, by problems that no other step or round uses, attempt being the round. All of it is a function of (seed, step, weights).
/// </summary>
internal sealed class RolloutCollector(RunSession session)
{
    /// <summary>Where reinforcement learning's problems begin, so that they are not the corpus's.</summary>
    public const long FirstProblem = 1_000_000_000;

    private readonly ReinforcementRecipe _recipe = session.Recipe.Reinforcement;

    /// <summary>Forward passes' mean share of live samples in the last step.</summary>
    public double LiveShare { get; private set; }

    /// <summary>All groups of a step, those of later rounds last; marked whether they are trained on.</summary>
    public List<RolloutGroup> Collect(int step, CancellationToken cancellation)
    {
        var slots = Enumerable.Range(0, _recipe.Prompts).ToList();
        var groups = new List<RolloutGroup>();
        for (var attempt = 0; slots.Count > 0 && attempt <= (_recipe.DynamicSampling ? _recipe.ResamplingRounds : 0); attempt++)
        {
            var drawn = Sample(step, attempt, slots, cancellation);
            if (attempt == 0) LiveShare = session.Sampler.MeanLiveShare;
            groups.AddRange(drawn);
            if (!_recipe.DynamicSampling) break;
            var flat = new List<int>();
            for (var i = 0; i < drawn.Length; i++)
            {
                drawn[i].Trained = DynamicSampling.Keeps(drawn[i].Accuracies);
                if (!drawn[i].Trained) flat.Add(slots[i]);
            }

            slots = flat;
        }

        return groups;
    }

    private RolloutGroup[] Sample(int step, int attempt, List<int> slots, CancellationToken cancellation)
    {
        var (recipe, family, encoder) = (session.Recipe, session.Family, session.Encoder);
        var problems = new Problem[slots.Count];
        var requests = new SampleRequest[slots.Count];
        for (var i = 0; i < problems.Length; i++)
        {
            var index = FirstProblem + (((long)attempt * _recipe.Steps) + step) * _recipe.Prompts + slots[i];
            var draw = new RandomStream(recipe.Seed, StreamStage.Shuffle, problem: index);
            problems[i] = family.Generate(Split.Train, recipe.Family.Mix.Draw(ref draw), recipe.Seed, index);
            var streams = new RandomStream[_recipe.Samples];
            for (var g = 0; g < streams.Length; g++) streams[g] = new RandomStream(recipe.Seed, StreamStage.Sampling, step, slots[i], g, attempt);
            requests[i] = new SampleRequest(encoder.Prompt(problems[i]), _recipe.MaxTokens, streams);
        }

        var rollouts = session.Sampler.Sample(requests, new SamplingOptions { Temperature = _recipe.Temperature }, encoder.StopIds, cancellation: cancellation);
        var groups = new RolloutGroup[problems.Length];
        for (var i = 0; i < groups.Length; i++)
        {
            var graded = new GradedSample[_recipe.Samples];
            double[] accuracies = new double[graded.Length], rewards = new double[graded.Length];
            for (var g = 0; g < graded.Length; g++)
            {
                graded[g] = ProblemEvaluator.Graded(encoder, family, problems[i], g, rollouts[i][g]);
                accuracies[g] = (_recipe.Rewards.Correct * graded[g].Grade.Correct) + (graded[g].Grade.AllStepsRight ? _recipe.Rewards.AllStepsRight : 0);
                rewards[g] = accuracies[g] + Overlong(rollouts[i][g]);
            }

            groups[i] = new RolloutGroup(problems[i], attempt, requests[i].Prompt, rollouts[i], graded, accuracies, rewards);
        }

        return groups;
    }

    /// <summary>The soft penalty of a completion's length; 0 where the recipe has none.</summary>
    public double Overlong(Rollout rollout) => _recipe.Overlong.Cache == 0 ? 0 : LengthRewards.SoftOverlong(rollout.Tokens.Length, _recipe.MaxTokens, _recipe.Overlong.Cache);
}
