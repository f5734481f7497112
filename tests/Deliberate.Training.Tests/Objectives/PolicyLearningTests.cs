using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>
/// Reinforcement learning as a run does it, sampler, advantages, objective, backward and optimizer, raises the reward of a tiny
/// task with every objective: four prompts of one token, each with its own right answer of one token among eight.
/// </summary>
public sealed class PolicyLearningTests
{
    private const int Vocabulary = 8, Prompts = 4, Samples = 8, Steps = 25;

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_reward_of_a_tiny_task_rises(string objective)
    {
        var (before, after) = Learn(objective, sign: 1);
        Golden.Report($"{objective}: expected reward {before:F3} before, {after:F3} after; steps", Steps);
        before.ShouldBeInRange(0.08, 0.17);
        after.ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public void A_reward_of_being_wrong_lowers_it() => Learn("dapo", sign: -1).After.ShouldBeLessThan(0.02);

    private static (double Before, double After) Learn(string objective, double sign)
    {
        var recipe = TrainRecipe.Parse($"name: a\nreinforcement: {{ objective: {objective}, steps: {Steps}, prompts: {2 * Prompts}, samples: {Samples}, updates: 2, max_tokens: 1, optimizer: {{ kind: adamw, learning_rate: 0.02 }} }}\nmodel: {{ context: 16 }}\nevaluation: {{ problems: 0, max_tokens: 4 }}\nmicro_batch_tokens: 256", "a.yaml");
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = Vocabulary,
            HiddenSize = 16,
            IntermediateSize = 32,
            LayerCount = 1,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadSize = 8,
        });
        model.Initialise(7);
        model.Pack(training: true);
        using var sampler = new Sampler(model, 2 * Prompts * Samples, 8);
        using var graph = new TrainingGraph(model, 256, 128, 8);
        using var critic = Critic.For(recipe, model);
        using var updates = new PolicyUpdates(recipe, graph, null, critic: critic);
        var before = Reward(graph);
        for (var step = 0; step < Steps; step++)
        {
            var requests = Enumerable.Range(0, 2 * Prompts).Select(i => new SampleRequest([i % Prompts], 1, [.. Enumerable.Range(0, Samples).Select(s => new RandomStream(1, StreamStage.Test, step, i, s))])).ToArray();
            var drawn = sampler.Sample(requests, new SamplingOptions(), []);
            PolicyGroup[] groups = [.. requests.Select((r, i) => new PolicyGroup(r.Prompt, drawn[i], [.. drawn[i].Select(d => d.Tokens[0] == Answer(r.Prompt[0]) ? sign : 0)]))];
            // The most likely completion, where the advantages compare with it.
            var greedy = sampler.Sample([.. requests.Select(r => r with { Streams = [r.Streams[0]] })], new SamplingOptions { Temperature = 0 }, []);
            for (var i = 0; i < groups.Length; i++) groups[i].GreedyReward = greedy[i][0].Tokens[0] == Answer(groups[i].Prompt[0]) ? sign : 0;
            new StepAdvantages(recipe.Reinforcement, critic: critic).Set(groups, []);
            updates.Run(step, groups, [], (in update, _, _, _) => update.Applied.ShouldBeTrue());
        }

        return (before, Reward(graph));
    }

    private static int Answer(int prompt) => Vocabulary - 1 - prompt;

    /// <summary>Mean probability of the right answers, exact.</summary>
    private static double Reward(TrainingGraph graph)
    {
        var samples = Enumerable.Range(0, Prompts).Select(p => new PolicySample([p], new Rollout([Answer(p)], [0], [0], FinishReason.Length), 0)).ToArray();
        var logp = new double[Prompts];
        new PolicyScorer(graph, 1).Score(samples, PolicyScorer.Offsets(samples), logp, null);
        return logp.Average(Math.Exp);
    }
}
