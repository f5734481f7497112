using Deliberate.Core;
using Deliberate.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class DecodingLoopTests : IDisposable
{
    private const int Positions = 400;

    private readonly Device _device = Device.Cpu(2);
    private readonly LanguageModel _model;

    public DecodingLoopTests() => _model = TinyModel.Make(_device);

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    [Fact]
    public void Requests_with_options_of_their_own_are_drawn_as_if_alone()
    {
        SamplingOptions[] ways = [new() { Temperature = 0 }, new() { TopK = 5 }, new() { Temperature = 0.7, TopP = 0.8, RepetitionPenalty = 1.2 }, new() { MinP = 0.1 }];
        var requests = Enumerable.Range(0, 8).Select(i => new SampleRequest(Prompt(i, 5 + (9 * i)), 40, Streams(i, 2)) { Options = i % 5 == 4 ? null : ways[i % 4] }).ToArray();
        using var sampler = new Sampler(_model, 5, Positions);
        var together = sampler.Sample(requests, new SamplingOptions(), [0]);
        for (var i = 0; i < requests.Length; i++)
        {
            var alone = sampler.Sample([requests[i] with { Options = null }], requests[i].Options ?? new SamplingOptions(), [0])[0];
            for (var s = 0; s < 2; s++)
            {
                together[i][s].Tokens.ShouldBe(alone[s].Tokens);
                together[i][s].BehaviourLogProbabilities.ShouldBe(alone[s].BehaviourLogProbabilities);
            }
        }
    }

    [Fact]
    public void A_forced_token_comes_and_the_model_goes_on_behind_it()
    {
        int[] forced = [7, 8, 9];
        var request = new SampleRequest(Prompt(1, 10), 30, Streams(1, 2)) { Constraint = () => output => output.Length is >= 5 and < 8 ? AllowedTokens.One(forced[output.Length - 5]) : AllowedTokens.Any };
        using var sampler = new Sampler(_model, 2, Positions);
        foreach (var options in new[] { new SamplingOptions(), new SamplingOptions { Temperature = 0 }, new SamplingOptions { TopK = 3, NoRepeatNgramSize = 2 } })
        {
            var free = sampler.Sample([request with { Constraint = null }], options, [])[0];
            var bound = sampler.Sample([request], options, [])[0];
            for (var s = 0; s < 2; s++)
            {
                bound[s].Tokens[..5].ShouldBe(free[s].Tokens[..5]);
                bound[s].Tokens[5..8].ShouldBe(forced);
                bound[s].BehaviourLogProbabilities[5..8].ShouldAllBe(p => p == 0);
                bound[s].LogProbabilities[5..8].ShouldAllBe(p => p < 0);
                var rest = sampler.Sample([new SampleRequest([.. request.Prompt, .. bound[s].Tokens[..8]], 1, Streams(9, 1))], new SamplingOptions { Temperature = 0 }, [])[0][0];
                if (options.Temperature == 0) bound[s].Tokens[8].ShouldBe(rest.Tokens[0], "what follows has read them");
            }
        }
    }

    [Fact]
    public void A_sample_that_fails_leaves_its_neighbours_alone()
    {
        using var loop = new DecodingLoop(_model, 4, Positions, CacheStorage.F32, 512);
        var sink = new Sink();
        for (var i = 0; i < 6; i++)
        {
            var fails = i == 2;
            loop.Admit(new DecodingPrompt(new SampleRequest(Prompt(i, 20), 25, Streams(i, 1)) { Watch = fails ? () => _ => throw new InvalidOperationException("mine") : null }, new SamplingOptions(), [], i));
        }

        while (loop.Step(sink)) { }
        sink.Failed.ShouldBe([2]);
        sink.Tokens.Keys.Order().ShouldBe([0, 1, 3, 4, 5]);
        sink.Tokens.Values.ShouldAllBe(tokens => tokens.Length == 25);
        (loop.LivePages, loop.ReservedPages).ShouldBe((0, 0));
    }

    [Fact]
    public void A_cancelled_sample_is_over_with_the_next_step_and_leaves_its_slot()
    {
        using var loop = new DecodingLoop(_model, 1, Positions, CacheStorage.F32, 512);
        var sink = new Sink();
        DecodingPrompt[] prompts = [.. Enumerable.Range(0, 3).Select(i => new DecodingPrompt(new SampleRequest(Prompt(i, 20), 25, Streams(i, 1)), new SamplingOptions(), [], i))];
        foreach (var prompt in prompts) loop.Admit(prompt);
        while (sink.Drawings < 4) loop.Step(sink);
        prompts[0].Cancel();
        prompts[1].Cancel();
        loop.Step(sink);
        sink.Cancelled.ShouldBe([0], "the one in flight; the other has no slot");
        while (loop.Step(sink)) { }
        sink.Tokens.Keys.ShouldBe([2]);
        (loop.LivePages, loop.ReservedPages, loop.Live).ShouldBe((0, 0, 0));
    }

    [Fact]
    public void A_step_that_was_broken_off_leaves_every_slot_free_once_and_no_pages()
    {
        using var loop = new DecodingLoop(_model, 3, Positions, CacheStorage.F32, 512);
        DecodingPrompt[] Prompts(int tokens) => [.. Enumerable.Range(0, 6).Select(i => new DecodingPrompt(new SampleRequest(Prompt(i, 20), tokens, Streams(i, 1)), new SamplingOptions(), [], i))];
        Dictionary<int, int[]> Draw()
        {
            var sink = new Sink();
            foreach (var prompt in Prompts(25)) loop.Admit(prompt);
            while (loop.Step(sink)) { }
            return sink.Tokens;
        }

        void Break()
        {
            var sink = new BreakingSink();
            Should.Throw<InvalidOperationException>(() => { while (loop.Step(sink)) { } });
            loop.Clear();
            (loop.LivePages, loop.ReservedPages, loop.Live).ShouldBe((0, 0, 0));
        }

        var expected = Draw();
        // All of them end with one step, and the second breaks it off.
        foreach (var prompt in Prompts(1)) loop.Admit(prompt);
        Break();
        // The text breaks off the pass that has read the prompt too.
        loop.Admit(Prompts(25)[0]);
        loop.Admit(new DecodingReading(new HeadText([1, 2, 3], [2]), head: null, adapter: null));
        Break();
        var again = Draw();
        again.Count.ShouldBe(expected.Count);
        foreach (var (index, tokens) in expected) again[index].ShouldBe(tokens);
    }

    /// <summary>Whatever was asked before, in whatever order, and however few pages are kept: the tokens of each are those of reading it from its beginning.</summary>
    [Fact]
    public void What_is_known_of_earlier_texts_changes_no_bit()
    {
        var reused = 0L;
        using var sampler = new Sampler(_model, 3, Positions);
        // Few beginnings of whole and half pages, so that texts meet and part everywhere.
        var texts = from start in Gen.Choose(0, 1)
                    from length in Gen.Elements(1, 40, 64, 100, 128, 200)
                    from change in Gen.Choose(0, 210)
                    from end in Gen.Choose(0, 30)
                    select (int[])[.. Enumerable.Range(0, length).Select(i => i == change ? 3 : ((start * 7) + (i * 5)) % 61), .. Enumerable.Range(0, end)];
        var plans = from prompts in texts.ArrayOf(8) from pages in Gen.Elements(12, 20, 40, 200) from together in Gen.Choose(1, 3) select (prompts, pages, together);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(plans.ToArbitrary(), plan =>
        {
            using var loop = new DecodingLoop(_model, plan.together, Positions, CacheStorage.F32, 96, plan.pages);
            var sink = new Sink();
            var requests = plan.prompts.Where(p => p.Length > 0).Select((p, i) => new SampleRequest(p, 12, Streams(i, 1))).ToArray();
            var asked = requests.Select((request, i) => new DecodingPrompt(request, new SamplingOptions(), [0], i)).ToArray();
            foreach (var chunk in asked.Chunk(plan.together))
            {
                foreach (var prompt in chunk) loop.Admit(prompt);
                while (loop.Step(sink)) { }
                ((long)loop.LivePages).ShouldBeLessThanOrEqualTo(plan.pages);
            }

            reused += asked.Sum(prompt => prompt.Reused);
            var expected = sampler.Sample(requests, new SamplingOptions(), [0]);
            for (var i = 0; i < requests.Length; i++) sink.Tokens[i].ShouldBe(expected[i][0].Tokens);
            loop.Clear();
            loop.LivePages.ShouldBe(0);
        }));
        reused.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public async Task Two_threads_on_one_device_take_turns()
    {
        using var other = TinyModel.Make(_device, _model.Configuration with { LayerCount = 1 });
        SampleRequest[] Requests() => [.. Enumerable.Range(0, 12).Select(i => new SampleRequest(Prompt(i, 30), 60, Streams(i, 2)))];
        Rollout[][][] Sample(LanguageModel model)
        {
            using var sampler = new Sampler(model, 8, Positions);
            return [.. Enumerable.Range(0, 3).Select(_ => sampler.Sample(Requests(), new SamplingOptions(), [0]))];
        }

        var alone = new[] { Sample(_model), Sample(other) };
        var together = await Task.WhenAll(Task.Run(() => Sample(_model)), Task.Run(() => Sample(other)));
        for (var m = 0; m < 2; m++)
            foreach (var (found, expected) in together[m].SelectMany(r => r).SelectMany(r => r).Zip(alone[m].SelectMany(r => r).SelectMany(r => r))) found.LogProbabilities.ShouldBe(expected.LogProbabilities);
    }

    private static int[] Prompt(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => (seed + (i * 5)) % 61)];

    private static RandomStream[] Streams(int problem, int samples) => [.. Enumerable.Range(0, samples).Select(s => new RandomStream(9, StreamStage.Sampling, problem: problem, sample: s))];

    /// <summary>Fails at the end of the second sample, and where a text has been read.</summary>
    private sealed class BreakingSink : IDecodingSink
    {
        private int _ended;

        public void Drawn(ReadOnlySpan<SampleSlot> slots)
        {
        }

        public void Ended(SampleSlot slot)
        {
            if (++_ended == 2) throw new InvalidOperationException("mine");
        }

        public void Read(DecodingReading reading) => throw new InvalidOperationException("mine");
    }

    private sealed class Sink : IDecodingSink
    {
        public Dictionary<int, int[]> Tokens { get; } = [];

        public List<int> Failed { get; } = [];

        public List<int> Cancelled { get; } = [];

        public int Drawings { get; private set; }

        public void Drawn(ReadOnlySpan<SampleSlot> slots) => Drawings++;

        public void Ended(SampleSlot slot)
        {
            if (slot.Failure is not null) Failed.Add(slot.Prompt!.Index);
            else if (slot.Finished is null) Cancelled.Add(slot.Prompt!.Index);
            else Tokens.Add(slot.Prompt!.Index, [.. slot.Tokens]);
        }
    }
}
