using System.Collections.Concurrent;
using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class ModelHostTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    private const string Beginning = "You are one of many that ask at the same time, and all begin with these words, which take more than a page of sixty-four positions. ";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static readonly SamplingOptions[] s_ways = [new(), new() { Temperature = 0 }, new() { Temperature = 0.8, TopP = 0.9 }, new() { TopK = 20, RepetitionPenalty = 1.1 }];

    [Fact]
    public async Task Samples_of_one_prompt_read_it_once_and_are_those_of_each_alone()
    {
        using var model = hosted.Open();
        var options = new GenerateOptions { MaxTokens = 40, Sampling = new(), Seed = 5 };
        var prompt = string.Concat(Enumerable.Repeat("the and of to ", 20));
        var together = await model.SampleAsync(prompt, 6, options, TestContext.Current.CancellationToken);
        together.Count.ShouldBe(6);
        together[0].Tokens.ShouldBe((await model.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)).Tokens);
        together.Select(t => t.Text).Distinct().Count().ShouldBeGreaterThan(3);
        together.ShouldAllBe(t => t.Usage.Cached == 0);

        // Beside others, each is what it was; held to a form, each is held by itself.
        var crowd = Enumerable.Range(0, 10).Select(i => model.GenerateAsync("in that", options with { Seed = (ulong)i }, TestContext.Current.CancellationToken)).ToArray();
        (await model.SampleAsync(prompt, 6, options, TestContext.Current.CancellationToken)).Select(t => t.Text).ShouldBe(together.Select(t => t.Text));
        await Task.WhenAll(crowd);
        var held = await model.SampleAsync(prompt, 4, options with { ThinkingBudget = 0, Grammar = OutputGrammar.FromRegex("[a-c]{3}") }, TestContext.Current.CancellationToken);
        held.ShouldAllBe(t => ThinkingSplit.Of(t.Text, "").Text.Length == 3);

        using var source = new CancellationTokenSource();
        var cancelled = model.SampleAsync(prompt, 30, options with { MaxTokens = 200 }, source.Token);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        (await model.GenerateAsync(prompt, options, TestContext.Current.CancellationToken)).Tokens.ShouldBe(together[0].Tokens);
    }

    [Fact]
    public async Task Sixty_four_callers_each_get_what_they_would_get_alone()
    {
        const int Callers = 64;
        using var model = hosted.Open(new ModelHostOptions { Slots = 12 });
        var (found, cancelled) = (new ConcurrentDictionary<int, (string Text, int[] Tokens)>(), new ConcurrentBag<int>());
        var others = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (done, prompt) = (0, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => Call(i), prompt))).WaitAsync(s_patience, prompt);
        cancelled.Count.ShouldBe(Callers / 4);

        using var alone = hosted.Open(new ModelHostOptions { Slots = 1 });
        foreach (var (i, (text, tokens)) in found)
        {
            var expected = await alone.GenerateAsync(Prompt(i), Options(i), prompt);
            text.ShouldBe(expected.Text, $"caller {i}");
            tokens.ShouldBe(i % 4 == 1 ? [] : expected.Tokens);
        }

        found.Values.Select(f => f.Text).Distinct().Count().ShouldBeGreaterThan(Callers / 2);

        async Task Call(int i)
        {
            var (text, tokens, n) = ("", new List<int>(), 0);
            switch (i % 4)
            {
                case 0:
                    var completion = await model.GenerateAsync(Prompt(i), Options(i), prompt);
                    completion.Usage.Completion.ShouldBe(completion.Tokens.Count);
                    (text, tokens) = (completion.Text, [.. completion.Tokens]);
                    break;
                case 1:
                    // A slow reader: it looks at its second piece when everybody else is done.
                    await foreach (var piece in model.StreamAsync(Prompt(i), Options(i), prompt))
                    {
                        text += piece;
                        if (n++ == 0) await others.Task;
                    }

                    break;
                case 2:
                    await foreach (var token in model.StreamTokensAsync(model.Tokenizer.Encode(Prompt(i), addSpecialTokens: true), Options(i), prompt)) tokens.Add(token.Token);
                    text = Text(model, tokens);
                    break;
                default:
                    // Some are cancelled, some stop reading, after more or fewer tokens.
                    using (var source = CancellationTokenSource.CreateLinkedTokenSource(prompt))
                    {
                        var stops = async () =>
                        {
                            await foreach (var token in model.StreamTokensAsync(model.Tokenizer.Encode(Prompt(i)), Options(i) with { MaxTokens = 300, Sampling = new() }, source.Token))
                            {
                                if (n++ < i / 8) continue;
                                if (i % 8 == 3) break;
                                await source.CancelAsync();
                            }
                        };
                        if (i % 8 == 3) await stops();
                        else await stops.ShouldThrowAsync<OperationCanceledException>();
                    }

                    cancelled.Add(i);
                    break;
            }

            if (i % 4 != 3) found[i] = (text, [.. tokens]);
            if (i % 4 != 1 && Interlocked.Increment(ref done) == Callers * 3 / 4) others.SetResult();
        }
    }

    private string Text(TextModel model, List<int> tokens) => model.Tokenizer.Decode(tokens[^1] == hosted.End ? [.. tokens[..^1]] : [.. tokens], skipSpecial: false);

    /// <summary>Whenever requests come and whichever are cancelled: the others are what they are alone, and nothing stays behind.</summary>
    [Fact]
    public void Arrivals_and_cancellations_in_any_order_change_no_result()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 3 });
        using var alone = hosted.Open(new ModelHostOptions { Slots = 1 });
        var expected = new Dictionary<int, IReadOnlyList<int>>();
        var requests = from which in Gen.Choose(0, 11) from pause in Gen.Choose(0, 6) from cancelAfter in Gen.Choose(-20, 12) select (which, pause, cancelAfter);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(8), Prop.ForAll(requests.ArrayOf(14).ToArbitrary(), plan =>
        {
            var done = Task.WhenAll(plan.Select(async request =>
            {
                for (var i = 0; i < request.pause; i++) await Task.Yield();
                var tokens = new List<int>();
                await foreach (var token in model.StreamTokensAsync(model.Tokenizer.Encode(Prompt(request.which)), Options(request.which)))
                {
                    tokens.Add(token.Token);
                    if (tokens.Count == request.cancelAfter) break;
                }

                return tokens;
            }));
            done.Wait(s_patience).ShouldBeTrue();
            foreach (var (request, tokens) in plan.Zip(done.Result))
            {
                if (!expected.TryGetValue(request.which, out var whole)) expected[request.which] = whole = Tokens(alone, request.which).Result;
                tokens.ShouldBe(request.cancelAfter > 0 ? whole.Take(request.cancelAfter) : whole);
            }
        }));

        static async Task<IReadOnlyList<int>> Tokens(TextModel model, int which)
        {
            var tokens = new List<int>();
            await foreach (var token in model.StreamTokensAsync(model.Tokenizer.Encode(Prompt(which)), Options(which))) tokens.Add(token.Token);
            return tokens;
        }
    }

    [Fact]
    public async Task Ten_thousand_requests_that_nobody_reads_are_refused_past_the_queue()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 2, QueueLimit = 30 });
        var asked = Enumerable.Range(0, 10_000).Select(i => model.GenerateAsync("a", new GenerateOptions { MaxTokens = 400, Seed = (ulong)i, Sampling = new() { Temperature = 0 } })).ToArray();
        var refused = asked.Where(t => t.IsFaulted).ToArray();
        refused.Length.ShouldBeGreaterThan(1000);
        refused.ShouldAllBe(t => ((UserError)t.Exception!.InnerException!).Field == "queue_limit");
        refused[^1].Exception!.InnerException!.Message.ShouldContain("requests wait already");
        // Streams that are asked for and not read cost their tokens and hold nobody up.
        var streams = Enumerable.Range(0, 10).Select(_ => model.StreamAsync("a").GetAsyncEnumerator()).ToArray();
        await Task.WhenAll(asked.Except(refused)).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        foreach (var stream in streams) await stream.DisposeAsync();
        (await model.GenerateAsync("a", new GenerateOptions { MaxTokens = 3 })).Tokens.Count.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_list_of_prompts_is_answered_in_order_however_short_the_queue()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 4, QueueLimit = 2 });
        string[] prompts = [.. Enumerable.Range(0, 40).Select(Prompt)];
        var options = new GenerateOptions { MaxTokens = 12, Sampling = new() };
        var all = await model.GenerateAsync(prompts, options);
        all.Count.ShouldBe(40);
        all[0].Text.ShouldBe((await model.GenerateAsync(prompts[0], options)).Text, "the first draws what it would alone");
        var again = await model.GenerateAsync(prompts, options);
        again.Select(c => c.Text).ShouldBe(all.Select(c => c.Text));
        again.Sum(c => c.Usage.Cached).ShouldBeGreaterThan(40 * 64, "they begin alike, and were there before");
        (await model.GenerateAsync([prompts[0], prompts[0]], options)).Select(c => c.Text).Distinct().Count().ShouldBe(2, "the same prompt twice gives two samples");
        using var source = new CancellationTokenSource();
        var cancelled = model.GenerateAsync(prompts, options with { MaxTokens = 300, Sampling = new() { Temperature = 0 } }, source.Token);
        await source.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await cancelled.WaitAsync(s_patience));
        await Should.ThrowAsync<UserError>(async () => await model.GenerateAsync(["a", string.Concat(Enumerable.Repeat("words ", 600))], options));
    }

    [Fact]
    public async Task A_list_of_prompts_is_answered_where_none_may_wait()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 3, QueueLimit = 0 });
        string[] prompts = [.. Enumerable.Range(0, 12).Select(Prompt)];
        (await model.GenerateAsync(prompts, new GenerateOptions { MaxTokens = 12, Sampling = new() })).Count.ShouldBe(12);
    }

    [Fact]
    public async Task A_thought_is_closed_at_its_budget_and_stop_strings_are_not_looked_for_in_it()
    {
        using var model = hosted.Open();
        var close = model.Tokenizer.TokenToId("</think>");
        var options = new GenerateOptions { MaxTokens = 60, Sampling = new(), Seed = 5 };
        var free = await model.GenerateAsync("Question<think>", options);
        var bound = await model.GenerateAsync("Question<think>", options with { ThinkingBudget = 10 });
        bound.Tokens.Take(10).ShouldBe(free.Tokens.Take(10));
        // What the template writes between a thought and an answer.
        var written = model.Tokenizer.Encode("\n</think>\n\n");
        bound.Tokens.Skip(10).Take(written.Length).ShouldBe(written);
        bound.Usage.Thinking.ShouldBe(10 + Array.IndexOf(written, close) + 1);
        var thought = bound.Text[..bound.Text.IndexOf("</think>", StringComparison.Ordinal)];
        var answer = bound.Text[(bound.Text.IndexOf("</think>", StringComparison.Ordinal) + "</think>".Length)..].TrimStart();
        var (inThought, inAnswer) = (thought.Trim()[1].ToString(), answer[4..6]);
        answer.ShouldNotContain(inThought, customMessage: "else the test says nothing");
        (await model.GenerateAsync("Question<think>", options with { ThinkingBudget = 10, Stop = [inThought] })).Text.ShouldBe(bound.Text);
        var pieces = new List<string>();
        var stopped = model.Generate("Question<think>", options with { ThinkingBudget = 10, Stop = [inAnswer] }, pieces.Add);
        stopped.FinishReason.ShouldBe(FinishReason.Stop);
        bound.Text.ShouldStartWith(stopped.Text);
        (stopped.Text + inAnswer).ShouldBe(bound.Text[..(stopped.Text.Length + 2)]);
        string.Concat(pieces).ShouldBe(stopped.Text);
        stopped.Text.Length.ShouldBe(bound.Text.IndexOf(inAnswer, thought.Length, StringComparison.Ordinal));
        (await Should.ThrowAsync<UserError>(async () => await model.GenerateAsync("a", options with { ThinkingBudget = -1 }))).Field.ShouldBe("thinking_budget");
        (await Should.ThrowAsync<UserError>(async () => await model.GenerateAsync("a", options with { Stop = [""] }))).Field.ShouldBe("stop");
    }

    [Fact]
    public async Task Threads_that_wait_and_a_scorer_share_a_model()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 4 });
        using var alone = hosted.Open(new ModelHostOptions { Slots = 1 });
        var scores = alone.Score("the and of").Select(s => s.LogProbability).ToArray();
        var expected = Enumerable.Range(0, 6).Select(i => alone.Generate(Prompt(i), Options(i)).Text).ToArray();
        var threads = Enumerable.Range(0, 6).Select(i => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < 3; round++)
                {
                    model.Generate(Prompt(i), Options(i)).Text.ShouldBe(expected[i]);
                    model.Score("the and of").Select(s => s.LogProbability).ShouldBe(scores);
                    using var chat = model.StartChat(new ChatOptions { Context = 200, MaxTokens = 5 });
                    chat.Ask("a").Tokens.ShouldBeGreaterThan(0);
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        await Task.WhenAll(threads).WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Two_models_on_the_same_cores_answer_by_turns()
    {
        using var exact = TextModel.Open(hosted.Folder);
        using var narrow = TextModel.Open(hosted.Folder, Tensors.WeightStorage.BF16);
        string[] prompts = [.. Enumerable.Range(0, 10).Select(Prompt)];
        var options = new GenerateOptions { MaxTokens = 40, Sampling = new() };
        string[] expected = [.. (await exact.GenerateAsync(prompts, options)).Concat(await narrow.GenerateAsync(prompts, options)).Select(c => c.Text)];
        var both = await Task.WhenAll(exact.GenerateAsync(prompts, options), narrow.GenerateAsync(prompts, options)).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        both.SelectMany(c => c).Select(c => c.Text).ShouldBe(expected);
        expected[..10].ShouldNotBe(expected[10..], "the weights differ in their last bits");
    }

    [Fact]
    public async Task A_request_beyond_the_memory_for_keys_and_values_is_refused_and_smaller_ones_wait_their_turn()
    {
        using var model = hosted.Open(new ModelHostOptions { Slots = 8, CacheBytes = 6 * 24_576 });
        var error = await Should.ThrowAsync<UserError>(async () => await model.GenerateAsync("a", new GenerateOptions { MaxTokens = 400 }));
        error.Field.ShouldBe("cache_bytes");
        error.Message.ShouldContain("kB");
        var several = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => model.GenerateAsync("a", new GenerateOptions { MaxTokens = 60, Seed = (ulong)i, Sampling = new() }))).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        several.ShouldAllBe(c => c.Tokens.Count > 0);
    }

    [Fact]
    public async Task Disposing_of_a_model_fails_what_is_under_way_and_leaves_another_share_of_it()
    {
        using var other = hosted.Open();
        var model = hosted.Open(new ModelHostOptions { Slots = 1 });
        var asked = Enumerable.Range(0, 5).Select(i => model.GenerateAsync("a", new GenerateOptions { MaxTokens = 500, Sampling = new() { Temperature = 0 } })).ToArray();
        model.Dispose();
        foreach (var task in asked) await Should.ThrowAsync<ObjectDisposedException>(async () => await task.WaitAsync(s_patience));
        Should.Throw<ObjectDisposedException>(() => model.Generate("a"));
        other.Generate("a", new GenerateOptions { MaxTokens = 3 }).Tokens.ShouldNotBeEmpty();
    }

    /// <summary>Its file is a hole: what it would take is known from its header.</summary>
    [Fact]
    public void A_model_that_does_not_fit_beside_the_one_loaded_is_refused_with_the_numbers_of_both()
    {
        using var loaded = hosted.Open();
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(hosted.Folder)) File.Copy(file, folder.File(Path.GetFileName(file)));
        var configuration = HostedModel.Configuration(loaded.Tokenizer) with { HiddenSize = 4096, IntermediateSize = 16384, HeadSize = 1024 };
        var layer = MemoryEstimate.WeightBytes(configuration with { LayerCount = 2 }, Tensors.WeightStorage.F32) - MemoryEstimate.WeightBytes(configuration with { LayerCount = 1 }, Tensors.WeightStorage.F32);
        configuration = configuration with { LayerCount = (int)(8 * MachineMemory.Total / layer) + 1 };
        configuration.Save(folder.Path);
        var (header, end) = (new System.Text.Json.Nodes.JsonObject(), 0L);
        foreach (var parameter in ParameterNames.Of(configuration))
        {
            var bytes = 2 * parameter.Shape.Aggregate(1L, (product, size) => product * size);
            header[parameter.Name] = new System.Text.Json.Nodes.JsonObject { ["dtype"] = "BF16", ["shape"] = new System.Text.Json.Nodes.JsonArray([.. parameter.Shape.Select(n => System.Text.Json.Nodes.JsonValue.Create(n))]), ["data_offsets"] = new System.Text.Json.Nodes.JsonArray(end, end + bytes) };
            end += bytes;
        }

        var json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        using (var stream = File.Create(folder.File("model.safetensors")))
        {
            stream.Write(BitConverter.GetBytes((long)json.Length));
            stream.Write(json);
            stream.SetLength(8 + json.Length + end);
        }

        var error = Should.Throw<UserError>(() => TextModel.Open(folder.Path));
        error.Message.ShouldContain("are free beside");
        error.Message.ShouldContain($"{loaded.Name} (weights as F32");
        error.Message.ShouldContain("Dispose of a model that is loaded");
        loaded.Generate("a", new GenerateOptions { MaxTokens = 2 }).Tokens.ShouldNotBeEmpty();
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Should.Throw<UserError>(() => hosted.Open(new ModelHostOptions { Slots = 0 })).Field.ShouldBe("slots");
        Should.Throw<UserError>(() => hosted.Open(new ModelHostOptions { QueueLimit = -1 })).Field.ShouldBe("queue_limit");
        Should.Throw<UserError>(() => hosted.Open(new ModelHostOptions { CacheBytes = 0 })).Field.ShouldBe("cache_bytes");
    }

    private static string Prompt(int i) => i % 3 == 2 ? $"Alone {i}" : $"{Beginning}Number {i} asks{(i % 2 == 0 ? "<think>" : "")}";

    private static GenerateOptions Options(int i) => new() { MaxTokens = 10 + (i * 7 % 50), Sampling = s_ways[i % 5 % 4], Seed = (ulong)(i % 7), ThinkingBudget = i % 6 == 0 ? 8 : null, Stop = i % 10 == 1 ? ["e "] : [] };
}
