using System.Runtime.InteropServices;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>The gradient of a reward model's loss on a device with memory of its own: brings labels over, and the device makes it from its outputs.</summary>
internal sealed class QueuedHeadGradient
{
    private readonly List<int> _items = [];
    private readonly List<float> _numbers = [];

    /// <summary>Writes the gradient for a micro-batch that has been run.</summary>
    /// <param name="taken">Its examples, with the row at which each begins, and that of a pair's other answer.</param>
    /// <param name="weight">Of each label, or pair.</param>
    public void Run(HeadGraph graph, RewardModelRecipe recipe, IReadOnlyList<SupervisedExample> examples, IReadOnlyList<(int Example, int Row, int Other)> taken, double weight)
    {
        var (kind, setting, width) = recipe.Kind switch
        {
            RewardModelKind.Preference => (HeadLossKind.Pair, (float)recipe.Centring, 2),
            RewardModelKind.Process => (HeadLossKind.Labels, 0f, 1 + graph.Outputs.Columns),
            _ => (recipe.Loss == OutcomeLossKind.CrossEntropy ? HeadLossKind.Outcome : HeadLossKind.SquaredOutcome, 0f, 2),
        };
        _items.Clear();
        _numbers.Clear();
        foreach (var (index, row, other) in taken)
        {
            var (example, labels) = (examples[index], examples[index].Labels!);
            if (kind == HeadLossKind.Pair)
            {
                _items.AddRange(row + labels.Split - 1, other + example.Tokens.Length - labels.Split - 1);
                _numbers.AddRange((float)weight, (float)labels.Margin);
                continue;
            }

            for (var i = 0; i < labels.Rows.Length; i++)
            {
                _items.AddRange(row + labels.Rows[i], row + labels.Rows[i]);
                _numbers.Add((float)weight);
                if (kind != HeadLossKind.Labels) _numbers.Add((float)labels.Targets[i][0]);
                else foreach (var target in labels.Targets[i]) _numbers.Add((float)target);
            }
        }

        ((IQueuedLosses)graph.Model.Device.Kernels).HeadGradient(kind, setting, CollectionsMarshal.AsSpan(_items), CollectionsMarshal.AsSpan(_numbers), width, graph.Outputs, graph.Batch.Tokens);
    }
}
