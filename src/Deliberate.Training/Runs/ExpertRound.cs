using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Where expert iteration stands; part of a checkpoint.</summary>
/// <param name="Finished">Rounds that are over.</param>
/// <param name="CollectedAt">The step that drew the samples of the round under way; 0 before it.</param>
internal sealed record ExpertPlace(int Finished, int CollectedAt);

/// <summary>
/// What a round imitates, in which order and batches: every epoch shuffles all examples by (seed, round, epoch) and cuts them
/// where a batch has enough tokens. A function of the kept samples, so that a resumed run makes the same one again.
/// </summary>
internal sealed class ExpertRound
{
    public ExpertRound(IReadOnlyList<SupervisedExample> examples, ExpertIterationRecipe recipe, ulong seed, int round)
    {
        var batches = new List<SupervisedExample[]>();
        var order = new int[examples.Count];
        for (var epoch = 0; epoch < recipe.Epochs; epoch++)
        {
            for (var i = 0; i < order.Length; i++) order[i] = i;
            new RandomStream(seed, StreamStage.ExpertShuffle, step: round, sample: epoch).Shuffle<int>(order);
            var batch = new List<SupervisedExample>();
            var tokens = 0;
            for (var i = 0; i < order.Length; i++)
            {
                batch.Add(examples[order[i]]);
                tokens += examples[order[i]].Tokens.Length;
                if (tokens < recipe.BatchTokens && i < order.Length - 1) continue;
                batches.Add([.. batch]);
                batch.Clear();
                tokens = 0;
            }
        }

        Batches = batches;
    }

    /// <summary>One an optimizer step.</summary>
    public IReadOnlyList<SupervisedExample[]> Batches { get; }
}
