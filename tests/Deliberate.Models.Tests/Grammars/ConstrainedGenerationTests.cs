using System.Text.Json;
using Deliberate.Core;
using Microsoft.Extensions.AI;
using AIOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Deliberate.Models.Tests;

public sealed class ConstrainedGenerationTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    private const string Person = """{"type":"object","properties":{"name":{"type":"string","maxLength":8},"age":{"type":"integer","minimum":0,"maximum":150},"tags":{"type":"array","items":{"enum":["red","blue"]},"maxItems":3}},"required":["name","age"]}""";

    private static readonly SamplingOptions[] s_samplings =
    [
        new(), new() { Temperature = 0 }, new() { Temperature = 0.7, TopP = 0.9, TopK = 20 }, new() { RepetitionPenalty = 1.5, PresencePenalty = 2, NoRepeatNgramSize = 1 },
    ];

    [Fact]
    public async Task Whatever_a_random_model_would_say_its_text_fits_the_schema()
    {
        using var model = hosted.Open();
        var grammar = OutputGrammar.FromJsonSchema(Person);
        var whole = 0;
        foreach (var sampling in s_samplings)
        {
            for (var seed = 1UL; seed <= 6; seed++)
            {
                var options = new GenerateOptions { MaxTokens = 120, Sampling = sampling, Seed = seed, ThinkingBudget = 3, Grammar = grammar };
                var completion = await model.GenerateAsync("the", options, TestContext.Current.CancellationToken);
                if (completion.FinishReason == FinishReason.Length)
                {
                    completion.Tokens.Count.ShouldBe(120);
                    continue;
                }

                // It may think before it answers.
                using var json = JsonDocument.Parse(ThinkingSplit.Of(completion.Text).Text);
                json.RootElement.GetProperty("age").GetInt32().ShouldBeInRange(0, 150);
                completion.Tokens[^1].ShouldBe(hosted.End);
                whole++;
            }
        }

        whole.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task What_is_held_to_a_grammar_does_not_depend_on_its_neighbours()
    {
        using var model = hosted.Open();
        OutputGrammar?[] grammars = [OutputGrammar.FromJsonSchema(Person), OutputGrammar.FromRegex("(the|and| ){3,20}\\."), OutputGrammar.JsonObject, null];
        var options = Enumerable.Range(0, 12).Select(i => new GenerateOptions { MaxTokens = 60, Seed = (ulong)i, Sampling = s_samplings[i % 4], Grammar = grammars[i % 4] }).ToArray();
        List<int[]> alone = [];
        foreach (var option in options) alone.Add([.. (await model.GenerateAsync("of it", option, TestContext.Current.CancellationToken)).Tokens]);
        var together = await Task.WhenAll(options.Select(o => model.GenerateAsync("of it", o, TestContext.Current.CancellationToken)));
        for (var i = 0; i < options.Length; i++) together[i].Tokens.ShouldBe(alone[i]);
    }

    [Fact]
    public async Task Recorded_probabilities_stay_the_models_own()
    {
        using var model = hosted.Open();
        List<GeneratedToken> drawn = [];
        int[] prompt = model.Tokenizer.Encode("the and");
        await foreach (var token in model.StreamTokensAsync(prompt, new GenerateOptions { MaxTokens = 40, Sampling = new(), Grammar = OutputGrammar.FromJsonSchema(Person) }, TestContext.Current.CancellationToken)) drawn.Add(token);
        var scores = model.Score([.. prompt, .. drawn.Select(d => d.Token)], TestContext.Current.CancellationToken);
        for (var i = 0; i < drawn.Count; i++) ((float)drawn[i].LogProbability).ShouldBe((float)scores[prompt.Length + i].LogProbability!.Value);
    }

    [Fact]
    public async Task An_answer_is_held_and_the_thought_before_it_is_free()
    {
        using var model = hosted.Open();
        using var client = model.AsChatClient();
        var (whole, thoughts) = (0, 0);
        for (var seed = 1; seed <= 8; seed++)
        {
            var options = new AIOptions { MaxOutputTokens = 160, Temperature = 1, Seed = seed, AdditionalProperties = new() { ["thinking_budget"] = 15 }, ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonSerializer.Deserialize<JsonElement>(Person)) };
            var response = await client.GetResponseAsync("Who?", options, TestContext.Current.CancellationToken);
            thoughts += response.Messages[0].Contents.OfType<TextReasoningContent>().Count(c => !c.Text.StartsWith('{'));
            if (response.FinishReason != ChatFinishReason.Stop) continue;
            JsonDocument.Parse(response.Text).Dispose();
            whole++;
        }

        whole.ShouldBeGreaterThan(3);
        thoughts.ShouldBeGreaterThan(3);
        var named = await client.GetResponseAsync("Who?", new AIOptions { MaxOutputTokens = 60, Temperature = 1, AdditionalProperties = new() { ["thinking_budget"] = 4, ["regex"] = "(yes|no)!" } }, TestContext.Current.CancellationToken);
        named.Text.ShouldBeOneOf("yes!", "no!");
        named.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task A_model_may_open_a_thought_of_its_own_before_what_is_asked_for()
    {
        using var model = hosted.Open();
        var (thoughts, answers) = (0, 0);
        for (var seed = 1UL; seed <= 60; seed++)
        {
            // Hot enough to open one now and then: it is a token of many.
            var completion = await model.GenerateAsync("was", new GenerateOptions { MaxTokens = 60, Seed = seed, Sampling = new() { Temperature = 20 }, ThinkingBudget = 6, Grammar = OutputGrammar.FromRegex("[a-z]{2}") }, TestContext.Current.CancellationToken);
            completion.FinishReason.ShouldBe(FinishReason.Stop);
            if (completion.Text.StartsWith("<think>", StringComparison.Ordinal)) thoughts++;
            var split = ThinkingSplit.Of(completion.Text);
            split.Text.ShouldMatch("^[a-z]{2}$");
            answers++;
        }

        answers.ShouldBe(60);
        thoughts.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_conversation_is_held_turn_by_turn()
    {
        using var model = hosted.Open();
        using var chat = model.StartChat(new ChatOptions { Context = 300, MaxTokens = 100, Grammar = OutputGrammar.FromRegex("\\(.\\)") });
        var answer = chat.Ask("Hello", cancellation: TestContext.Current.CancellationToken);
        if (answer.End == ChatEnd.Stop) answer.Text.ShouldMatch("^\\(.\\)$");
        else answer.Text.ShouldBeEmpty();
    }

    [Fact]
    public void A_tokenizer_that_cannot_write_what_is_asked_for_says_so()
    {
        var letters = BpeTrainer.Train(["ab ba"], 10, [], new BpeTrainerOptions { AllBytes = false, Alphabet = "ab" });
        var format = new TextFormat(letters) { StopIds = [0] };
        Should.Throw<UserError>(() => GrammarConstraint.AutomatonOf(format, "", OutputGrammar.JsonObject.Grammar)).Problem.ShouldContain("cannot write");
        GrammarConstraint.AutomatonOf(format, "", OutputGrammar.FromRegex("[a-z]+").Grammar).ShouldNotBeNull();
    }
}
