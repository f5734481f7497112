namespace Deliberate.Training.Tests;

public sealed class PolicyGradientTests
{
    private const double Step = 1e-6;

    /// <summary>Those whose gradient is, by design, not the derivative of their value.</summary>
    private static readonly string[] StopGradient = ["gspo_token", "cispo", "cispo_band", "vespo"];

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    public static TheoryData<string> Differentiable => [.. PolicyObjectives.All.Select(entry => entry.Name).Except(StopGradient)];

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Gradient_is_the_derivative_of_the_value(string name)
    {
        var compared = 0;
        PolicyDraw.ForAll(50, draw =>
        {
            var entry = PolicyObjectives.Find(name);
            var objective = entry.Create(draw.Options(entry.Defaults));
            var data = draw.Case();
            var normalisers = data.Normalisers(objective.Options);
            var (loss, gradLogp, gradEntropy, _) = data.Evaluate(objective, normalisers);
            for (var t = 0; t < data.Tokens; t++)
            {
                Same(gradLogp[t], loss, h => data.Evaluate(objective, normalisers, logpNew: Moved(data.LogpNew, t, h)).Loss);
                Same(gradEntropy[t], loss, h => data.Evaluate(objective, normalisers, entropies: Moved(data.Entropies, t, h)).Loss);
                compared += 2;
            }
        });
        Golden.Report(name + " finite differences", compared);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_and_gradient_do_not_depend_on_how_the_batch_is_cut(string name)
    {
        var cuts = 0;
        PolicyDraw.ForAll(100, draw =>
        {
            var entry = PolicyObjectives.Find(name);
            var objective = entry.Create(draw.Options(entry.Defaults));
            var data = draw.Case();
            var normalisers = data.Normalisers(objective.Options);
            var whole = data.Evaluate(objective, normalisers);

            var random = new Core.RandomStream((ulong)draw.Seed, Core.StreamStage.Test, step: 2);
            var gradLogp = new double[data.Tokens];
            var gradEntropy = new double[data.Tokens];
            var merged = new PolicyMetrics();
            double loss = 0;
            for (int first = 0, count; first < data.Lengths.Length; first += count)
            {
                count = random.Next(1, data.Lengths.Length - first + 1);
                var part = data.Batch().Slice(first, count);
                var range = data.Offsets[first]..data.Offsets[first + count];
                var metrics = new PolicyMetrics();
                loss += objective.Evaluate(part, normalisers, gradLogp.AsSpan(range), gradEntropy.AsSpan(range), metrics);
                merged.Merge(metrics);
                cuts++;
            }

            Golden.Close(loss, whole.Loss, 1e-12, "loss");
            Golden.Close(gradLogp, whole.GradLogp, 1e-12, "gradient");
            Golden.Close(gradEntropy, whole.GradEntropy, 1e-12, "entropy gradient");
            Same(merged, whole.Metrics);
        });
        Golden.Report(name + " micro-batches", cuts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void On_policy_the_old_policy_is_the_new_one(string name)
    {
        PolicyDraw.ForAll(20, draw =>
        {
            var entry = PolicyObjectives.Find(name);
            var objective = entry.Create(draw.Options(entry.Defaults));
            var absent = draw.Case() with { LogpOld = [] };
            var given = absent with { LogpOld = absent.LogpNew };
            var normalisers = absent.Normalisers(objective.Options);
            var (loss, gradient, _, _) = absent.Evaluate(objective, normalisers);
            var same = given.Evaluate(objective, normalisers);
            loss.ShouldBe(same.Loss);
            gradient.ShouldBe(same.GradLogp);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_on_the_gradient_raises_the_advantage_weighted_likelihood(string name)
    {
        var entry = PolicyObjectives.Find(name);
        var data = new PolicyCase { Lengths = [3, 2], LogpNew = [-1, -2, -0.5, -1.5, -0.7], Advantages = [1, -1] };
        var gradient = data.Evaluate(entry.Create(entry.Defaults), data.Normalisers(entry.Defaults)).GradLogp;
        gradient[..3].ShouldAllBe(g => g < 0);
        gradient[3..].ShouldAllBe(g => g > 0);
    }

    /// <summary>At a kink, which a draw may hit, the gradient of one side is right.</summary>
    private static void Same(double gradient, double loss, Func<double, double> at)
    {
        double up = at(Step), down = at(-Step);
        var tolerance = 3e-6 * (1 + Math.Abs(gradient) + Math.Abs(loss));
        double[] slopes = [(up - down) / (2 * Step), (up - loss) / Step, (loss - down) / Step];
        slopes.ShouldContain(slope => Math.Abs(slope - gradient) <= tolerance, $"gradient {gradient:R}, differences {string.Join(", ", slopes)}");
    }

    private static void Same(PolicyMetrics actual, PolicyMetrics expected)
    {
        var values = new MetricValues();
        var wanted = new MetricValues();
        actual.CopyTo(values);
        expected.CopyTo(wanted);
        values.Select(pair => pair.Key).ShouldBe(wanted.Select(pair => pair.Key));
        for (var i = 0; i < values.Count; i++) Golden.Close(values[i].Value, wanted[i].Value, 1e-12, values[i].Key);
    }

    private static double[] Moved(double[] values, int at, double by)
    {
        var moved = (double[])values.Clone();
        moved[at] += by;
        return moved;
    }
}
