using Deliberate.Core;

namespace Deliberate.Training.Tests;

public sealed class SampleStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sample_reads_back_as_it_was_written()
    {
        var path = _folder.File(SampleStore.FileName);
        var sample = Sample(12, "arithmetic/7", 3) with
        {
            Text = "<think>\n\"2 + 3\" → 5\n</think>\u2028 naïve 𝔸 \u0001",
            BehaviourLogp = [-0.25f, float.NegativeInfinity],
            Rewards = [new("correct", 1), new("components/length", double.NaN)],
            Reward = 0.1 + 0.2,
        };
        using (var store = new SampleStore(path)) store.Append(sample);
        var read = SampleStore.Read(path).Single();
        (read.Step, read.Problem, read.Sample, read.Prompt, read.Text).ShouldBe((sample.Step, sample.Problem, sample.Sample, sample.Prompt, sample.Text));
        (read.Reward, read.Advantage, read.FinishReason, read.Truncated, read.Trained).ShouldBe((sample.Reward, sample.Advantage, sample.FinishReason, sample.Truncated, sample.Trained));
        read.PromptTokens.ShouldBe(sample.PromptTokens);
        read.Tokens.ShouldBe(sample.Tokens);
        read.Logp.ShouldBe(sample.Logp);
        read.BehaviourLogp.ShouldBe(sample.BehaviourLogp);
        read.Rewards.ShouldBe(sample.Rewards);
    }

    [Fact]
    public void Samples_are_found_by_step_and_problem()
    {
        var path = _folder.File(SampleStore.FileName);
        using (var store = new SampleStore(path))
            foreach (var step in new[] { 1, 12, 2 })
                foreach (var problem in new[] { "a/1", "a/12" })
                    for (var i = 0; i < 2; i++) store.Append(Sample(step, problem, i));
        SampleStore.Read(path).Count().ShouldBe(12);
        SampleStore.Read(path, step: 1).Count().ShouldBe(4);
        SampleStore.Read(path, problem: "a/12").Count().ShouldBe(6);
        SampleStore.Read(path, step: 12, problem: "a/1").Select(sample => sample.Sample).ShouldBe([0, 1]);
        SampleStore.Read(path, step: 3).ShouldBeEmpty();
    }

    [Fact]
    public void The_store_is_cut_back_to_what_the_checkpoint_recorded()
    {
        var path = _folder.File(SampleStore.FileName);
        using (var store = new SampleStore(path))
        {
            store.Append(Sample(1, "a", 0));
            var offset = store.Length;
            store.Append(Sample(2, "a", 0));
            store.TruncateTo(offset);
            store.Append(Sample(3, "a", 0));
        }

        SampleStore.Read(path).Select(sample => sample.Step).ShouldBe([1, 3]);
    }

    [Fact]
    public void A_line_without_the_fields_of_a_sample_is_named()
    {
        var path = _folder.File("bad.jsonl");
        File.WriteAllText(path, "{\"step\":1}\n");
        Should.Throw<UserError>(() => SampleStore.Read(path).ToArray()).Line.ShouldBe(1);
    }

    private static SampleRecord Sample(long step, string problem, int sample) => new()
    {
        Step = step,
        Problem = problem,
        Sample = sample,
        Prompt = "2 + 3 = ",
        PromptTokens = [5, 6, 7],
        Text = "5",
        Tokens = [8, 1],
        Logp = [-0.1f, -1e-7f],
        Rewards = [new("correct", 1)],
        Reward = 1,
        Advantage = -0.125,
        FinishReason = "stop",
        Truncated = false,
    };
}
