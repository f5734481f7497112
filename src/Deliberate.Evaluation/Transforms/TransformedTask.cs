using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// A task whose requests are put through a transform: <c>harmbench+base64</c> is <c>harmbench</c> in Base64, <c>gsm8k+rot13</c> what that
/// costs. Items keep the cluster of the one they are made of, so that an interval counts a base prompt once. Of a random transform there
/// may be several variants (<c>-T variants=8</c>), which is best-of-N where any of them counts.
/// </summary>
internal static class TransformedTask
{
    /// <summary>Of the transform's name.</summary>
    public const string Tag = "transform";

    /// <summary>Arguments of a task: the file of translations, and how many variants.</summary>
    public const string Translations = "translations", Variants = "variants";

    private const int MostVariants = 10_000;

    /// <param name="task">Plain.</param>
    /// <param name="transforms">What stands behind the first + of its name.</param>
    /// <exception cref="UserError">There is no such transform.</exception>
    public static EvaluationTask Of(EvaluationTask task, string transforms)
    {
        string[] names = [.. transforms.Split(ComposedTransform.Joint, StringSplitOptions.TrimEntries)];
        foreach (var name in names.Where(n => !n.StartsWith(TranslationTransform.Prefix, StringComparison.Ordinal))) PromptTransforms.Get(name);
        transforms = string.Join(ComposedTransform.Joint, names);
        var isRandom = PromptTransforms.All.Any(t => t.IsRandom && names.Contains(t.Name));
        return task with
        {
            Name = $"{task.Name}{ComposedTransform.Joint}{transforms}",
            Title = $"{task.Title}, under {transforms}",
            Items = (context, cancellation) => Apply(task, transforms, context, cancellation),
            Metrics = isRandom ? [.. task.Metrics, Worst(task.Metrics[0], transforms)] : task.Metrics,
            Published = [],
            Differences = $"{task.Differences} Published figures are of prompts without the transform, or with others.".TrimStart(),
        };
    }

    /// <summary>The item with its last request put through the transform.</summary>
    /// <param name="variant">From 0.</param>
    public static EvaluationItem Apply(EvaluationItem item, IPromptTransform transform, int variant, int variants, ulong seed)
    {
        var random = new RandomStream(seed, StreamStage.PromptTransforms, problem: Key($"{transform.Name}/{item.Id}"), sample: variant);
        return item with
        {
            Id = variants > 1 ? string.Create(CultureInfo.InvariantCulture, $"{item.Id}+{transform.Name}.{variant}") : $"{item.Id}+{transform.Name}",
            Messages = [.. item.Messages.Take(item.Messages.Count - 1), .. transform.Apply(item.Messages[^1].Content, ref random)],
            Cluster = item.Cluster,
            Tags = new Dictionary<string, string>(item.Tags) { [Tag] = transform.Name },
        };
    }

    private static async IAsyncEnumerable<EvaluationItem> Apply(EvaluationTask task, string transforms, TaskContext context, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var transform = PromptTransforms.Get(transforms, context.Arguments.GetValueOrDefault(Translations));
        var variants = transform.IsRandom ? Count(context) : 1;
        await foreach (var item in task.Items(context, cancellation).ConfigureAwait(false))
        {
            for (var i = 0; i < variants; i++) yield return Apply(item, transform, i, variants, context.Seed);
        }
    }

    private static int Count(TaskContext context)
    {
        if (!context.Arguments.TryGetValue(Variants, out var text)) return 1;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostVariants
            ? count
            : throw new UserError($"\"{text}\" is no number of variants.", field: Variants, advice: $"Expected a whole number from 1 to {MostVariants.ToString(CultureInfo.InvariantCulture)}.");
    }

    /// <summary>The task's first metric with the worst variant of each request: best-of-N, seen by who defends.</summary>
    private static TaskMetric Worst(TaskMetric metric, string transforms) => metric with
    {
        Name = $"{metric.Name}_worst",
        Title = $"{metric.Title}, worst variant of each request",
        SliceBy = null,
        Custom = samples =>
        {
            var worst = new ItemValues<string>();
            var counted = samples.Where(s => metric.Counts(s) && metric.Value(s) is not null);
            foreach (var request in counted.GroupBy(s => s.Item[..s.Item.LastIndexOf($"{ComposedTransform.Joint}{transforms}", StringComparison.Ordinal)], StringComparer.Ordinal))
                worst.Add(request.Key, metric.HigherIsBetter ? request.Min(s => metric.Value(s)!.Value) : request.Max(s => metric.Value(s)!.Value));
            return metric.IsShare ? ShareMetric.Of(worst) : MeanMetric.Of(worst);
        },
    };

    private static long Key(string id) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
