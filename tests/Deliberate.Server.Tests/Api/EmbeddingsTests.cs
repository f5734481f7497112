using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Server.Tests;

/// <summary>Texts as vectors, of a real model: as OpenAI describes them, the same alone and among others, and what they are made of.</summary>
public sealed class EmbeddingsTests
{
    [Fact]
    public async Task An_embedding_is_the_mean_of_the_last_hidden_states_at_length_one()
    {
        await using var served = await Served("qwen3");
        var alone = await EmbedAsync(served, new { model = "m", input = "the river" });
        Length(alone).ShouldBe(1, 1e-6);
        // The same bits among others, while an answer is written.
        var writing = served.PostAsync("/v1/chat/completions", new { model = "m", messages = new[] { new { role = "user", content = "a" } }, max_tokens = 60 });
        var (status, several) = await served.PostAsync("/v1/embeddings", new { model = "m", input = new[] { "a stone", "the river", "the river" } });
        status.ShouldBe(200, several.ToJsonString());
        several.ShouldBe("CreateEmbeddingResponse");
        Vector(several, 1).ShouldBe(alone);
        Vector(several, 2).ShouldBe(alone);
        Vector(several, 0).ShouldNotBe(alone);
        several["usage"]!["prompt_tokens"]!.GetValue<int>().ShouldBe(several["usage"]!["total_tokens"]!.GetValue<int>());
        (await writing).Status.ShouldBe(200);

        using var model = TextModel.Open(SharedFolder.Path("fixtures", "models", "qwen3"), threads: 1);
        var tokens = model.Format.Tokenizer.Encode("the river", addSpecialTokens: true);
        var states = new List<double[]>();
        // Of each beginning the last token's: what the whole reads on its way.
        for (var i = 1; i <= tokens.Length; i++) states.Add(await model.HiddenSumAsync(tokens[..i], lastOnly: true, TestContext.Current.CancellationToken));
        var mean = Enumerable.Range(0, states[0].Length).Select(c => states.Sum(s => s[c])).ToArray();
        var norm = Math.Sqrt(mean.Sum(x => x * x));
        alone.Select((x, c) => Math.Abs(x - (mean[c] / norm))).Max().ShouldBeLessThan(1e-6);

        var byTokens = await EmbedAsync(served, new { model = "m", input = tokens });
        byTokens.ShouldBe(alone);
        var (_, base64) = await served.PostAsync("/v1/embeddings", new { model = "m", input = "the river", encoding_format = "base64" });
        var bytes = Convert.FromBase64String(base64["data"]![0]!["embedding"]!.GetValue<string>());
        Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4))).ShouldBe(alone);
        var few = await EmbedAsync(served, new { model = "m", input = "the river", dimensions = 4 });
        few.Length.ShouldBe(4);
        Length(few).ShouldBe(1, 1e-6);
        (few[0] / few[1]).ShouldBe(alone[0] / alone[1], 1e-4);
        var metrics = (await served.SendAsync(HttpMethod.Get, "/metrics", null, null)).Text;
        metrics.ShouldContain("route=\"/v1/embeddings\",model=\"m\",status=\"200\"");
        metrics.ShouldMatch("deliberate_cache_bytes\\{model=\"m\"\\} [1-9]", "pages hold what was read");
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":""}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":[1,-1]}""", "input[1]")]
    [InlineData("""{"model":"m","input":[[]]}""", "input[0]")]
    [InlineData("""{"model":"m","input":["a",{"b":1}]}""", "input[1]")]
    [InlineData("""{"model":"m","input":"a","dimensions":100000}""", "dimensions")]
    [InlineData("""{"model":"m","input":"a","encoding_format":"hex"}""", "encoding_format")]
    [InlineData("""{"model":"m","input":"a","dimension":3}""", "dimension")]
    public async Task What_cannot_be_read_is_refused_by_its_field(string body, string field)
    {
        await using var api = await ServedApi.StartAsync("hm");
        var (status, error) = await api.PostAsync("/v1/embeddings", body);
        status.ShouldBe(400);
        error.ShouldBeError();
        error["error"]!["param"]!.GetValue<string>().ShouldBe(field);
    }

    private static Task<ServedApi> Served(string name) => ServedApi.StartRealAsync(new ServedModelOptions("m", SharedFolder.Path("fixtures", "models", name)));

    private static async Task<float[]> EmbedAsync(ServedApi served, object request)
    {
        var (status, body) = await served.PostAsync("/v1/embeddings", request);
        status.ShouldBe(200, body.ToJsonString());
        body.ShouldBe("CreateEmbeddingResponse");
        return Vector(body, 0);
    }

    private static float[] Vector(JsonNode body, int at) => [.. body["data"]![at]!["embedding"]!.AsArray().Select(x => x!.GetValue<float>())];

    private static double Length(float[] vector) => Math.Sqrt(vector.Sum(x => (double)x * x));
}
