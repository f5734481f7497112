using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// A teacher's whole distribution at each token of what is imitated: soft labels (Hinton 2015, arXiv 1503.02531; the forward KL of arXiv
/// 2306.13649). It reads the same sequences on a tape of its own, and the student's head compares both, a few rows at a time.
/// </summary>
/// <param name="graph">The teacher's, of the student's micro-batch.</param>
/// <param name="temperature">At which the samples were drawn: the distribution that hard labels are draws of.</param>
internal sealed class SoftTeacher(TrainingGraph graph, double temperature)
{
    public SoftLabels Labels { get; } = new(graph.Hidden, graph.Head.Weight, new LogitShape(1 / temperature, graph.Head.SoftCap));

    /// <summary>Fills the labels for examples <paramref name="from"/> up to <paramref name="to"/>, which make one micro-batch.</summary>
    public void Read(IReadOnlyList<SupervisedExample> examples, int from, int to)
    {
        graph.Batch.Clear();
        for (var i = from; i < to; i++) examples[i].AddTo(graph.Batch);
        graph.ForwardHidden();
    }
}
