using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

public sealed class PoolFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Real samples of MATH with a real reward model's scores: the curves are those of the recorded verdicts, but for one answer that was graded wrong there.</summary>
    [Fact]
    public void Curves_of_real_samples_come_out_of_our_own_grades()
    {
        var (pool, grading) = PoolFile.Read(SharedFolder.Path("data", "math_samples", "samples.jsonl"), AnswerGraders.Get("math"), AnswerFormat.Marked);
        Console.WriteLine($"math_samples: {pool.Problems.Count} problems, {grading.Samples} samples, agreement {grading.Agreeing} of {grading.Recorded}");
        grading.Recorded.ShouldBe(grading.Samples);
        // The program that recorded the verdicts refuses 4:30 \text{ p.m.} for \text{4:30 p.m.}: all samples of one problem.
        (grading.Recorded - grading.Agreeing).ShouldBeLessThanOrEqualTo(pool.Problems[0].Count);
        pool.IsScored.ShouldBeTrue();
        pool.HasProbabilities.ShouldBeFalse();
        var points = pool.Ladder().Select(n => pool.At(n, seed: 1)).ToArray();
        points.Select(p => p.N).ShouldBe([1, 2, 4, 8]);
        // One sample is one sample, however it is chosen.
        points[0].Values.ShouldAllBe(v => Math.Abs(v.Value.Value - points[0].Pass.Value) < 1e-12);
        foreach (var point in points)
        {
            point.Values.ShouldAllBe(v => v.Value.HasInterval && v.Value.N == pool.Problems.Count);
            point.Best!.Value.ShouldBeLessThanOrEqualTo(point.Pass.Value + 1e-12);
            point.Majority.Value.ShouldBeLessThanOrEqualTo(point.Pass.Value + 1e-12);
            point.All.Value.ShouldBeLessThanOrEqualTo(point.Majority.Value + 1e-12);
        }

        points[^1].Best!.Value.ShouldBeGreaterThan(points[0].Pass.Value);
        points[^1].Best!.Value.ShouldBe(pool.Problems.Average(p => p.MaxBy(s => s.Score)!.IsRight ? 1.0 : 0), 1e-12);
    }

    [Fact]
    public void Answers_that_are_written_differently_are_one_in_a_vote()
    {
        var (pool, _) = Read("""{"answer": "3", "completions": ["\\boxed{\\frac12}", "\\boxed{0.5}", "\\boxed{3}", "\\boxed{4}", "nothing"]}""");
        pool.Problems[0].Select(s => s.Group).ShouldBe([1, 1, 0, 2, -1]);
        pool.IsScored.ShouldBeFalse();
        pool.At(5, 1).Majority.Value.ShouldBe(0);
        pool.At(5, 1).Best.ShouldBeNull();
    }

    [Fact]
    public void The_best_of_n_has_an_answer_where_one_of_them_has()
    {
        var (pool, _) = Read("""{"answer": "3", "completions": ["nothing", "\\boxed{3}"], "scores": [0.99, 0.9]}""");
        pool.At(2, 1).Best!.Value.ShouldBe(1);
        pool.BestByProblem(2).ShouldBe([1]);
    }

    [Theory]
    [InlineData("""{"answer": "3", "completions": []}""", "completions")]
    [InlineData("""{"answer": "3", "completions": ["\\boxed{3}"], "scores": [1, 2]}""", "scores")]
    [InlineData("""{"answer": "3", "completions": ["\\boxed{3}"], "scores": ["high"]}""", "scores")]
    [InlineData("""{"answer": "3", "completions": [3]}""", "completions")]
    [InlineData("""{"completions": ["\\boxed{3}"]}""", "answer")]
    [InlineData("""{"answer": "3", "completions": ["\\boxed{3}"], "correct": [1]}""", "correct")]
    public void A_wrong_line_is_named(string line, string field)
    {
        var error = Should.Throw<UserError>(() => Read("""{"answer": "3", "completions": ["\\boxed{3}"]}""" + "\n" + line));
        (error.Line, error.Field).ShouldBe((2, field));
    }

    private (SamplePool Pool, PoolGrading Grading) Read(string text)
    {
        var path = Path.Combine(_folder.Root, "pool.jsonl");
        File.WriteAllText(path, text);
        return PoolFile.Read(path, AnswerGraders.Get("math"), AnswerFormat.Marked);
    }
}
