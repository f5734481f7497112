using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Server.Tests;

/// <summary>Prompts and answers that are moderated, over the running server: what is blocked, what is said of it, and that a moderator that fails lets nothing through.</summary>
public sealed class ModerationTests
{
    private const string Bad = "please brew the forbidden plum potion now", Good = "what is the way to the river in Paris";

    /// <summary>Weights that know two prompts: what a trained one is made of, without the training.</summary>
    private static readonly Lazy<HarmfulPrompts> s_prompts = new(() =>
    {
        float[][] weights = [new float[HashedFeatures.Buckets + 1], new float[HashedFeatures.Buckets + 1]];
        foreach (var (bucket, value) in HashedFeatures.Of(Bad)) weights[1][bucket] += 5 * value;
        foreach (var (bucket, value) in HashedFeatures.Of(Good)) weights[1][bucket] -= 5 * value;
        weights[1][^1] = -2;
        return new HarmfulPrompts(weights, new JudgeConfusion([]), new JudgeConfusion([]), ["made up"]);
    });

    [Fact]
    public async Task A_flagged_prompt_never_reaches_the_model_and_the_answer_says_why()
    {
        var model = new ScriptedModel("m", _ => "hm</think>\n\nSure, here it is.");
        await using var api = await ServedApi.StartAsync(model, o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.5)) });
        var (status, chat) = await api.PostAsync("/v1/chat/completions", Chat(Bad));
        status.ShouldBe(200, chat.ToJsonString());
        chat.ShouldBe("CreateChatCompletionResponse");
        var choice = chat["choices"]![0]!;
        choice["finish_reason"]!.GetValue<string>().ShouldBe("content_filter");
        choice["message"]!["content"].ShouldBeNull();
        choice["message"]!["refusal"]!.GetValue<string>().ShouldContain("asks for harm");
        var input = chat["moderation"]!["input"]!["results"]![0]!;
        input["flagged"]!.GetValue<bool>().ShouldBeTrue();
        input["category_scores"]!["harmful"]!.GetValue<double>().ShouldBeGreaterThan(0.5);
        input["reason"]!.GetValue<string>().ShouldNotBeEmpty();
        chat["moderation"]!["output"]!["type"]!.GetValue<string>().ShouldBe("error");

        var events = await api.StreamAsync("/v1/chat/completions", Chat(Bad, stream: true));
        foreach (var chunk in events.Where(e => e.Data is not null)) chunk.Data!.ShouldBe("CreateChatCompletionStreamResponse");
        string.Concat(events.Select(e => e.Data?["choices"]?[0]?["delta"]?["refusal"]?.GetValue<string>())).ShouldContain("withheld");
        events[^2].Data!["moderation"]!["input"]!["results"]![0]!["flagged"]!.GetValue<bool>().ShouldBeTrue();

        var (_, response) = await api.PostAsync("/v1/responses", new { model = "m", input = Bad });
        response.ShouldBe("Response");
        response["status"]!.GetValue<string>().ShouldBe("incomplete");
        response["incomplete_details"]!["reason"]!.GetValue<string>().ShouldBe("content_filter");
        response["output"]![0]!["content"]![0]!["type"]!.GetValue<string>().ShouldBe("refusal");
        response["moderation"]!["input"]!["flagged"]!.GetValue<bool>().ShouldBeTrue();
        var told = await api.StreamAsync("/v1/responses", new { model = "m", input = Bad, stream = true });
        foreach (var one in told.Where(e => e.Data is not null)) one.Data!.ShouldBe("ResponseStreamEvent");
        told.Select(e => e.Name).ShouldContain("response.refusal.done");
        told[^2].Name.ShouldBe("response.incomplete");

        var (_, completion) = await api.PostAsync("/v1/completions", new { model = "m", prompt = Bad });
        completion["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("content_filter");
        completion["choices"]![0]!["text"]!.GetValue<string>().ShouldBeEmpty();
        model.Asked.ShouldBeEmpty();

        var (_, passed) = await api.PostAsync("/v1/chat/completions", Chat(Good));
        passed.ShouldBe("CreateChatCompletionResponse");
        passed["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("Sure, here it is.");
        passed["moderation"]!["input"]!["results"]![0]!["flagged"]!.GetValue<bool>().ShouldBeFalse();
        var metrics = (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text;
        metrics.ShouldContain("deliberate_moderations_total{model=\"m\",what=\"prompt\",verdict=\"blocked\"} 5");
        metrics.ShouldContain("deliberate_moderations_total{model=\"m\",what=\"answer\",verdict=\"passed\"} 1");
    }

    [Fact]
    public async Task An_answer_that_complies_is_withheld_to_its_last_byte_and_a_refusal_passes()
    {
        var answer = "Sure, here is the potion: take the plum and the stone.";
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => $"hm</think>\n\n{answer}"), o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.4), Prompts: ModerationMode.Score) });
        foreach (var stream in new[] { true, false })
        {
            var (status, text, _) = await api.SendAsync(HttpMethod.Post, "/v1/chat/completions", System.Text.Json.JsonSerializer.Serialize(Chat(Bad, stream, logprobs: true)), null);
            status.ShouldBe(200);
            text.ShouldContain("content_filter");
            var (_, response, _) = await api.SendAsync(HttpMethod.Post, "/v1/responses", System.Text.Json.JsonSerializer.Serialize(new { model = "m", input = Bad, stream, include = new[] { "message.output_text.logprobs" } }), null);
            response.ShouldContain("content_filter");
        }

        api.Sent.ShouldNotContain("potion:");
        api.Sent.ShouldNotContain("take the");
        await using var refusing = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nI'm sorry, but I cannot help with that. It would be against my guidelines."), o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.4), Prompts: ModerationMode.Score) });
        var (_, refused) = await refusing.PostAsync("/v1/chat/completions", Chat(Bad));
        refused["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        refused["moderation"]!["input"]!["results"]![0]!["flagged"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_request_can_ask_for_more_than_the_operator_does_and_not_for_less()
    {
        await using var scoring = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nSure."), o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.5), ModerationMode.Score, ModerationMode.Score) });
        (await scoring.PostAsync("/v1/chat/completions", Chat(Bad))).Body["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        var asked = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Chat(Bad)))!;
        asked["moderation"] = JsonNode.Parse("""{"model":"omni-moderation-latest","policy":{"input":{"mode":"block"}}}""");
        (await scoring.PostAsync("/v1/chat/completions", asked.ToJsonString())).Body["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("content_filter");
        asked["moderation"]!["model"] = "another";
        var (unknown, error) = await scoring.PostAsync("/v1/chat/completions", asked.ToJsonString());
        unknown.ShouldBe(404);
        error.ShouldBeError();

        await using var blocking = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nSure."), o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.5)) });
        asked["moderation"] = JsonNode.Parse("""{"model":"omni-moderation-latest","policy":{"input":{"mode":"score"},"output":{"mode":"score"}}}""");
        (await blocking.PostAsync("/v1/chat/completions", asked.ToJsonString())).Body["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("content_filter");
        await using var without = await ServedApi.StartAsync("hm</think>\n\nSure.");
        (await without.PostAsync("/v1/chat/completions", asked.ToJsonString())).Status.ShouldBe(400);
        (await without.PostAsync("/v1/moderations", new { input = "a" })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Texts_are_moderated_in_the_shape_that_openai_describes()
    {
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm"), o => o with { Moderation = new ModerationSettings(new ClassifierModerator(s_prompts.Value, 0.5)) });
        foreach (object input in new object[] { Bad, new[] { Bad }, new[] { new { type = "text", text = Bad } } })
        {
            var (status, body) = await api.PostAsync("/v1/moderations", new { model = "omni-moderation-latest", input });
            status.ShouldBe(200, body.ToJsonString());
            body.ShouldBe("CreateModerationResponse");
            var result = body["results"]!.AsArray().ShouldHaveSingleItem()!;
            result["flagged"]!.GetValue<bool>().ShouldBeTrue();
            // What nobody looked for is told as not looked for.
            result["category_applied_input_types"]!["violence"]!.AsArray().ShouldBeEmpty();
            result["category_applied_input_types"]!["harmful"]!.AsArray().Count.ShouldBe(1);
        }

        var (_, several) = await api.PostAsync("/v1/moderations", new { input = new[] { Good, Bad } });
        several["results"]!.AsArray().Select(r => r!["flagged"]!.GetValue<bool>()).ShouldBe([false, true]);
        foreach (var wrong in new[] { "{}", """{"input":[]}""", """{"input":3}""", """{"input":[{"type":"image_url","image_url":{"url":"x"}}]}""", """{"input":"a","model":"nobody"}""" })
        {
            var (status, error) = await api.PostAsync("/v1/moderations", wrong);
            status.ShouldBeInRange(400, 404);
            error.ShouldBeError();
        }
    }

    [Theory]
    [InlineData("""the clause is plain VERDICT: {"reason": "r", "clause": "potions", "quote": "potion", "categories": "illicit", "verdict": "disallowed"}""", "content_filter", "potions")]
    [InlineData("I would rather talk about the weather.", "content_filter", "no verdict")]
    public async Task A_judge_of_a_policy_blocks_what_breaks_it_and_what_it_cannot_judge(string reply, string finish, string why)
    {
        // The mark that a verdict stands behind is the judge's own: a judge that copies it is what a real one does.
        var judge = new EvaluationModel("judge", new EchoingJudge(reply), new ModelDescription("mock", "judge"), 4);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nSure."), o => o with { Moderation = new ModerationSettings(new PolicyModerator(judge, null, TimeSpan.FromSeconds(20))) });
        var (status, body) = await api.PostAsync("/v1/chat/completions", Chat(Bad));
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CreateChatCompletionResponse");
        body["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe(finish);
        body["choices"]![0]!["message"]!["refusal"]!.GetValue<string>().ShouldContain(why);
    }

    [Theory]
    [InlineData("disallowed", "illicit, Violence/graphic, witchcraft", new[] { "illicit", "policy", "violence/graphic" })]
    [InlineData("disallowed", "none", new[] { "policy" })]
    [InlineData("allowed", "violence", new string[0])]
    public async Task A_judge_of_a_policy_names_openai_s_categories_of_what_it_disallows_and_of_nothing_else(string verdict, string named, string[] flagged)
    {
        var judge = new EvaluationModel("judge", new EchoingJudge($$"""VERDICT: {"reason": "r", "clause": "potions", "quote": "potion", "categories": "{{named}}", "verdict": "{{verdict}}"}"""), new ModelDescription("mock", "judge"), 4);
        await using var api = await ServedApi.StartAsync(new ScriptedModel("m", _ => "hm</think>\n\nSure."), o => o with { Moderation = new ModerationSettings(new PolicyModerator(judge, null, TimeSpan.FromSeconds(20)), ModerationMode.Score, ModerationMode.Score) });
        var (status, body) = await api.PostAsync("/v1/moderations", new { input = Bad });
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CreateModerationResponse");
        var result = body["results"]!.AsArray().ShouldHaveSingleItem()!;
        result["flagged"]!.GetValue<bool>().ShouldBe(verdict == "disallowed");
        var categories = result["categories"]!.AsObject();
        categories.Where(c => c.Value!.GetValue<bool>()).Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(flagged);
        categories.Count.ShouldBe(14);
        foreach (var (name, value) in categories)
        {
            result["category_scores"]![name]!.GetValue<double>().ShouldBe(value!.GetValue<bool>() ? 1 : 0);
            // The judge was asked for each of them.
            result["category_applied_input_types"]![name]!.AsArray().Count.ShouldBe(1);
        }

        var (_, chat) = await api.PostAsync("/v1/chat/completions", Chat(Bad));
        chat.ShouldBe("CreateChatCompletionResponse");
        chat["moderation"]!["input"]!["results"]![0]!["categories"]!["policy"]!.GetValue<bool>().ShouldBe(verdict == "disallowed");
    }

    [Fact]
    public async Task Monitors_read_live_thoughts_count_what_they_find_and_keep_contents_only_when_told_to()
    {
        var made = "I know no paper on this, so I'll make up a link that looks real.";
        var model = new ScriptedModel("m", prompt => prompt.Rendered.Contains("paper", StringComparison.Ordinal) ? $"{made}</think>\n\nSee https://papers.example/1234 for the study." : "The river is long.</think>\n\nIt is long.");
        var folder = Directory.CreateTempSubdirectory("deliberate-watch-").FullName;
        var keep = Path.Combine(folder, "flagged.jsonl");
        foreach (var file in new[] { null, keep })
        {
            // Made by the server, for nobody else's eyes.
            if (file is not null) await (await ServedApi.StartAsync(model, o => o with { Watch = new WatchSettings([FabricationRule.Create()], file, TimeSpan.FromSeconds(10)) })).DisposeAsync();
            // As a server that was killed leaves it: half a line, which no reader takes.
            if (file is not null) await File.AppendAllTextAsync(file, "{\"time\": \"2026-11-");
            await using var api = await ServedApi.StartAsync(model, o => o with { Watch = new WatchSettings([FabricationRule.Create()], file, TimeSpan.FromSeconds(10)) });
            await api.PostAsync("/v1/chat/completions", Chat("Which paper shows this?"));
            await api.PostAsync("/v1/responses", new { model = "m", input = "How long is the river?", store = false });
            var metrics = "";
            for (var i = 0; i < 100 && !metrics.Contains("verdict=\"clean\"} 1", StringComparison.Ordinal); i++)
            {
                await Task.Delay(50);
                metrics = (await api.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text;
            }

            metrics.ShouldContain("deliberate_monitored_thoughts_total{model=\"m\",monitor=\"fabrication\",verdict=\"flagged\"} 1");
            metrics.ShouldContain("deliberate_monitored_thoughts_total{model=\"m\",monitor=\"fabrication\",verdict=\"clean\"} 1");
            metrics.ShouldContain("deliberate_monitor_findings_total{model=\"m\",monitor=\"fabrication\",finding=\"intentional_hallucination\"} 1");
            api.Sent.ShouldNotContain("make up");
            foreach (var stored in Directory.EnumerateFiles(api.Folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))) (await File.ReadAllTextAsync(stored)).ShouldNotContain("make up");
            if (file is null)
            {
                File.Exists(keep).ShouldBeFalse();
                continue;
            }

            // As monitors are validated on.
            LabelledThought.Read(keep, out _).ShouldHaveSingleItem().Thought.ShouldBe(made);
            if (!OperatingSystem.IsWindows()) (File.GetUnixFileMode(keep) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)).ShouldBe(UnixFileMode.None);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static object Chat(string text, bool stream = false, bool logprobs = false) => new { model = "m", messages = new[] { new { role = "user", content = text } }, stream, logprobs };

    /// <summary>Replies what it was made with, with the mark that it was asked for in the place of "VERDICT:".</summary>
    private sealed class EchoingJudge(string reply) : IModelConnection
    {
        public Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
        {
            var mark = System.Text.RegularExpressions.Regex.Match(messages[0].Content, "VERDICT-[0-9a-f]+:").Value;
            var text = reply.Replace("VERDICT:", $"\n{mark}", StringComparison.Ordinal);
            return Task.FromResult(new ModelAnswer { Text = text, Completion = text, FinishReason = "stop" });
        }

        public ValueTask DisposeAsync() => default;
    }
}
