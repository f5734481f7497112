using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The groups of a step of reinforcement learning: problem i of step s is number s · prompts + i of its own part of the train
/// split, its sample g has the stream (seed, step, i, g). Dynamic sampling replaces groups whose samples are all right or all
/// wrong, round by round, by problems that no other step or round uses, attempt being the round. A group of which fewer than two
/// samples could be judged is never trained on. All of it is a function of (seed, step, weights, curriculum).
/// </summary>
internal sealed class RolloutCollector(RunSession session, GroupSampler sampler, Curriculum curriculum)
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
            var dropped = new List<int>();
            for (var i = 0; i < drawn.Length; i++)
            {
                if (_recipe.DynamicSampling ? DynamicSampling.Keeps(drawn[i].Accuracies) : drawn[i].IsJudged) continue;
                drawn[i].Trained = false;
                dropped.Add(slots[i]);
            }

            slots = dropped;
        }

        sampler.Rewards.Settle(groups);
        return groups;
    }

    private RolloutGroup[] Sample(int step, int attempt, List<int> slots, CancellationToken cancellation)
    {
        var recipe = session.Recipe;
        var problems = new Problem[slots.Count];
        for (var i = 0; i < problems.Length; i++)
        {
            var index = FirstProblem + (((long)attempt * _recipe.Steps) + step) * _recipe.Prompts + slots[i];
            var draw = new RandomStream(recipe.Seed, StreamStage.Shuffle, problem: index);
            problems[i] = session.Problems.Draw(Split.Train, curriculum.Draw(step, ref draw), recipe.Seed, index);
        }

        return sampler.Draw(problems, attempt, (i, g) => new RandomStream(recipe.Seed, StreamStage.Sampling, step, slots[i], g, attempt), cancellation);
    }
}
