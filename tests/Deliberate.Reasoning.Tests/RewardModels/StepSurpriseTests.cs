using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Right steps told from wrong ones by their surprise alone.</summary>
public sealed class StepSurpriseTests
{
    [Fact]
    public void Two_kinds_of_steps_are_told_apart_without_a_label()
    {
        var (solutions, labels) = Draw(count: 600, hazard: 0.2, seed: 3);
        var fit = StepSurprise.Fit(solutions);
        fit.Hazard.ShouldBe(0.2, 0.04);
        fit.RightMean.ShouldBe(-4, 0.2);
        fit.WrongMean.ShouldBe(1, 0.3);
        var wrongly = solutions.Zip(labels).Sum(s => s.First.Zip(s.Second).Count(step => fit.Right(step.First) > 0.5 != step.Second));
        ((double)wrongly / solutions.Sum(s => s.Length)).ShouldBeLessThan(0.03);
    }

    [Fact]
    public void More_surprise_never_makes_a_step_likelier_to_be_right()
    {
        var fit = StepSurprise.Fit(Draw(count: 200, hazard: 0.3, seed: 5).Solutions);
        double[] ladder = [.. Enumerable.Range(0, 400).Select(i => Math.Exp((i / 20.0) - 10)).Select(fit.Right)];
        ladder.ShouldBeInOrder(SortDirection.Descending);
        (ladder[0], ladder[^1]).ShouldSatisfyAllConditions(e => e.Item1.ShouldBeGreaterThan(0.9), e => e.Item2.ShouldBeLessThan(0.1));
    }

    [Fact]
    public void A_batch_without_mistakes_is_not_made_to_hold_some()
    {
        var fit = StepSurprise.Fit([.. Enumerable.Repeat(new[] { 0.01, 0.02, 0.015 }, 50)]);
        fit.Right(0.02).ShouldBeGreaterThan(0.8);
        fit.Right(20).ShouldBeLessThan(0.5);
        Should.Throw<ArgumentException>(() => StepSurprise.Fit([[]]));
    }

    /// <summary>Right steps surprise by exp(-4 ± 1) nats, wrong ones by exp(1 ± 0.5); what comes behind a mistake is as if it were right.</summary>
    private static (double[][] Solutions, bool[][] Right) Draw(int count, double hazard, ulong seed)
    {
        var (solutions, labels) = (new double[count][], new bool[count][]);
        for (var i = 0; i < count; i++)
        {
            var random = new RandomStream(seed, StreamStage.Test, problem: i);
            (solutions[i], labels[i]) = (new double[4], new bool[4]);
            for (var s = 0; s < 4; s++)
            {
                labels[i][s] = !random.NextBool(hazard);
                solutions[i][s] = Math.Exp(labels[i][s] ? -4 + random.NextNormal() : 1 + (0.5 * random.NextNormal()));
            }
        }

        return (solutions, labels);
    }
}
