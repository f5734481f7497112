using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Deliberate.Server.Tests;

/// <summary>Tools that the server carries out itself, as it does those of a server of the Model Context Protocol.</summary>
public sealed class ServerToolsTests
{
    private static readonly ServerTools s_tools = new("sums",
    [
        AIFunctionFactory.Create((int a, int b) => a + b, "add", "Adds two numbers."),
        AIFunctionFactory.Create(string (string what) => throw new InvalidOperationException($"no {what} here"), "find", "Finds nothing."),
    ]);

    [Fact]
    public async Task A_call_is_carried_out_and_the_answer_goes_on_with_what_came_of_it()
    {
        var model = new ScriptedModel("m", p => !p.Rendered.Contains("42", StringComparison.Ordinal)
            ? "plum</think>\n\nLet me see. <tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 12, \"b\": 30}}\n</tool_call>"
            : "river</think>\n\nIt is as I said.");
        await using var api = await ServedApi.StartAsync(model, o => o with { Tools = s_tools });
        var (status, chat) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "Sum?" } } });
        status.ShouldBe(200, chat.ToJsonString());
        chat.ShouldBe("CreateChatCompletionResponse");
        chat["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("Let me see.It is as I said.");
        chat["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("stop");
        model.Asked.Count.ShouldBe(2);
        model.Asked[0].Rendered.ShouldContain("Adds two numbers.");
        chat["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(model.Asked.Sum(a => a.Tokens.Length));

        var events = await api.StreamAsync("/v1/responses", new { model = "m", input = "Sum?", stream = true });
        foreach (var one in events.Where(e => e.Data is not null)) one.Data!.ShouldBe("ResponseStreamEvent");
        events.Select(e => e.Name).ShouldContain("response.mcp_call.completed");
        var response = events[^2].Data!["response"]!;
        response["output"]!.AsArray().Select(i => i!["type"]!.GetValue<string>()).ShouldBe(["reasoning", "message", "mcp_call", "reasoning", "message"]);
        var call = response["output"]![2]!;
        (call["name"]!.GetValue<string>(), call["output"]!.GetValue<string>(), call["server_label"]!.GetValue<string>(), call["status"]!.GetValue<string>()).ShouldBe(("add", "42", "sums", "completed"));
        response["output"]![4]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("It is as I said.");
        api.Sent.ShouldNotContain("plum");

        // Gone on from, by the server's memory and by the client's.
        (await api.PostAsync("/v1/responses", new { model = "m", input = "And?", previous_response_id = response["id"]!.GetValue<string>() })).Status.ShouldBe(200);
        model.Asked[^1].Rendered.ShouldContain("42");
        var (again, body) = await api.PostAsync("/v1/responses", new { model = "m", input = response["output"]!.AsArray().Select(i => i!.DeepClone()).Append(JsonNode.Parse("""{"role":"user","content":"And?"}""")!).ToArray() });
        again.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("Response");
    }

    [Fact]
    public async Task A_tool_that_fails_is_told_to_the_model_and_a_client_s_tool_is_the_client_s()
    {
        var model = new ScriptedModel("m", p => p.Rendered.Contains("no lantern here", StringComparison.Ordinal) ? "a</think>\n\nThere is none." : "a</think>\n\n<tool_call>\n{\"name\": \"find\", \"arguments\": {\"what\": \"lantern\"}}\n</tool_call>");
        await using var api = await ServedApi.StartAsync(model, o => o with { Tools = s_tools });
        var (_, response) = await api.PostAsync("/v1/responses", new { model = "m", input = "Find!" });
        response.ShouldBe("Response");
        var call = response["output"]!.AsArray().Single(i => i!["type"]!.GetValue<string>() == "mcp_call")!;
        (call["status"]!.GetValue<string>(), call["output"]).ShouldBe(("failed", (JsonNode?)null));
        call["error"]!.ToJsonString().ShouldContain("no lantern here");

        var client = new { type = "function", function = new { name = "find", parameters = new { type = "object" } } };
        var (status, error) = await api.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "a" } }, tools = new[] { client } });
        status.ShouldBe(400);
        error.ShouldBeError();
        var both = new ScriptedModel("m", _ => "a</think>\n\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}\n</tool_call>\n<tool_call>\n{\"name\": \"mine\", \"arguments\": {}}\n</tool_call>");
        await using var other = await ServedApi.StartAsync(both, o => o with { Tools = s_tools });
        var (_, chat) = await other.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "a" } }, tools = new[] { new { type = "function", function = new { name = "mine", parameters = new { type = "object" } } } } });
        chat.ShouldBe("CreateChatCompletionResponse");
        chat["choices"]![0]!["message"]!["tool_calls"]!.AsArray().ShouldHaveSingleItem()!["function"]!["name"]!.GetValue<string>().ShouldBe("mine");
        chat["choices"]![0]!["finish_reason"]!.GetValue<string>().ShouldBe("tool_calls");
        both.Asked.Count.ShouldBe(1);
        // A call that must be may be one of the server's tools.
        foreach (object choice in new object[] { "required", new { type = "function", function = new { name = "add" } } })
        {
            var asked = 0;
            var forced = new ScriptedModel("m", p => ++asked > 1 ? "a</think>\n\nIt is 3." : p.Rendered.EndsWith("\"arguments\": ", StringComparison.Ordinal) ? "{\"a\": 1, \"b\": 2}" : "{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}");
            await using var must = await ServedApi.StartAsync(forced, o => o with { Tools = s_tools });
            var (_, called) = await must.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "a" } }, tool_choice = choice });
            called["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("It is 3.", called.ToJsonString());
            forced.Asked.Count.ShouldBe(2);
        }

        // One that calls for ever has to answer in the end.
        var endless = new ScriptedModel("m", p => p.Rendered.Contains("Tools:", StringComparison.Ordinal) ? "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1, \"b\": 2}}\n</tool_call>" : "Enough.");
        await using var last = await ServedApi.StartAsync(endless, o => o with { Tools = s_tools });
        var (_, ended) = await last.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "a" } }, reasoning_effort = "none" });
        ended["choices"]![0]!["message"]!["content"]!.GetValue<string>().ShouldBe("Enough.");
        endless.Asked.Count.ShouldBe(ServerTools.MostRounds + 1);
    }
}
