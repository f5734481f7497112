using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Training;
using ZstdSharp;

namespace Deliberate.Server.Tests;

/// <summary>Loops that are written for Tinker, over HTTP: they learn, in JSON and in protocol buffers, and whatever is wrong or not supported is told by its name.</summary>
public sealed class TinkerServerTests(TinkerBase trained) : IClassFixture<TinkerBase>, IDisposable
{
    private static readonly int[] Text = [8, 12, 14, 18, 2, 11, 15, 3, 16, 13];

    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-tinker-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_loop_of_supervised_training_learns_and_the_sampler_serves_what_it_learned()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = await served.CreateAsync();
        var losses = new List<double>();
        for (var step = 0; step < 100; step++)
        {
            losses.Add((await served.PassAsync(model, new[] { ServedTinker.Supervised(Text) }))["metrics"]!["loss:sum"]!.GetValue<double>() / (Text.Length - 1));
            (await served.StepAsync(model, 0.006))["metrics"]!["grad_norm:mean"]!.GetValue<double>().ShouldBeGreaterThan(0);
        }

        losses[^1].ShouldBeLessThan(losses[0] / 2.5, string.Join(", ", losses));

        // By a path that is kept, and for one session.
        var path = await served.SaveAsync(model, "learned", "save_weights_for_sampler");
        path.ShouldBe($"tinker://{model}/sampler_weights/learned");
        var passing = (await served.DoneAsync("save_weights_for_sampler", new { model_id = model, seq_id = 9001, sampling_session_seq_id = 0 }))["sampling_session_id"]!.GetValue<string>();
        var trainer = (await served.ForwardAsync(model, new[] { ServedTinker.Supervised(Text) }))["loss_fn_outputs"]![0]!["logprobs"]!["data"]!.AsArray().Select(l => l!.GetValue<float>()).ToArray();
        foreach (var sampler in new[] { await served.SamplerAsync(path), passing })
        {
            var drawn = await served.SampleAsync(sampler, Text[..1], Text.Length - 1, temperature: 0, promptLogprobs: true);
            var sequence = drawn["sequences"]![0]!;
            sequence["tokens"]!.AsArray().Select(t => t!.GetValue<int>()).ShouldBe(Text[1..]);
            sequence["stop_reason"]!.GetValue<string>().ShouldBe("length");
            sequence["logprobs"]!.AsArray().Select(l => l!.GetValue<float>()).ShouldBe(trainer, "trainer and sampler compute the same");
            drawn["prompt_logprobs"]!.AsArray().ShouldHaveSingleItem().ShouldBeNull();
            var scored = await served.SampleAsync(sampler, Text, 1, promptLogprobs: true);
            scored["prompt_logprobs"]!.AsArray().Skip(1).Select(l => l!.GetValue<float>()).ShouldBe(trainer);
        }

