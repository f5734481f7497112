using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

public sealed class SpeculationTests(HostedModel hosted) : IClassFixture<HostedModel>
{
    private static readonly SamplingOptions[] s_ways = [new(), new() { Temperature = 0 }, new() { Temperature = 0.6, TopP = 0.9 }, new() { TopK = 20, RepetitionPenalty = 1.2 }];

    private static string Repetitive => string.Concat(Enumerable.Repeat("the and of to in that is was ", 8));

    [Fact]
    public async Task The_text_is_the_same_with_and_without_whoever_guesses()
    {
        using var other = new OtherModel(hosted);
        // On all cores: models that guess for one another share them.
        using var plain = TextModel.Open(hosted.Folder);
        using var same = TextModel.Open(hosted.Folder);
        using var unlike = TextModel.Open(other.Folder);
        foreach (var draft in new[] { null, same, unlike })
        {
            using var guessing = TextModel.Open(hosted.Folder, hosting: new ModelHostOptions { Speculation = new Speculation { Tokens = 5, Draft = draft } });
            for (var i = 0; i < 24; i++)
            {
                var options = new GenerateOptions
                {
                    MaxTokens = 30 + (7 * i % 60),
                    Seed = (ulong)i,
                    Sampling = s_ways[i % 4],
                    Stop = i % 5 == 0 ? ["e"] : [],
                    ThinkingBudget = i % 3 == 0 ? 4 : null,
                    Grammar = i % 6 == 5 ? OutputGrammar.FromJsonSchema("""{"type":"array","items":{"enum":["red","green",true]},"maxItems":9}""") : null,
                };
                var prompt = i % 2 == 0 ? Repetitive : "was for it";
                List<GeneratedToken> expected = [], drawn = [];
                await foreach (var token in plain.StreamTokensAsync(plain.Tokenizer.Encode(prompt), options, TestContext.Current.CancellationToken)) expected.Add(token);
                await foreach (var token in guessing.StreamTokensAsync(plain.Tokenizer.Encode(prompt), options, TestContext.Current.CancellationToken)) drawn.Add(token);
                drawn.ShouldBe(expected, $"request {i}, {draft?.Name ?? "looked up"}");
            }

            var (guessed, right) = guessing.Host.Guesses;
            guessed.ShouldBeGreaterThan(50);
            right.ShouldBeGreaterThan(0);
            right.ShouldBeLessThanOrEqualTo(guessed);
            // The model itself guesses what it draws, but where a form or a thought's end has its way.
            if (draft == same) ((double)right / guessed).ShouldBeGreaterThan(0.6);
        }
    }

    [Fact]
    public async Task Others_who_come_while_it_guesses_change_nothing()
    {
        using var plain = hosted.Open();
        using var draft = hosted.Open();
        using var guessing = hosted.Open(new ModelHostOptions { Slots = 3, Speculation = new Speculation { Tokens = 8, Draft = draft } });
        var options = Enumerable.Range(0, 20).Select(i => new GenerateOptions { MaxTokens = 15 + (11 * i % 70), Seed = (ulong)i, Sampling = s_ways[i % 4] }).ToArray();
        var expected = options.Select(o => plain.Generate(Repetitive, o, cancellationToken: TestContext.Current.CancellationToken).Tokens).ToArray();
        var random = new Random(1);
        var asked = new List<Task<TextCompletion>>();
        foreach (var option in options)
        {
            asked.Add(guessing.GenerateAsync(Repetitive, option, TestContext.Current.CancellationToken));
            await Task.Delay(random.Next(12), TestContext.Current.CancellationToken);
        }

        var done = await Task.WhenAll(asked);
        for (var i = 0; i < options.Length; i++) done[i].Tokens.ShouldBe(expected[i]);
    }

    [Fact]
    public void A_conversation_is_the_same_and_a_foreign_draft_is_refused()
    {
        using var model = hosted.Open();
        string[] Talk(Speculation? speculation)
        {
            using var chat = model.StartChat(new ChatOptions { Context = 400, MaxTokens = 50, Speculation = speculation });
            return [chat.Ask("the and of", cancellation: TestContext.Current.CancellationToken).Text, chat.Ask("to in that", cancellation: TestContext.Current.CancellationToken).Text];
        }

        Talk(new Speculation()).ShouldBe(Talk(null));
        Talk(new Speculation { Draft = model, Tokens = 3 }).ShouldBe(Talk(null));
        using var stranger = new OtherModel(hosted, "other words of their own");
        using var foreign = TextModel.Open(stranger.Folder);
        Should.Throw<UserError>(() => Talk(new Speculation { Draft = foreign })).Message.ShouldContain("another tokenizer");
        Should.Throw<UserError>(() => Talk(new Speculation { Tokens = 99 })).Field.ShouldBe("speculation");
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 9, 9, 1, 2, 3 }, 3, new[] { 9, 9, 1 })]
    [InlineData(new[] { 7, 7, 7, 7 }, 4, new[] { 7 })]
    [InlineData(new[] { 1, 2, 3, 4 }, 4, new int[0])]
    [InlineData(new[] { 5, 6, 1, 5, 6, 2, 5, 6 }, 2, new[] { 2, 5 })]
    [InlineData(new[] { 4 }, 2, new int[0])]
    public void What_stood_behind_the_same_tokens_before_is_guessed(int[] text, int most, int[] expected)
    {
        var draft = new int[most];
        draft[..LookupDrafter.Find(text, draft)].ShouldBe(expected);
    }

    /// <summary>A model with other weights and, unless it has words of its own, the same tokenizer.</summary>
    private sealed class OtherModel : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public OtherModel(HostedModel like, string? words = null)
        {
            using var opened = PretrainedModel.Open(like.Folder);
            var tokenizer = words is null ? opened.Text.Tokenizer : BpeTrainer.Train([words], opened.Text.Tokenizer.VocabularySize, ["<|end|>", "<think>", "</think>"]);
            using var device = Device.Cpu(1);
            using var model = new LanguageModel(device, HostedModel.Configuration(opened.Text.Tokenizer) with { LayerCount = 1 });
            model.Initialise(11);
            model.Pack(training: false);
            ModelWriter.Write(Folder, model, opened.Text with { ChatTemplate = null } is var text && words is null ? text : new TextFormat(tokenizer) { StopIds = [0] });
        }

        public string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }
}
