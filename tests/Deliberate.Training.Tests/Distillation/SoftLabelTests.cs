using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Learning a teacher's distribution is what learning its draws is in expectation.</summary>
public sealed class SoftLabelTests
{
    private const int Vocabulary = 7;
    private const double Temperature = 0.8;

    private static readonly int[] Prompt = [1, 4, 2];

    [Fact]
    public void A_step_on_soft_labels_is_the_expected_step_on_hard_ones()
    {
        using var device = Device.Reference();
        using var teacher = Distillates.Model(device, Vocabulary, hidden: 12, layers: 2, seed: 5);
        using var teaching = new TrainingGraph(teacher, 64, 16, 8, training: false);
        SupervisedExample[] all = [.. Enumerable.Range(0, Vocabulary).Select(y => new SupervisedExample([.. Prompt, y], Prompt.Length))];
        var q = Distillates.LogProbabilities(teaching, all, Temperature).Select(Math.Exp).ToArray();
        q.Sum().ShouldBe(1, 1e-9);

        var soft = Step([all[0]], new SoftTeacher(teaching, Temperature), out var divergence);
        var hard = new double[soft.Length];
        var entropy = 0.0;
        for (var y = 0; y < Vocabulary; y++)
        {
            var one = Step([all[y]], null, out var loss);
            for (var i = 0; i < hard.Length; i++) hard[i] += q[y] * one[i];
            entropy += q[y] * (loss + Math.Log(q[y]));
        }

        divergence.ShouldBe(entropy, 1e-9);
        for (var i = 0; i < hard.Length; i++) soft[i].ShouldBe(hard[i], 1e-9 + (1e-7 * Math.Abs(hard[i])), $"weight {i}");
        Golden.Report("weights moved by soft labels", hard.Length);

        // How far the weights move in a step of plain descent.
        double[] Step(SupervisedExample[] batch, SoftTeacher? from, out double loss)
        {
            using var student = Distillates.Model(device, Vocabulary, hidden: 8, layers: 1, seed: 3);
            using var graph = new TrainingGraph(student, 64, 16, 8);
            using var optimizer = new Optimizer(device, student.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 1, ClipNorm = 1e9 });
            var before = Distillates.Weights(student);
            var done = new SupervisedTrainer(graph, optimizer, from).Step(batch, 1);
            done.Applied.ShouldBeTrue();
            loss = done.Loss;
            return [.. Distillates.Weights(student).Zip(before, (now, then) => now - then)];
        }
    }
}
