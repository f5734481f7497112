using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The advantages of on-policy distillation: what they are, and that a step by them is one down the exact divergence.</summary>
public sealed class ReverseKlGradientTests
{
    private const int Vocabulary = 7;

    private static readonly int[] Prompt = [1, 4, 2];

    [Fact]
    public void Each_sample_is_held_against_the_others()
    {
        var advantages = new double[6];
        ReverseKlAdvantages.Compute([-1, -3, -0.5, double.NaN, -2, 0.5], [0, 2, 3, 4, 6], advantages);
        // The others of the first have -0.5, -2, 0.5 on their tokens; the sample that is left out counts nowhere.
        advantages.ShouldBe([-1 + (2 / 3.0), -3 + (2 / 3.0), -0.5 - (-5.5 / 4), 0, -2 + 1.5, 0.5 + 1.5], 1e-12);
        ReverseKlAdvantages.Compute([-1, -3], [0, 2], advantages.AsSpan(0, 2));
        advantages[..2].ShouldBe([-1, -3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1.7)]
    public void The_expected_gradient_is_that_of_the_reverse_divergence_whatever_the_control_variate(double baseline)
    {
        using var device = Device.Reference();
        using var student = Distillates.Model(device, Vocabulary, hidden: 8, layers: 1, seed: 3);
        using var teacher = Distillates.Model(device, Vocabulary, hidden: 12, layers: 2, seed: 5);
        using var graph = new TrainingGraph(student, 64, 16, 8);
        using var teaching = new TrainingGraph(teacher, 64, 16, 8, training: false);
        using var optimizer = new Optimizer(device, student.Parameters, new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 1e-12, ClipNorm = 1e9 });
        // Every completion of one token, weighed by how often the student writes it: the expectation, without sampling.
        PolicySample[] all = [.. Enumerable.Range(0, Vocabulary).Select(y => new PolicySample(Prompt, new Rollout([y], [0], [0], FinishReason.Length), 0))];
        var (log, taught) = (Score(graph, all), Score(teaching, all));
        PolicySample[] weighed = [.. all.Select((sample, y) => sample with { TokenAdvantages = [Vocabulary * Math.Exp(log[y]) * (taught[y] - log[y] - baseline)], Old = [log[y]] })];
        var trainer = new PolicyTrainer(graph, optimizer, PolicyObjectives.Create("reinforce"), 1, 1);
        trainer.Step(weighed, 1, new PolicyMetrics()).Applied.ShouldBeTrue();
        var gradients = new double[student.Parameters.BufferLength];
        student.Parameters.Gradients.Read(0, gradients.AsSpan());
        var compared = 0;
        foreach (var parameter in student.Parameters.Parameters)
        {
            for (var i = 0L; i < parameter.Length; i += Math.Max(1, parameter.Length / 5))
            {
                const double Step = 1e-5;
                var at = parameter.Offset + i;
                var slope = (Moved(at, Step) - Moved(at, -Step)) / (2 * Step);
                gradients[at].ShouldBe(slope, 1e-7 + (1e-5 * Math.Abs(slope)), $"{parameter.Name}[{i}]");
                compared++;
            }
        }

        Golden.Report("slopes of the reverse divergence", compared);

        double Moved(long at, double by)
        {
            var value = new double[1];
            student.Parameters.Values.Read(at, value.AsSpan());
            student.Parameters.Values.Write(at, [value[0] + by]);
            student.Pack(training: true);
            var moved = Score(graph, all);
            student.Parameters.Values.Write(at, value.AsSpan());
            student.Pack(training: true);
            return moved.Zip(taught, (s, t) => Math.Exp(s) * (s - t)).Sum();
        }
    }

    private static double[] Score(TrainingGraph graph, PolicySample[] samples)
    {
        var logp = new double[samples.Length];
        new PolicyScorer(graph, 1).Score(samples, PolicyScorer.Offsets(samples), logp, []);
        return logp;
    }
}
