using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>Every backward of the reference against central differences of its forward, in double.</summary>
public sealed class GradientTests
{
    private const int Shapes = 12, ElementsOfAnInput = 8;
    private const double Step = 1e-5, Tolerance = 1e-6;

    [Theory]
    [ClassData(typeof(OperationNames))]
    public void Gradient_is_the_slope_of_the_forward(string operation)
    {
        using var device = Device.Reference();
        var checks = 0;
        double worst = 0;
        Prop.ForAll(Operations.All[operation].ToArbitrary(), shape =>
        {
            using var bench = shape.On(device);
            bench.Reset();
            bench.Forward(Cut.None);
            bench.Backward(Cut.None);
            var gradients = bench.Inputs.ToDictionary(s => s, s => s.ReadGradients());
            var random = new RandomStream(3, StreamStage.Test, problem: checks);
            foreach (var (input, gradient) in gradients)
            {
                for (var i = 0; i < Math.Min(ElementsOfAnInput, gradient.Length); i++)
                {
                    var index = random.Next(gradient.Length);
                    var slope = (LossWhenMoved(bench, input, index, Step) - LossWhenMoved(bench, input, index, -Step)) / (2 * Step);
                    // A weight's gradient was added to what stood there.
                    var computed = gradient[index] - (input.IsWeight ? input.Gradients[index] : 0);
                    var error = Math.Abs(computed - slope) / (1 + Math.Abs(slope));
                    worst = Math.Max(worst, error);
                    error.ShouldBeLessThan(Tolerance, $"{operation}, {input.Name}[{index}]: {computed} computed, {slope} by differences, {shape}");
                    checks++;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation}: {checks} derivatives in {Shapes} shapes, worst error {worst:e1}");
        checks.ShouldBeGreaterThan(0);
    }

    private static double LossWhenMoved(OperationBench bench, Slot input, int index, double by)
    {
        bench.Reset();
        input.WriteMoved(index, by);
        bench.Forward(Cut.None);
        return bench.Loss();
    }
}
