using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Evaluation;

/// <summary>
/// Makes a refusal classifier of labelled completions and says how good it is: five folds by prompt, each judged by the weights that never
/// saw its prompts, and the weights of all rows, which are what other answers are judged by. The keyword baseline is judged on the same
/// rows.
/// </summary>
/// <param name="Classifier">With its figures.</param>
/// <param name="Keywords">The baseline, in the same clusters.</param>
/// <param name="Probabilities">Of each row by the fold that never saw its prompt, in the order of the rows.</param>
internal sealed record RefusalTraining(RefusalClassifier Classifier, JudgeConfusion Keywords, IReadOnlyList<RefusalProbabilities> Probabilities)
{
    public const string Command = "deliberate judge train refusal --data FOLDER";

    /// <param name="device">Of the engine.</param>
    /// <param name="rows">With people's labels.</param>
    /// <param name="hash">Of the data.</param>
    /// <param name="progress">Told how many of the six sets of weights are made.</param>
    public static RefusalTraining Run(Device device, IReadOnlyList<LabelledRefusal> rows, string hash, Action<int>? progress = null)
    {
        if (rows.Select(r => r.Label).Distinct().Count() < RefusalClassifier.Classes) throw new UserError("The labelled answers do not have all three classes.", advice: "full_compliance, partial_refusal and full_refusal are needed.");
        ulong[] keys = [.. rows.Select(r => LabelledRefusal.KeyOf(r.Prompt))];
        var features = rows.Select(r => HashedFeatures.Of(r.Completion)).ToArray();
        List<float[][]> sets = [];
        for (var fold = 0; fold <= RefusalClassifier.Folds; fold++)
        {
            int[] used = [.. Enumerable.Range(0, rows.Count).Where(i => RefusalClassifier.FoldOf(keys[i]) != fold)];
            if (used.Length == 0) throw new UserError("There are too few prompts for five folds.");
            sets.Add(HashedLinear.Train(device, [.. used.Select(i => features[i])], [.. used.Select(i => (int)rows[i].Label)], RefusalClassifier.Classes));
            progress?.Invoke(fold + 1);
        }

        var origin = new RefusalOrigin("XSTest v2 completions with two human labels", "CC-BY-4.0", hash, rows.Count, keys.Distinct().Count(), Command);
        var weights = RefusalWeights.Of(sets, keys.Distinct(), origin);
        var made = new RefusalClassifier(weights);
        RefusalProbabilities[] judged = [.. features.Select((f, i) => made.Classify(f, RefusalClassifier.FoldOf(keys[i])))];
        // In the order of the prompts' keys, which says nothing of the file.
        var clusters = Enumerable.Range(0, rows.Count).GroupBy(i => keys[i]).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        return new RefusalTraining(
            new RefusalClassifier(weights.With(clusters.Select(c => Count(rows, c, i => judged[i].Refused >= 0.5)))),
            new JudgeConfusion([.. clusters.Select(c => Count(rows, c, i => KeywordRefusals.Refuses(rows[i].Completion)))]),
            judged);
    }

    internal static ConfusionCounts Count(IReadOnlyList<LabelledRefusal> rows, int[] cluster, Func<int, bool> refuses) => new(
        cluster.Count(i => rows[i].Refuses && refuses(i)), cluster.Count(i => rows[i].Refuses && !refuses(i)),
        cluster.Count(i => !rows[i].Refuses && !refuses(i)), cluster.Count(i => !rows[i].Refuses && refuses(i)));
}
