using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deliberate.Testing;

namespace Deliberate.Server.Tests;

/// <summary>The program is killed without a word while it streams and works in the background: one that is started anew has what was stored, and says of what was cut off that it failed.</summary>
public sealed partial class KilledServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-killed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_that_was_killed_has_what_was_stored_and_says_what_was_cut_off()
    {
        string stored, background, streamed;
        JsonNode kept;
        await using (var program = Start())
        {
            using var client = new HttpClient { BaseAddress = await program.AddressAsync(Base()), Timeout = TimeSpan.FromMinutes(2) };
            kept = await PostAsync(client, new { model = "m", input = "Say hello.", max_output_tokens = 16, seed = 1 });
            stored = kept["id"]!.GetValue<string>();
            background = (await PostAsync(client, new { model = "m", input = "Tell a very long story of a river.", max_output_tokens = 2000, background = true, seed = 2 }))["id"]!.GetValue<string>();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = Json(new { model = "m", input = "Tell a very long story of a stone.", max_output_tokens = 2000, stream = true, seed = 3 }) };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            streamed = await UntilTextAsync(reader);
            (await GetAsync(client, background))["status"]!.GetValue<string>().ShouldBe("in_progress");
            await program.KillAsync();
        }

        await using (var program = Start())
        {
            using var client = new HttpClient { BaseAddress = await program.AddressAsync(Base()), Timeout = TimeSpan.FromMinutes(2) };
            var found = await GetAsync(client, stored);
            found.ShouldBe("Response");
            found.ToJsonString().ShouldBe(kept.ToJsonString());
            foreach (var id in new[] { background, streamed })
            {
                var cut = await GetAsync(client, id);
                cut.ShouldBe("Response");
                cut["status"]!.GetValue<string>().ShouldBe("failed");
                cut["error"]!["message"]!.GetValue<string>().ShouldContain("ended before the response was done");
            }

            var next = await PostAsync(client, new { model = "m", input = "Say it again.", max_output_tokens = 16, previous_response_id = stored });
            next.ShouldBe("Response");
            // No half-written file is left.
            Directory.GetFiles(Path.Combine(_folder, "store")).Select(f => Path.GetFileName(f)).ShouldAllBe(f => f == "serve.lock" || f == "seal.key" || (f.EndsWith(".json", StringComparison.Ordinal) && !f.EndsWith(".open.json", StringComparison.Ordinal)));
        }
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static async Task<JsonNode> PostAsync(HttpClient client, object body)
    {
        using var response = await client.PostAsync("/v1/responses", Json(body));
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<JsonNode> GetAsync(HttpClient client, string id) => JsonNode.Parse(await client.GetStringAsync($"/v1/responses/{id}"))!;

    /// <summary>Reads a stream until text comes; the response's id.</summary>
    private static async Task<string> UntilTextAsync(StreamReader reader)
    {
        var id = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            var happened = JsonNode.Parse(line["data: ".Length..])!;
            if (happened["type"]!.GetValue<string>() == "response.created") id = happened["response"]!["id"]!.GetValue<string>();
            if (happened["type"]!.GetValue<string>() == "response.output_text.delta") return id;
        }

        throw new InvalidOperationException("The stream ended without a text.");
    }

    private ServedProgram Start() => ServedProgram.Start(
        _folder, "serve", $"m={SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")}", "--weights", "bf16", "--threads", "1", "--port", "0", "--no-browser", "--store", "store");

    [GeneratedRegex(@"OPENAI_BASE_URL=(http://127\.0\.0\.1:[0-9]+)/v1")]
    private static partial Regex Base();
}
