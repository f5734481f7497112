namespace Deliberate.Tensors.Tests;

public sealed class DeviceTurnsTests
{
    [Fact]
    public void One_thread_at_a_time_has_the_turn_and_may_take_it_again()
    {
        var turns = new DeviceTurns();
        int inside = 0, most = 0, sum = 0;
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                using var turn = turns.Take();
                most = Math.Max(most, Interlocked.Increment(ref inside));
                using (turns.Take()) sum++;
                Interlocked.Decrement(ref inside);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join(TimeSpan.FromMinutes(1)).ShouldBeTrue();
        (most, sum).ShouldBe((1, 2000));
    }

    [Fact]
    public void Those_that_wait_come_in_their_order()
    {
        var turns = new DeviceTurns();
        var order = new List<int>();
        var threads = new List<Thread>();
        using (turns.Take())
        {
            for (var i = 0; i < 5; i++)
            {
                var number = i;
                var thread = new Thread(() =>
                {
                    using (turns.Take()) order.Add(number);
                });
                threads.Add(thread);
                thread.Start();
                SpinWait.SpinUntil(() => turns.Waiting == number + 1, TimeSpan.FromMinutes(1)).ShouldBeTrue();
            }
        }

        foreach (var thread in threads) thread.Join(TimeSpan.FromMinutes(1)).ShouldBeTrue();
        order.ShouldBe([0, 1, 2, 3, 4]);
    }
}
