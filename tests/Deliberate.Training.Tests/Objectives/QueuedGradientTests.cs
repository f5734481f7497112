using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>The gradients that a card makes of its own numbers are those of the objectives and losses on the host, in float32.</summary>
public sealed class QueuedGradientTests : IDisposable
{
    private const double Tolerance = 2e-5;

    private readonly Device _card = Device.Shared("gpu:emulated");

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    public void Dispose() => _card.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_every_objective_whatever_its_options(string name)
    {
        var compared = 0;
        double worst = 0;
        PolicyDraw.ForAll(150, draw =>
        {
            var entry = PolicyObjectives.Find(name);
            var objective = (PolicyObjective)entry.Create(draw.Options(entry.Defaults) with { LogRatioClamp = draw.Seed % 3 == 0 ? 0.25 : null });
            QueuedPolicyGradient.Has(_card, objective).ShouldBeTrue();
            var data = InFloats(draw.Case());
            var normalisers = data.Normalisers(objective.Options);
            var (_, gradLogp, gradEntropy, _) = data.Evaluate(objective, normalisers);
            var scale = gradLogp.Concat(gradEntropy).Append(1e-3).Max(Math.Abs);
            var found = OnCard(objective, data, normalisers);
            for (var t = 0; t < data.Tokens; t++)
            {
                worst = Math.Max(worst, Math.Max(Math.Abs(found[t].Logp - gradLogp[t]), Math.Abs(found[t].Entropy - gradEntropy[t])) / scale);
                if (!(worst < Tolerance)) throw new ShouldAssertException($"token {t}: {found[t]}, on the host {gradLogp[t]}, {gradEntropy[t]}; {objective.Options}");
                compared += 2;
            }
        });
        Golden.Report($"{name} on a card, worst error {worst:e1}", compared);
    }

    /// <summary>Heads: a critic's values, labels of steps, outcomes both ways, pairs.</summary>
    [Fact]
    public void Of_every_loss_of_a_head()
    {
        var random = new RandomStream(4, StreamStage.Test);
        double Number() => (float)random.NextNormal();
        const int Rows = 12, Outputs = 3;
        double[] outputs = [.. Enumerable.Range(0, Rows * Outputs).Select(_ => 2 * Number())];
        foreach (var kind in Enum.GetValues<HeadLossKind>())
        {
            var expected = new double[Rows * Outputs];
            List<int> items = [];
            List<float> numbers = [];
            for (var row = 0; row < Rows; row += 2)
            {
                double a = outputs[row * Outputs], b = outputs[(row + 1) * Outputs], x = Number(), y = Number(), weight = (float)(0.1 + random.NextDouble());
                items.AddRange(row, row + 1);
                switch (kind)
                {
                    case HeadLossKind.Value:
                        var slope = new double[1];
                        ValueLoss.Evaluate(new PolicyOptions { Aggregation = LossAggregation.SequenceMeanTokenSum }, new BatchNormalisers { Sequences = 1 }, [0, 1], [a], [x], [y], [], 0.5, slope, out _);
                        expected[row * Outputs] = (float)weight * slope[0];
                        numbers.AddRange((float)x, (float)y, (float)weight);
                        break;
                    case HeadLossKind.Labels:
                        double[] target = [0.2, 0.7, 0.1];
                        StepLabelLoss.Evaluate(outputs.AsSpan(row * Outputs, Outputs), target, weight, expected.AsSpan(row * Outputs, Outputs));
                        numbers.AddRange((float)weight, 0.2f, 0.7f, 0.1f);
                        break;
                    case HeadLossKind.Outcome:
                        expected[row * Outputs] = weight * OutcomeLoss.CrossEntropy(a, row % 4 / 2).Gradient;
                        numbers.AddRange((float)weight, row % 4 / 2);
                        break;
                    case HeadLossKind.SquaredOutcome:
                        expected[row * Outputs] = weight * OutcomeLoss.SquaredError(a, row % 4 / 2).Gradient;
                        numbers.AddRange((float)weight, row % 4 / 2);
                        break;
                    default:
                        var pair = BradleyTerryLoss.Evaluate(a, b, x, 0.3);
                        (expected[row * Outputs], expected[(row + 1) * Outputs]) = (weight * pair.ByChosen, weight * pair.ByRejected);
                        numbers.AddRange((float)weight, (float)x);
                        break;
                }
            }

            using DeviceBuffer value = _card.Allocate(Rows * Outputs), gradient = _card.Allocate(Rows * Outputs);
            value.Write(0, outputs);
            gradient.Write(0, outputs);
            var tensor = new Tensor(Outputs, value, stride: Outputs) { Gradient = gradient };
            ((IQueuedLosses)_card.Kernels).HeadGradient(kind, kind == HeadLossKind.Value ? 0.5f : 0.3f, items.ToArray(), numbers.ToArray(), numbers.Count / (items.Count / 2), tensor, Rows);
            var found = new double[Rows * Outputs];
            gradient.Read(0, found);
            for (var i = 0; i < found.Length; i++) found[i].ShouldBe(expected[i], 1e-5, $"{kind} [{i}]");
        }
    }

    /// <summary>The batch in the order of its sequences, each behind two rows of a prompt.</summary>
    private (double Logp, double Entropy)[] OnCard(PolicyObjective objective, PolicyCase data, in BatchNormalisers normalisers)
    {
        const int Prompt = 2;
        var sequences = data.Lengths.Length;
        var rows = data.Tokens + (Prompt * sequences);
        using DeviceBuffer statistics = _card.Allocate(4L * rows), upstream = _card.Allocate(2L * rows);
        var firstRows = new int[sequences];
        var numbers = new double[4 * rows];
        for (int i = 0, row = 0, t = 0; i < sequences; i++)
        {
            firstRows[i] = row += Prompt;
            for (var end = t + data.Lengths[i]; t < end; t++, row++) (numbers[4 * row], numbers[(4 * row) + 1]) = (data.LogpNew[t], data.Entropies[t]);
        }

        statistics.Write(0, numbers);
        // What stood there before must not show.
        upstream.Write(0, numbers.AsSpan(0, 2 * rows));
        new QueuedPolicyGradient().Run(_card, objective, data.Batch(), normalisers, firstRows, new Tensor(4, statistics, stride: 4), new Tensor(2, upstream, stride: 2), rows);
        var found = new double[2 * rows];
        upstream.Read(0, found);
        var tokens = new (double, double)[data.Tokens];
        var isToken = new bool[rows];
        for (int i = 0, t = 0; i < sequences; i++)
        {
            for (var k = 0; k < data.Lengths[i]; k++, t++)
            {
                var row = firstRows[i] + k;
                isToken[row] = true;
                tokens[t] = (found[2 * row], found[(2 * row) + 1]);
            }
        }

        for (var row = 0; row < rows; row++)
            if (!isToken[row]) (found[2 * row], found[(2 * row) + 1]).ShouldBe((0, 0));
        return tokens;
    }

    /// <summary>As a card holds it, so that both decide alike at a clip.</summary>
    private static PolicyCase InFloats(PolicyCase data)
    {
        static double[] Rounded(double[] values) => [.. values.Select(v => (double)(float)v)];
        return data with
        {
            LogpNew = Rounded(data.LogpNew),
            LogpOld = Rounded(data.LogpOld),
            LogpReference = Rounded(data.LogpReference),
            LogpSampler = Rounded(data.LogpSampler),
            Entropies = Rounded(data.Entropies),
            Advantages = Rounded(data.Advantages),
            TokenAdvantages = Rounded(data.TokenAdvantages),
        };
    }
}