        // The base has not changed.
        var plain = await served.DoneAsync("asample", new { base_model = "org/tiny", num_samples = 1, prompt = ServedTinker.Input(Text[..1]), sampling_params = new { max_tokens = Text.Length - 1, temperature = 0.0 } });
        plain["sequences"]![0]!["tokens"]!.AsArray().Select(t => t!.GetValue<int>()).ShouldNotBe(Text[1..]);
        var listed = await served.SendAsync(HttpMethod.Get, $"training_runs/{model}/checkpoints", null);
        JsonNode.Parse(listed.Text)!["checkpoints"]!.AsArray().Select(c => c!["tinker_path"]!.GetValue<string>()).ShouldBe([path], "what is one session's is not listed");
    }

    [Theory]
    [InlineData("importance_sampling")]
    [InlineData("ppo")]
    public async Task A_loop_of_reinforcement_learning_learns(string loss)
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = await served.CreateAsync();
        var prompt = Text[..3];
        int? wanted = null;
        var rewards = new List<double>();
        for (var step = 0; step < 25; step++)
        {
            var sampler = (await served.DoneAsync("save_weights_for_sampler", new { model_id = model, seq_id = 100_000 + step, sampling_session_seq_id = step }))["sampling_session_id"]!.GetValue<string>();
            var drawn = await served.SampleAsync(sampler, prompt, maxTokens: 3, samples: 24, seed: step);
            var sequences = drawn["sequences"]!.AsArray().Select(s => (Tokens: s!["tokens"]!.AsArray().Select(t => t!.GetValue<int>()).ToArray(), Logprobs: s["logprobs"]!.AsArray().Select(l => l!.GetValue<double>()).ToArray())).ToArray();
            // Something that is said now and then, and not often.
            wanted ??= sequences.SelectMany(s => s.Tokens).GroupBy(t => t).OrderBy(g => Math.Abs(g.Count() - 6)).First().Key;
            double[] earned = [.. sequences.Select(s => (double)s.Tokens.Count(t => t == wanted) / s.Tokens.Length)];
            rewards.Add(earned.Average());
            var data = sequences.Select((s, i) =>
            {
                var zeros = prompt[1..].Select(_ => 0.0);
                return new
                {
                    model_input = ServedTinker.Input([.. prompt, .. s.Tokens[..^1]]),
                    loss_fn_inputs = new Dictionary<string, object>
                    {
                        ["target_tokens"] = new { data = (int[])[.. prompt[1..], .. s.Tokens], dtype = "int64" },
                        ["logprobs"] = new { data = (double[])[.. zeros, .. s.Logprobs], dtype = "float32" },
                        ["advantages"] = new { data = (double[])[.. zeros, .. s.Tokens.Select(_ => earned[i] - earned.Average())], dtype = "float32" },
                    },
                };
            });
            await served.PassAsync(model, data, loss);
            await served.StepAsync(model, 0.02);
        }

        rewards.TakeLast(5).Average().ShouldBeGreaterThan(2.5 * rewards[0], string.Join(", ", rewards.Select(r => r.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task A_pass_as_a_compressed_protocol_buffer_is_the_same_as_in_json()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        string one = await served.CreateAsync(), two = await served.CreateAsync();
        var asked = await served.PassAsync(one, new[] { ServedTinker.Supervised(Text), ServedTinker.Supervised(Text[..5]) });
        await served.StepAsync(one, 0.01);

        var body = new ProtoMessage().Text(1, two).Number(2, 1);
        foreach (var tokens in new[] { Text, Text[..5] })
        {
            var datum = new ProtoMessage()
                .Message(1, new ProtoMessage().Message(1, new ProtoMessage().Delimited(1, Bytes(tokens[..^1]))))
                .Message(2, Input("target_tokens", Bytes(tokens[1..].Select(t => (long)t).ToArray()), 2))
                .Message(2, Input("weights", Bytes(tokens[1..].Select(_ => 1f).ToArray()), 1));
            body.Message(3, datum);
        }

        body.Text(4, "cross_entropy");
        using var compressor = new Compressor();
        var (status, _, promise) = await served.SendBytesAsync("forward_backward", compressor.Wrap(body.Bytes).ToArray(), "application/x-protobuf", "zstd");
        status.ShouldBe(200, Encoding.UTF8.GetString(promise));
        var request = JsonNode.Parse(promise)!["request_id"]!.GetValue<string>();
        await served.ResultAsync(request);
        var (_, type, bytes) = await served.SendBytesAsync("retrieve_future", JsonSerializer.SerializeToUtf8Bytes(new { request_id = request }), "application/json", accept: "application/x-protobuf, application/json");
        type.ShouldBe("application/x-protobuf");
        var (loss, logprobs) = ReadPass(bytes);
        loss.ShouldBe(asked["metrics"]!["loss:sum"]!.GetValue<double>());
        logprobs.ShouldBe(asked["loss_fn_outputs"]!.AsArray().SelectMany(o => o!["logprobs"]!["data"]!.AsArray()).Select(l => l!.GetValue<float>()));
        await served.StepAsync(two, 0.01);
        (await served.ForwardAsync(two, new[] { ServedTinker.Supervised(Text) })).ToJsonString().ShouldBe((await served.ForwardAsync(one, new[] { ServedTinker.Supervised(Text) })).ToJsonString(), "the same gradient");

        // forward_only adds nothing: the next step has no gradient.
        (status, _, promise) = await served.SendBytesAsync("forward_backward", new ProtoMessage().Text(1, two).Number(2, 77).Message(3, Datum()).Text(4, "cross_entropy").Flag(6, true).Bytes.ToArray(), "application/x-protobuf");
        status.ShouldBe(200, Encoding.UTF8.GetString(promise));
        (await Should.ThrowAsync<InvalidOperationException>(() => served.StepAsync(two, 0.01))).Message.ShouldContain("no gradients");

        foreach (var (wrong, encoding, says) in new[] { (new byte[] { 1, 2, 3 }, "zstd", "not compressed"), ([0x1A, 0xFF], null, "ends in the middle"), (new ProtoMessage().Text(1, two).Text(9, "x").Bytes.ToArray(), null, "field 9"), (body.Bytes[..^5].ToArray(), null, "no protocol buffer"), ((byte[])[1], "br", "br") })
        {
            var (refused, _, told) = await served.SendBytesAsync("forward_backward", wrong, "application/x-protobuf", encoding);
            refused.ShouldBeOneOf(400, 415);
            JsonNode.Parse(told)!["error"]!.GetValue<string>().ShouldContain(says);
        }

        static ProtoMessage Input(string name, byte[] values, int kind) => new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Delimited(1, values).Number(3, kind));

        static ProtoMessage Datum() => new ProtoMessage().Message(1, new ProtoMessage().Message(1, new ProtoMessage().Delimited(1, Bytes(Text[..^1])))).Message(2, Input("target_tokens", Bytes(Text[1..].Select(t => (long)t).ToArray()), 2));

        static byte[] Bytes<T>(T[] values)
            where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();
    }

    [Theory]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "org/tiny", "lora_config": {"rank": 8}}""", "train_unembed=False")]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "org/tiny"}""", "not all of its weights")]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "Qwen/Qwen3-8B", "lora_config": {"rank": 8}}""", "this server has org/tiny")]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "org/tiny", "lora_config": {"rank": 0}}""", "'lora_config.rank'")]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "org/tiny", "lora_config": {"rank": 8, "alpha": 4}}""", "lora_config.alpha")]
    [InlineData("create_model", """{"session_id": "SESSION", "base_model": "org/tiny", "lora_config": {"rank": 8, "train_unembed": false}, "optimizer_config": {"type": "dimuon"}}""", "dimuon")]
    [InlineData("create_model", """{"session_id": "session_none", "base_model": "org/tiny", "lora_config": {"rank": 8}}""", "no such session")]
    [InlineData("forward_backward", """{"model_id": "model_none", "forward_backward_input": {"data": [], "loss_fn": "cross_entropy"}}""", "no such model")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [], "loss_fn": "cross_entropy"}}""", "no data")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2]}}}], "loss_fn": "cross_entropy"}}""", "has 1 values, and model_input 2 tokens")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 999999]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}}}], "loss_fn": "cross_entropy"}}""", "999999")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"type": "image", "data": ""}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}}}], "loss_fn": "cross_entropy"}}""", "encoded_text")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3, 4, 5], "shape": [2, 2]}}}], "loss_fn": "cross_entropy"}}""", "several targets")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}}}], "loss_fn": "ppo"}}""", "loss_fn_inputs.logprobs")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}, "mask": {"data": [1, 1]}}}], "loss_fn": "cross_entropy"}}""", "'data[0].loss_fn_inputs.mask' is no input")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}}}], "loss_fn": "dpo"}}""", "dpo")]
    [InlineData("forward_backward", """{"model_id": "MODEL", "forward_backward_input": {"data": [{"model_input": {"chunks": [{"tokens": [1, 2]}]}, "loss_fn_inputs": {"target_tokens": {"data": [2, 3]}}}], "loss_fn": "ppo", "loss_fn_config": {"clip": 1}}}""", "no setting of ppo")]
    [InlineData("optim_step", """{"model_id": "MODEL", "adam_params": {"learning_rate": -1}}""", "adam_params.learning_rate")]
    [InlineData("optim_step", """{"model_id": "MODEL", "adam_params": {"learning_rate": 0.1, "momentum": 0.9}}""", "adam_params.momentum")]
    [InlineData("save_weights", """{"model_id": "MODEL", "path": "../up"}""", "letters, digits")]
    [InlineData("save_weights", """{"model_id": "MODEL", "path": "a.partial-7"}""", "still written")]
    [InlineData("save_weights", """{"model_id": "MODEL", "path": "a", "ttl_seconds": 3600}""", "ttl_seconds")]
    [InlineData("load_weights", """{"model_id": "MODEL", "path": "weights"}""", "tinker://MODEL")]
    [InlineData("load_weights", """{"model_id": "MODEL", "path": "tinker://MODEL/weights/none"}""", "no checkpoint")]
    [InlineData("asample", """{"base_model": "org/tiny", "prompt": {"chunks": []}, "sampling_params": {"max_tokens": 4}}""", "no tokens")]
    [InlineData("asample", """{"base_model": "org/tiny", "prompt": {"chunks": [{"tokens": [1]}]}, "sampling_params": {"max_tokens": 4000}}""", "model's context of 160")]
    [InlineData("asample", """{"base_model": "org/tiny", "prompt": {"chunks": [{"tokens": [1]}]}, "sampling_params": {"max_tokens": 4, "min_p": 0.1}}""", "sampling_params.min_p")]
    [InlineData("asample", """{"base_model": "org/tiny", "topk_prompt_logprobs": 3, "prompt": {"chunks": [{"tokens": [1]}]}, "sampling_params": {"max_tokens": 4}}""", "topk_prompt_logprobs")]
    [InlineData("asample", """{"prompt": {"chunks": [{"tokens": [1]}]}, "sampling_params": {"max_tokens": 4}}""", "what is sampled from")]
    [InlineData("retrieve_future", """{"request_id": "req_none"}""", "no such request")]
    [InlineData("copy_weights", """{}""", "not supported by this server")]
    [InlineData("create_session", """{"tags": """, "not valid JSON")]
    public async Task What_is_wrong_or_not_supported_is_refused_by_its_name(string route, string body, string says)
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = body.Contains("MODEL", StringComparison.Ordinal) ? await served.CreateAsync() : "";
        var (status, text) = await served.SendAsync(HttpMethod.Post, route, body.Replace("SESSION", served.Session, StringComparison.Ordinal).Replace("MODEL", model, StringComparison.Ordinal));
        status.ShouldBeInRange(400, 499);
        var told = JsonNode.Parse(text)!;
        told["error"]!.GetValue<string>().ShouldContain(says);
        told["category"]!.GetValue<string>().ShouldBe("user");
        // And the server goes on.
        (await served.SendAsync(HttpMethod.Get, "healthz", null)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_request_that_comes_again_is_done_once_and_a_number_is_that_of_one_request()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = await served.CreateAsync();
        object Pass(int[] tokens) => new { model_id = model, seq_id = 5, forward_backward_input = new { data = new[] { ServedTinker.Supervised(tokens) }, loss_fn = "cross_entropy" } };
        var first = (await served.PostAsync("forward_backward", Pass(Text)))["request_id"]!.GetValue<string>();
        (await served.PostAsync("forward_backward", Pass(Text)))["request_id"]!.GetValue<string>().ShouldBe(first);
        (await served.SendAsync(HttpMethod.Post, "forward_backward", JsonSerializer.Serialize(Pass(Text[1..])))).Status.ShouldBe(409);
        await served.ResultAsync(first);
        // One pass: its gradient is that of one.
        var twice = await served.CreateAsync();
        await served.PassAsync(twice, new[] { ServedTinker.Supervised(Text) });
        (await served.StepAsync(model, 0.01)).ToJsonString().ShouldBe((await served.StepAsync(twice, 0.01)).ToJsonString());
        // A model too: of the same number there is one.
        object Create() => new { session_id = served.Session, model_seq_id = 41, base_model = "org/tiny", lora_config = new { rank = 2, train_unembed = false } };
        (await served.PostAsync("create_model", Create()))["request_id"]!.GetValue<string>().ShouldBe((await served.PostAsync("create_model", Create()))["request_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Samples_end_at_stops_repeat_with_their_seed_and_promise_their_ids()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var sampler = (await served.PostAsync("create_sampling_session", new { session_id = served.Session, sampling_session_seq_id = 0, base_model = "org/tiny" }))["sampling_session_id"]!.GetValue<string>();
        (await served.SendAsync(HttpMethod.Get, $"samplers/{sampler}", null)).Text.ShouldContain("org/tiny");
        var one = await served.SampleAsync(sampler, Text, 30, samples: 4, seed: 11);
        (await served.SampleAsync(sampler, Text, 30, samples: 4, seed: 11)).ToJsonString().ShouldBe(one.ToJsonString());
        (await served.SampleAsync(sampler, Text, 30, samples: 4, seed: 12)).ToJsonString().ShouldNotBe(one.ToJsonString());
        var tokens = one["sequences"]![0]!["tokens"]!.AsArray().Select(t => t!.GetValue<int>()).ToArray();
        var stopped = (await served.SampleAsync(sampler, Text, 30, samples: 4, seed: 11, stop: new[] { tokens[0] }))["sequences"]![0]!;
        stopped["tokens"]!.AsArray().Select(t => t!.GetValue<int>()).ShouldBe([tokens[0]]);
        stopped["stop_reason"]!.GetValue<string>().ShouldBe("stop");
        var word = served.Service.Host.Model.Tokenizer.Decode([tokens[0]], skipSpecial: false);
        (await served.SampleAsync(sampler, Text, 30, samples: 4, seed: 11, stop: word))["sequences"]![0]!["tokens"]!.AsArray().Count.ShouldBe(1);
        var promise = await served.PostAsync("asample", new { sampling_session_id = sampler, seq_id = 900, num_samples = 3, prompt = ServedTinker.Input(Text), sampling_params = new { max_tokens = 2 } });
        promise["sample_sequence_ids"]!.AsArray().Select(i => i!.GetValue<string>()).Distinct().Count().ShouldBe(3);
        (await served.PostAsync("sample", new { base_model = "org/tiny", num_samples = 2, prompt = ServedTinker.Input(Text), sampling_params = new { max_tokens = 2, seed = 1 } }))["sequences"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Keys_are_asked_for_and_what_is_one_keys_is_no_others()
    {
        var file = new ApiKeyFile(Path.Combine(_folder, "keys.json"));
        var (anna, _) = file.Create("anna", null, null, DateTimeOffset.UtcNow);
        var (ben, _) = file.Create("ben", null, null, DateTimeOffset.UtcNow);
        await using var served = await (await ServedTinker.StartAsync(trained, _folder, o => o with { Keys = file.Path }, "tml-" + anna)).BeginAsync();
        var model = await served.CreateAsync();
        var path = await served.SaveAsync(model, "mine");
        await using var nobody = ServedTinker.At(served.Client.BaseAddress!);
        (await nobody.SendAsync(HttpMethod.Post, "create_session", "{}")).Status.ShouldBe(401);
        (await nobody.SendAsync(HttpMethod.Get, "healthz", null)).Status.ShouldBe(200);
        await using var other = await ServedTinker.At(served.Client.BaseAddress!, ben).BeginAsync();
        (await other.SendAsync(HttpMethod.Post, "get_info", JsonSerializer.Serialize(new { model_id = model }))).Status.ShouldBe(404);
        (await other.SendAsync(HttpMethod.Post, "weights_info", JsonSerializer.Serialize(new { tinker_path = path }))).Status.ShouldBe(404);
        JsonNode.Parse((await other.SendAsync(HttpMethod.Get, "training_runs", null)).Text)!["training_runs"]!.AsArray().ShouldBeEmpty();
        (await served.PostAsync("weights_info", new { tinker_path = path }))["lora_rank"]!.GetValue<int>().ShouldBe(8);
        var info = await served.PostAsync("get_info", new { model_id = model });
        info["is_lora"]!.GetValue<bool>().ShouldBeTrue();
        info["model_data"]!["tokenizer_id"]!.GetValue<string>().ShouldBe("org/tiny");
    }

    [Fact]
    public async Task A_checkpoint_is_fetched_by_a_signed_link_deleted_and_never_replaced_unasked()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = await served.CreateAsync(attention: false);
        await served.SaveAsync(model, "one");
        (await Should.ThrowAsync<InvalidOperationException>(() => served.SaveAsync(model, "one"))).Message.ShouldContain("already");
        await served.DoneAsync("save_weights", new { model_id = model, seq_id = 50, path = "one", overwrite = true });
        using var direct = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = served.Client.BaseAddress };
        using var moved = await direct.GetAsync(new Uri($"/api/v1/training_runs/{model}/checkpoints/weights/one/archive", UriKind.Relative));
        ((int)moved.StatusCode).ShouldBe(302);
        using var packed = new GZipStream(await direct.GetStreamAsync(moved.Headers.Location), CompressionMode.Decompress);
        using var archive = new TarReader(packed);
        var names = new List<string>();
        while (archive.GetNextEntry() is { } entry) names.Add(entry.Name.TrimStart('.', '/'));
        names.ShouldContain("adapter_config.json");
        names.ShouldContain("adapter_model.safetensors");
        names.ShouldContain("training/optimizer.safetensors");
        var forged = moved.Headers.Location!.ToString().Replace("/one?", "/two?", StringComparison.Ordinal);
        ((int)(await direct.GetAsync(new Uri(forged))).StatusCode).ShouldBe(403);
        var run = JsonNode.Parse((await served.SendAsync(HttpMethod.Get, $"training_runs/{model}", null)).Text)!;
        run["last_checkpoint"]!["checkpoint_id"]!.GetValue<string>().ShouldBe("weights/one");
        (await served.SendAsync(HttpMethod.Delete, $"training_runs/{model}/checkpoints/weights/one", null)).Status.ShouldBe(204);
        (await served.SendAsync(HttpMethod.Delete, $"training_runs/{model}/checkpoints/weights/one", null)).Status.ShouldBe(404);
        JsonNode.Parse((await served.SendAsync(HttpMethod.Get, "checkpoints", null)).Text)!["checkpoints"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_checkpoint_that_was_replaced_is_sampled_as_it_is_now()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder)).BeginAsync();
        var model = await served.CreateAsync();
        for (var round = 0; round < 2; round++)
        {
            await served.PassAsync(model, new[] { ServedTinker.Supervised(Text) });
            await served.StepAsync(model, 0.01);
            var path = (await served.DoneAsync("save_weights_for_sampler", new { model_id = model, seq_id = 500 + round, path = "latest", overwrite = true }))["path"]!.GetValue<string>();
            var trainer = (await served.ForwardAsync(model, new[] { ServedTinker.Supervised(Text) }))["loss_fn_outputs"]![0]!["logprobs"]!["data"]!.AsArray().Select(l => l!.GetValue<float>());
            (await served.SampleAsync(await served.SamplerAsync(path), Text, 1, promptLogprobs: true))["prompt_logprobs"]!.AsArray().Skip(1).Select(l => l!.GetValue<float>()).ShouldBe(trainer, $"round {round}");
        }
    }

    [Fact]
    public async Task Refused_and_repeated_requests_leave_as_much_room_as_there_was()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder, o => o with { Models = 2, Queue = 1, LeavesUnembed = true })).BeginAsync();
        object Create() => new { session_id = served.Session, base_model = "org/tiny", lora_config = new { rank = 2 } };
        async Task<int> StatusAsync(string route, object body) => (await served.SendAsync(HttpMethod.Post, route, JsonSerializer.Serialize(body))).Status;
        var busy = (await served.DoneAsync("create_model", Create()))["model_id"]!.GetValue<string>();
        var datum = ServedTinker.Supervised([.. Enumerable.Range(0, 150).Select(i => Text[i % Text.Length])]);
        async Task<string> SlowAsync(int number) =>
            (await served.PostAsync("forward_backward", new { model_id = busy, seq_id = number, forward_backward_input = new { data = Enumerable.Repeat(datum, 500), loss_fn = "cross_entropy" } }))["request_id"]!.GetValue<string>();

        // The one request that may be in work is: no model is made, and none takes room.
        var slow = await SlowAsync(1);
        for (var i = 0; i < 3; i++) (await StatusAsync("create_model", Create())).ShouldBe(429);
        await served.ResultAsync(slow);
        var model = (await served.DoneAsync("create_model", Create()))["model_id"]!.GetValue<string>();

        // Nor is a model lost that could not be unloaded; and it is unloaded once.
        slow = await SlowAsync(2);
        (await StatusAsync("unload_model", new { model_id = model })).ShouldBe(429);
        await served.ResultAsync(slow);
        await served.DoneAsync("unload_model", new { model_id = model });
        (await StatusAsync("unload_model", new { model_id = model })).ShouldBe(404);
        await served.DoneAsync("create_model", Create());
        (await StatusAsync("create_model", Create())).ShouldBe(429);
    }

    [Fact]
    public async Task A_session_that_nobody_is_at_ends_and_its_models_make_room()
    {
        await using var served = await (await ServedTinker.StartAsync(trained, _folder, o => o with { Models = 1, Patience = TimeSpan.FromSeconds(1.5), LeavesUnembed = true })).BeginAsync();
        var session = served.Session;
        object Create(string of) => new { session_id = of, base_model = "org/tiny", lora_config = new { rank = 2 } };
        await served.DoneAsync("create_model", Create(session));
        (await served.SendAsync(HttpMethod.Post, "create_model", JsonSerializer.Serialize(Create(session)))).Status.ShouldBe(429);
        var gone = false;
        for (var i = 0; i < 300 && !gone; i++)
        {
            await Task.Delay(100);
            gone = JsonNode.Parse((await served.SendAsync(HttpMethod.Get, "sessions", null)).Text)!["sessions"]!.AsArray().Count == 0;
        }

        gone.ShouldBeTrue();
        (await served.SendAsync(HttpMethod.Post, "session_heartbeat", JsonSerializer.Serialize(new { session_id = session }))).Status.ShouldBe(404);
        await served.BeginAsync();
        var created = false;
        for (var i = 0; i < 100 && !created; i++)
        {
            created = (await served.SendAsync(HttpMethod.Post, "create_model", JsonSerializer.Serialize(Create(served.Session)))).Status == 200;
            if (!created) await Task.Delay(50);
        }

        created.ShouldBeTrue();
    }

    private static (double Loss, float[] Logprobs) ReadPass(byte[] bytes)
    {
        var (loss, logprobs) = (double.NaN, Array.Empty<float>());
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            if (reader.Field is not (2 or 3)) continue;
            var inner = new ProtoReader(reader.Bytes);
            if (reader.Field == 3)
            {
                while (inner.Read())
                    if (inner.Field == 2) loss = inner.Double;
                continue;
            }

            while (inner.Read())
            {
                if (inner.Field != 2) continue;
                var name = "";
                var entry = new ProtoReader(inner.Bytes);
                while (entry.Read())
                {
                    if (entry.Field == 1) name = entry.Text;
                    if (entry.Field != 2 || name != "logprobs") continue;
                    var tensor = new ProtoReader(entry.Bytes);
                    while (tensor.Read())
                        if (tensor.Field == 1) logprobs = MemoryMarshal.Cast<byte, float>(tensor.Bytes).ToArray();
                }
            }
        }

        return (loss, logprobs);
    }
}
