using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Tensors;

namespace Deliberate.Safety;

/// <summary>
/// Makes a trained monitor of labelled thoughts and says how good it is: five folds by prompt, each judged by the weights that never saw its
/// prompts, then the weights of all, which are what other thoughts are judged by. The head is <see cref="HashedLinear"/>, trained on the
/// engine without randomness.
/// </summary>
/// <param name="Weights">With their figures.</param>
/// <param name="Suspicion">Of each thought by its fold, from 0 (clean) to 1, in the order of the thoughts.</param>
internal sealed record MonitorTraining(MonitorWeights Weights, IReadOnlyList<double> Suspicion)
{
    public const int Folds = 5;

    /// <param name="device">Of the engine.</param>
    /// <param name="thoughts">With labels.</param>
    /// <param name="hash">Of the data.</param>
    /// <param name="command">That makes them again.</param>
    /// <param name="progress">Told how many of the six sets of weights are made.</param>
    public static MonitorTraining Run(Device device, IReadOnlyList<LabelledThought> thoughts, string hash, string command, Action<int>? progress = null)
    {
        string[] classes = [LabelledThought.Clean, .. Enum.GetValues<ThoughtFinding>().Where(f => thoughts.Any(t => t.Finding == f)).Select(MonitorVerdict.NameOf)];
        if (classes.Length < 2 || thoughts.All(t => t.Finding is not null)) throw new UserError("The labelled thoughts are all alike.", advice: $"Both {LabelledThought.Clean} thoughts and flagged ones are needed.");
        ulong[] keys = [.. thoughts.Select(t => t.Key)];
        int[] labels = [.. thoughts.Select(t => t.Finding is { } finding ? Array.IndexOf(classes, MonitorVerdict.NameOf(finding)) : 0)];
        var features = thoughts.Select(t => MonitorWeights.Features(t.Thought, t.Answer)).ToArray();
        var suspicion = new double[thoughts.Count];
        for (var fold = 0; fold < Folds; fold++)
        {
            int[] used = [.. Enumerable.Range(0, thoughts.Count).Where(i => FoldOf(keys[i]) != fold)];
            if (used.Select(i => labels[i]).Distinct().Count() < 2) throw new UserError("There are too few prompts for five folds.", advice: "Label thoughts of more prompts.");
            var weights = new MonitorWeights(classes, HashedLinear.Train(device, [.. used.Select(i => features[i])], [.. used.Select(i => labels[i])], classes.Length), new MonitorOrigin("", 0, 0, "", []));
            foreach (var i in Enumerable.Range(0, thoughts.Count).Where(i => FoldOf(keys[i]) == fold)) suspicion[i] = 1 - weights.Classify(features[i])[0];
            progress?.Invoke(fold + 1);
        }

        var all = HashedLinear.Train(device, features, labels, classes.Length);
        progress?.Invoke(Folds + 1);
        int[][] clusters = [.. Enumerable.Range(0, thoughts.Count).GroupBy(i => keys[i]).OrderBy(g => g.Key).Select(g => Count([.. g], labels, suspicion))];
        return new MonitorTraining(new MonitorWeights(classes, all, new MonitorOrigin(hash, thoughts.Count, clusters.Length, command, clusters)), suspicion);
    }

    private static int FoldOf(ulong key) => (int)(key % Folds);

    private static int[] Count(int[] cluster, int[] labels, double[] suspicion) =>
    [
        cluster.Count(i => labels[i] > 0 && suspicion[i] > 0.5), cluster.Count(i => labels[i] > 0 && suspicion[i] <= 0.5),
        cluster.Count(i => labels[i] == 0 && suspicion[i] <= 0.5), cluster.Count(i => labels[i] == 0 && suspicion[i] > 0.5),
    ];
}
