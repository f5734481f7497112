using System.Text.Json;
using Deliberate.Jinja;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>
/// SmolLM2-135M-Instruct from its GGUF file against transformers 5.23 on the same dequantised weights, in float32: logits within
/// 2e-3, as the models' INDEX has it, and greedy tokens wherever the best logit leads by more than 0.01 on the whole path.
/// </summary>
[Collection(SmolLm2.Collection)]
public sealed class SmolLm2Tests(SmolLm2 model)
{
    private const double Tolerance = 2e-3;

    [Fact]
    public void Conversations_become_the_golden_text_and_tokens()
    {
        var cases = Cases();
        foreach (var golden in cases)
        {
            var text = golden.GetProperty("text").GetString()!;
            var ids = GoldenLogitsTests.Ids(golden.GetProperty("input_ids"));
            model.Text.Tokenizer.Encode(text).ShouldBe(ids);
            if (golden.GetProperty("messages").ValueKind == JsonValueKind.Null) continue;
            var chat = model.Text.Render(new ChatTemplateInput { Messages = golden.GetProperty("messages"), AddGenerationPrompt = true });
            chat.Text.ShouldBe(text);
            model.Text.Encode(chat).ShouldBe(ids);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases.Length} conversations");
    }

    [Fact]
    public void Every_tokenizer_vector_holds()
    {
        var count = 0;
        foreach (var vector in TokenizerVectorTests.Lines(SharedFolder.Path("models", "smollm2-135m-instruct", "tokenizer_vectors.jsonl")))
        {
            count++;
            var text = vector.GetProperty("text").GetString()!;
            var (ids, offsets) = model.Text.Tokenizer.EncodeWithOffsets(text);
            ids.ShouldBe(TokenizerVectorTests.Ints(vector, "ids"), text);
            model.Text.Tokenizer.Encode(text).ShouldBe(ids);
            string.Join(' ', offsets).ShouldBe(string.Join(' ', vector.GetProperty("offsets").EnumerateArray().Select(o => $"({o[0]}, {o[1]})")), text);
            model.Text.Tokenizer.Decode(ids, skipSpecial: false).ShouldBe(vector.GetProperty("decoded").GetString());
        }

        count.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} vectors");
    }

    [Fact]
    public void Logits_and_log_probabilities_are_those_of_transformers()
    {
        var cases = Cases();
        var inputs = cases.Select(c => GoldenLogitsTests.Ids(c.GetProperty("input_ids"))).ToArray();
        using var run = new EngineRun(model.Model, inputs);
        var (logitCount, logpCount, worst) = (0, 0, 0.0);
        for (var c = 0; c < cases.Length; c++)
        {
            var golden = cases[c];
            var name = golden.GetProperty("name").GetString();
            var logits = run.Logits(c, inputs[c].Length - 1);
            foreach (var at in golden.GetProperty("last_logits_at").EnumerateObject()) Compare(logits[int.Parse(at.Name)], at.Value.GetDouble(), ref logitCount);
            var top = GoldenLogitsTests.Ids(golden.GetProperty("top20_ids"));
            var topLogits = golden.GetProperty("top20_logits").EnumerateArray().Select(e => e.GetDouble()).ToArray();
            for (var i = 0; i < top.Length; i++) Compare(logits[top[i]], topLogits[i], ref logitCount);
            // The same twenty, but where neighbours are nearer than the tolerance they may have changed places.
            var order = Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).Take(top.Length).ToArray();
            for (var i = 0; i < top.Length; i++) logits[order[i]].ShouldBe(topLogits[i], Tolerance, name);
            var max = logits.Max();
            (max + Math.Log(logits.Sum(l => Math.Exp(l - max)))).ShouldBe(golden.GetProperty("last_logsumexp").GetDouble(), Tolerance, name);
            var next = golden.GetProperty("next_token_logprobs").EnumerateArray().Select(e => e.GetDouble()).ToArray();
            for (var t = 0; t < next.Length; t++) Compare(run.LogProbability(c, t), next[t], ref logpCount);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases.Length} cases: {logitCount} logits, {logpCount} log-probabilities, worst difference {worst:E1}");

        void Compare(double actual, double expected, ref int count)
        {
            actual.ShouldBe(expected, Tolerance);
            worst = Math.Max(worst, Math.Abs(actual - expected));
            count++;
        }
    }

    [Fact]
    public void Greedy_tokens_are_those_of_transformers()
    {
        var cases = Cases().Where(c => c.GetProperty("greedy_min_gap").GetDouble() > 0.01).ToArray();
        var expected = cases.Select(c => GoldenLogitsTests.Ids(c.GetProperty("greedy_ids"))).ToArray();
        var greedy = EngineRun.Greedy(model.Model, [.. cases.Select((c, i) => (GoldenLogitsTests.Ids(c.GetProperty("input_ids")), expected[i].Length))]);
        for (var i = 0; i < cases.Length; i++)
        {
            greedy[i].ShouldBe(expected[i], cases[i].GetProperty("name").GetString());
            model.Text.Tokenizer.Decode(greedy[i], skipSpecial: false).ShouldBe(cases[i].GetProperty("greedy_text").GetString());
        }

        cases.Length.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases.Length} continuations of {expected.Sum(e => e.Length)} tokens");
    }

    private static JsonElement[] Cases() => [.. SharedFolder.Json("models", "smollm2-135m-instruct", "golden.json").GetProperty("cases").EnumerateArray()];
}
