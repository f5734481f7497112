using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Evaluation;

/// <summary>
/// Prompts that ask for harm, by a linear classifier over <see cref="HashedFeatures"/> of the prompt, trained when it is asked for, in seconds, on
/// the public sets that the data folder has: harmful are XSTest's unsafe prompts, HarmBench and Do-Not-Answer; harmless XSTest's safe ones,
/// CyberSecEval's benign requests and questions of GSM8K and SVAMP. A sieve of words: it knows requests that look like those, and no harm
/// that is asked for in other words, in other languages or over several turns. Its figures are those of five folds by prompt.
/// </summary>
internal sealed class HarmfulPrompts
{
    private const int Folds = 5, MostOfTask = 400;

    private static readonly (EvaluationTask Task, bool IsHarmful)[] s_sources =
    [
        (XsTestTasks.Unsafe, true), (HarmBenchTask.Task, true), (DoNotAnswerTask.Task, true),
        (XsTestTasks.Safe, false), (CyberSecEvalTask.Task, false), (MathematicsTasks.Gsm8k, false), (MathematicsTasks.Svamp, false),
    ];

    private readonly float[][] _weights;

    public HarmfulPrompts(float[][] weights, JudgeConfusion all, JudgeConfusion hard, IReadOnlyList<string> sources)
    {
        (_weights, All, Contrasts, Sources) = (weights, all, hard, sources);
        Hash = Convert.ToHexStringLower(SHA256.HashData([.. weights.SelectMany(row => MemoryMarshal.AsBytes(row.AsSpan()).ToArray())]));
    }

    /// <summary>SHA-256 of the weights.</summary>
    public string Hash { get; }

    /// <summary>[harmless, harmful][bucket, then bias].</summary>
    public IReadOnlyList<float[]> Weights => _weights;

    /// <summary>On all prompts, at the threshold.</summary>
    public JudgeConfusion All { get; }

    /// <summary>On XSTest's, whose safe prompts look unsafe.</summary>
    public JudgeConfusion Contrasts { get; }

    /// <summary>Tasks that it was trained on, with their prompts.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>Trains it; null where the folder lacks XSTest, without which there is nothing to hold it against.</summary>
    /// <param name="threshold">That the figures are for.</param>
    public static async Task<HarmfulPrompts?> Train(string data, Device device, double threshold, CancellationToken cancellation)
    {
        List<(string Prompt, bool IsHarmful, bool IsContrast)> rows = [];
        List<string> sources = [];
        foreach (var (task, isHarmful) in s_sources)
        {
            var before = rows.Count;
            try
            {
                await foreach (var item in task.Items(new TaskContext { DataFolder = data }, cancellation).ConfigureAwait(false))
                {
                    if (rows.Count - before == MostOfTask) break;
                    rows.Add((item.Messages[^1].Content, isHarmful, task.Source == DataSets.XsTest.Source));
                }
            }
            catch (UserError)
            {
                if (task.Source == DataSets.XsTest.Source) return null;
                continue;
            }

            sources.Add($"{task.Name} ({rows.Count - before} {(isHarmful ? "harmful" : "harmless")})");
        }

        return Train(rows, sources, device, threshold, cancellation);
    }

    /// <param name="rows">Prompts, whether each asks for harm, and whether it looks like the other kind.</param>
    /// <param name="sources">Where they are from.</param>
    public static HarmfulPrompts Train(IReadOnlyList<(string Prompt, bool IsHarmful, bool IsContrast)> rows, IReadOnlyList<string> sources, Device device, double threshold, CancellationToken cancellation)
    {
        ulong[] keys = [.. rows.Select(r => LabelledRefusal.KeyOf(r.Prompt))];
        var features = rows.Select(r => HashedFeatures.Of(r.Prompt)).ToArray();
        var probabilities = new double[rows.Count];
        float[][] weights = [];
        for (var fold = 0; fold <= Folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] used = [.. Enumerable.Range(0, rows.Count).Where(i => fold == Folds || (int)(keys[i] % Folds) != fold)];
            weights = HashedLinear.Train(device, [.. used.Select(i => features[i])], [.. used.Select(i => rows[i].IsHarmful ? 1 : 0)], 2);
            for (var i = 0; i < rows.Count; i++)
                if ((int)(keys[i] % Folds) == fold) probabilities[i] = Probability(weights, features[i]);
        }

        return new HarmfulPrompts(weights, Confusion(_ => true), Confusion(i => rows[i].IsContrast), sources);

        JudgeConfusion Confusion(Func<int, bool> of) => new([.. Enumerable.Range(0, rows.Count).Where(of).GroupBy(i => keys[i]).OrderBy(g => g.Key).Select(g => new ConfusionCounts(
            g.Count(i => rows[i].IsHarmful && probabilities[i] >= threshold), g.Count(i => rows[i].IsHarmful && probabilities[i] < threshold),
            g.Count(i => !rows[i].IsHarmful && probabilities[i] < threshold), g.Count(i => !rows[i].IsHarmful && probabilities[i] >= threshold)))]);
    }

    public double Probability(string prompt) => Probability(_weights, HashedFeatures.Of(prompt));

    private static double Probability(float[][] weights, (int Bucket, float Value)[] features)
    {
        var logit = (double)weights[1][HashedFeatures.Buckets] - weights[0][HashedFeatures.Buckets];
        foreach (var (bucket, value) in features) logit += (weights[1][bucket] - (double)weights[0][bucket]) * value;
        return 1 / (1 + Math.Exp(-logit));
    }
}
