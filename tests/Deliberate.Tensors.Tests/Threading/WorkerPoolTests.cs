namespace Deliberate.Tensors.Tests;

/// <summary>Every share of every job runs once, whoever runs it, and no worker without a core holds the others up.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_share_runs_exactly_once_in_every_job(int workers)
    {
        using var pool = new WorkerPool(workers);
        var job = new Counting(workers);
        for (var round = 1; round <= 3000; round++)
        {
            pool.Run(job);
            job.Counts.ShouldAllBe(count => count == round);
        }
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_next_job_runs()
    {
        using var pool = new WorkerPool(3);
        for (var share = 0; share < 3; share++)
            Should.Throw<AggregateException>(() => pool.Run(new Failing(share))).InnerException!.Message.ShouldBe($"share {share}");
        var job = new Counting(3);
        pool.Run(job);
        job.Counts.ShouldBe([1, 1, 1]);
    }

    [Fact]
    public void Shares_of_workers_that_got_no_core_are_taken_over()
    {
        // Many more threads than cores: most of them are not on one when a job begins.
        using var pool = new WorkerPool((Environment.ProcessorCount * 8) + 1);
        var job = new Counting(pool.Count);
        for (var round = 0; round < 200; round++) pool.Run(job);
        job.Counts.ShouldAllBe(count => count == 200);
        pool.SharesTakenOver.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_job_within_a_job_is_refused(int workers)
    {
        using var pool = new WorkerPool(workers);
        Should.Throw<Exception>(() => pool.Run(new Nested(pool))).GetBaseException().Message.ShouldContain("its own workers");
        var job = new Counting(workers);
        pool.Run(job);
        job.Counts.ShouldAllBe(count => count == 1);
    }

    private sealed class Nested(WorkerPool pool) : ParallelJob
    {
        public override void Execute(int worker) => pool.Run(this);
    }

    private sealed class Counting(int shares) : ParallelJob
    {
        public int[] Counts { get; } = new int[shares];

        public override void Execute(int worker) => Counts[worker]++;
    }

    private sealed class Failing(int share) : ParallelJob
    {
        public override void Execute(int worker)
        {
            if (worker == share) throw new InvalidOperationException($"share {worker}");
        }
    }
}
