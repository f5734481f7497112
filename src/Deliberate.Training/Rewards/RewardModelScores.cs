using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The reward models that a recipe's terms name, in memory: they score each step's samples in one batch.</summary>
internal sealed class RewardModelScores : IDisposable
{
    private readonly List<(ModelReward Term, RewardModelScorer Scorer, StepCutter Cutter, bool ReadsEnd)> _models = [];

    /// <exception cref="Core.UserError">One cannot be had.</exception>
    public RewardModelScores(RunSession session)
    {
        foreach (var term in session.Recipe.Reinforcement.Rewards.OfType<ModelReward>())
        {
            var file = RewardModelFile.Read(term.From);
            _models.Add((term, RewardScorers.Open(term.From, session.Encoder, session.Device, session.Recipe.Model.Context, term.Neutral), new StepCutter(session.Encoder, file.Separator), file.Kind != RewardModelKind.Process));
        }
    }

    /// <summary>The recipe with the models' places as full paths, and each held to be one.</summary>
    /// <exception cref="Core.UserError">One is no reward model.</exception>
    public static TrainRecipe Resolve(TrainRecipe recipe)
    {
        if (!recipe.Reinforcement.Rewards.Any(r => r is ModelReward)) return recipe;
        var rewards = recipe.Reinforcement.Rewards.Select(r => r is ModelReward model ? model with { From = Path.GetFullPath(model.From) } : r).ToArray();
        foreach (var model in rewards.OfType<ModelReward>()) RewardModelFile.Read(model.From);
        return recipe with { Reinforcement = recipe.Reinforcement with { Rewards = rewards } };
    }

    public void Attach(IReadOnlyList<RolloutGroup> groups, CancellationToken cancellation)
    {
        foreach (var (term, scorer, cutter, readsEnd) in _models)
        {
            List<(double[] Into, int At)> places = [];
            List<StepPath> paths = [];
            foreach (var group in groups)
            {
                var scores = group.ModelScores[term.Term] = new double[group.Samples.Length];
                for (var g = 0; g < scores.Length; g++)
                {
                    // Without an answer there is nothing to be paid for.
                    if (group.Samples[g].Answer is null) continue;
                    var steps = cutter.Cut(group.Rollouts[g].Tokens);
                    places.Add((scores, g));
                    paths.Add(new StepPath(group.Problem, group.Prompt, steps, readsEnd ? steps.Count - 1 : 0));
                }
            }

            scorer.Forget();
            var found = scorer.Score(paths, cancellation);
            foreach (var ((into, at), said) in places.Zip(found)) into[at] = readsEnd ? said.Scores[^1] : term.Aggregation.Of(said.Scores);
        }
    }

    public void Dispose()
    {
        foreach (var (_, scorer, _, _) in _models) scorer.Dispose();
    }
}
