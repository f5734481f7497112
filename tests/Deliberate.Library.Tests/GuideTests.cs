using System.Text.RegularExpressions;
using Deliberate.Reasoning;
using Deliberate.Training;
using OwnFamily;
using OwnObjective;
using UsingTheLibrary;

namespace Deliberate.Library.Tests;

/// <summary>What docs/library.md and the packages' own pages show is what is compiled in samples/, and it works.</summary>
public sealed partial class GuideTests
{
    private static readonly string[] Guides = ["docs/library.md", "src/Deliberate.Jinja/README.md"];

    [Fact]
    public void Every_block_is_the_file_that_it_names()
    {
        var shown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var guide in Guides)
        {
            var text = Repository.Read(guide);
            var blocks = 0;
            var renewed = Block().Replace(text, match =>
            {
                var file = match.Groups["file"].Value;
                shown.Add(file);
                blocks++;
                return $"<!-- {file} -->\n```{match.Groups["language"].Value}\n{Repository.Read(file).TrimEnd()}\n```";
            });
            if (Repository.Updates) File.WriteAllText(Repository.Path(guide), renewed);
            else renewed.ShouldBe(text, $"{guide} differs from the samples. Write it anew: {Repository.HowToUpdate} -- --filter-class \"*GuideTests\"");
            Code().Count(text).ShouldBe(blocks, $"a block of C# or YAML in {guide} names no file: <!-- samples/... --> on the line before it");
        }

        var samples = Directory.GetFiles(Repository.Path("samples"), "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Repository.Path("."), f)).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
        shown.ShouldBe(samples.Order(StringComparer.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{shown.Count} blocks");
    }

    [Fact]
    public void A_tiny_model_trains_and_its_checkpoint_writes_and_scores()
    {
        using var folder = new TemporaryFolder();
        var run = folder.File("run");
        var (before, after) = TinyTraining.Run(Repository.Path("samples/UsingTheLibrary/tiny.yaml"), run, TestContext.Current.CancellationToken);
        before.Value.ShouldBeInRange(0, 1);
        after.Value.ShouldBeInRange(0, 1);
        File.ReadAllText(RecipeTraining.Report(run)).ShouldContain("tiny");
        var checkpoint = Path.Combine(run, "checkpoints", "final");
        var text = Generation.Continue(checkpoint, "3+4=?");
        Generation.Continue(checkpoint, "3+4=?").ShouldBe(text, "the same model, prompt and seed");
        LogProbabilities.Likeliest(checkpoint, "3+4=?<think>7</think>7", "<think><think>???+++").ShouldBe("3+4=?<think>7</think>7");
        using var model = Models.TextModel.Open(checkpoint, threads: 1);
        Should.Throw<Core.UserError>(() => model.Generate("3+4=?", new Models.GenerateOptions { MaxTokens = 1000 })).Field.ShouldBe("max_tokens");
        Should.Throw<Core.UserError>(() => model.StartChat(new Models.ChatOptions { Context = 64 })).Message.ShouldContain("chat template");
        Should.Throw<ArgumentException>(() => model.Score([99_999]));
        model.Score("").ShouldBeEmpty();
        var sums = string.Concat(Enumerable.Repeat("1+2*3-", 60));
        model.Score(sums).Count(t => t.LogProbability is null).ShouldBe(1);
        Should.Throw<OperationCanceledException>(() => model.Score(sums, new CancellationToken(canceled: true)));
        Should.Throw<OperationCanceledException>(() => model.Generate("3+4=?", new Models.GenerateOptions { MaxTokens = 8 }, cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Adapters_of_a_model_are_trained_and_answer_side_by_side()
    {
        using var folder = new TemporaryFolder();
        var recipe = Repository.Path("samples/UsingTheLibrary/tiny.yaml");
        TinyTraining.Run(recipe, folder.File("base"), TestContext.Current.CancellationToken);
        var trained = Path.Combine(folder.File("base"), "checkpoints", "final");
        RecipeTraining.Run(recipe, folder.File("adapted"), overrides: [$"model.from={trained}", "adapter.rank=4", "supervised.tokens=2048", "supervised.optimizer.learning_rate=0.05"], cancellationToken: TestContext.Current.CancellationToken);
        var adapter = Path.Combine(folder.File("adapted"), "checkpoints", "final");
        var answers = await Adapters.Compare(trained, [adapter, adapter], "3+4=?");
        answers[1].ShouldBe(answers[2]);
        using var alone = Models.TextModel.Open(adapter);
        (await alone.GenerateAsync("3+4=?", new Models.GenerateOptions { MaxTokens = 40 })).Text.ShouldBe(answers[1]);
        answers[1].ShouldNotBe(answers[0]);
    }

    [Fact]
    public async Task A_run_and_a_model_take_turns_and_neither_changes_the_other()
    {
        using var folder = new TemporaryFolder();
        string Train(string name)
        {
            TinyTraining.Run(Repository.Path("samples/UsingTheLibrary/tiny.yaml"), folder.File(name), TestContext.Current.CancellationToken);
            return Path.Combine(folder.File(name), "checkpoints", "final");
        }

        var alone = Train("alone");
        using var model = Models.TextModel.Open(alone);
        var options = new Models.GenerateOptions { MaxTokens = 60 };
        var expected = model.Generate("3+4=?", options).Text;
        var training = Task.Run(() => Train("beside"));
        var answers = 0;
        for (; !training.IsCompleted; answers++) (await model.GenerateAsync("3+4=?", options, TestContext.Current.CancellationToken)).Text.ShouldBe(expected);
        answers.ShouldBeGreaterThan(2);
        File.ReadAllBytes(Path.Combine(await training, "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(alone, "model.safetensors")));
    }

    [Fact]
    public async Task Many_callers_are_answered_together_and_over_http()
    {
        using var folder = new TemporaryFolder();
        TinyTraining.Run(Repository.Path("samples/UsingTheLibrary/tiny.yaml"), folder.File("run"), TestContext.Current.CancellationToken);
        using var model = Models.TextModel.Open(Path.Combine(folder.File("run"), "checkpoints", "final"), threads: 1, hosting: new Models.ModelHostOptions { Slots = 2 });
        var texts = await ManyCallers.Continue(model, ["1+2=?", "3+4=?", "5+6=?", "7+8=?"], TestContext.Current.CancellationToken);
        texts.Count.ShouldBe(4);
        texts.ShouldAllBe(text => text.Contains("of thought]"));

        var number = await Services.Number(Path.Combine(folder.File("run"), "checkpoints", "final"), "3+4=?", TestContext.Current.CancellationToken);
        number[(number.LastIndexOf('>') + 1)..].Trim().ShouldMatch("^[0-9]{0,3}$");

        await using var application = ModelOnTheWeb.Program.Build(model, "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning");
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
        (await client.GetStringAsync("/", TestContext.Current.CancellationToken)).ShouldContain("<form>");
        string[] prompts = ["1+2=?", "9*9=?"];
        // Two readers side by side: each has the beginning of its answer before the other has its end.
        var readers = await Task.WhenAll(prompts.Select(p => Open(client, p)));
        var beginnings = new string[2];
        for (var i = 0; i < 2; i++) beginnings[i] = await Piece(readers[i]);
        for (var i = 0; i < 2; i++)
        {
            var expected = model.Generate(prompts[i], new Models.GenerateOptions { MaxTokens = 60 }).Text;
            (beginnings[i] + await readers[i].ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe(expected);
            readers[i].Dispose();
        }

        var refused = await client.GetAsync("/stream?prompt=1&tokens=100000", TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("max_tokens");

        static async Task<StreamReader> Open(HttpClient client, string prompt)
        {
            var response = await client.GetAsync($"/stream?prompt={Uri.EscapeDataString(prompt)}&tokens=60", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        }

        static async Task<string> Piece(StreamReader reader)
        {
            var buffer = new char[4];
            var read = await reader.ReadAsync(buffer, TestContext.Current.CancellationToken);
            return new string(buffer, 0, read);
        }
    }

    [Fact]
    public async Task A_pretrained_model_holds_a_conversation()
    {
        using var model = Models.TextModel.Open(Testing.SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"), Tensors.WeightStorage.Q8_0);
        model.CanChat.ShouldBeTrue();
        using var chat = model.StartChat(new Models.ChatOptions { Context = 128, MaxTokens = 6, Sampling = new() { Temperature = 0 } });
        chat.Ask("What is the capital of France?").Text.ShouldNotBeEmpty();
        Conversation.Hold(model, new StringReader(""));
        (await ManyCallers.Ask(model, "What is the capital of France? Answer in one word.", TestContext.Current.CancellationToken)).ShouldNotBeEmpty();
        var scores = model.Score("The capital of France is Paris");
        scores[^1].LogProbability!.Value.ShouldBeGreaterThan(model.Score("The capital of France is Banana")[^1].LogProbability!.Value);
    }

    [Fact]
    public void A_template_is_rendered_or_says_what_is_wrong()
    {
        Templates.Prompt("{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}", "Hello")
            .ShouldBe("<s><system>Answer briefly.\n<user>Hello\n<assistant>");
        var written = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(captured);
        try
        {
            Templates.Prompt("{% if messages[0].role == 'system' %}\n\n{{ raise_exception('No system messages') }}{% endif %}", "Hello").ShouldBeNull();
        }
        finally
        {
            Console.SetOut(written);
        }

        captured.ToString().Trim().ShouldBe("chat_template.jinja:3: No system messages");
    }

    [Fact]
    public void Answers_and_thoughts_are_graded_as_the_guide_says()
    {
        var written = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(captured);
        try
        {
            Grading.Answers();
            Grading.Thoughts();
        }
        finally
        {
            Console.SetOut(written);
        }

        var lines = captured.ToString().ReplaceLineEndings("\n").Split('\n');
        lines[..3].ShouldBe(["Equal", "Different", "42"]);
        lines.ShouldContain("right True, every step right False");
    }

    [Theory]
    [InlineData("717", SampleOutcome.Pass)]
    [InlineData("7171", SampleOutcome.Fail)]
    [InlineData("171", SampleOutcome.Fail)]
    [InlineData("718", SampleOutcome.Fail)]
    [InlineData("", SampleOutcome.Fail)]
    [InlineData(null, SampleOutcome.Unscored)]
    public async Task The_verifier_judges(string? answer, SampleOutcome outcome)
    {
        var problem = new Problem("", 0, Split.Train, 0, "3 7:", "", "", "");
        var sample = new Sample { Problem = problem, Attempt = 0, Completion = answer ?? "", Answer = answer };
        var verdict = (await new PalindromeVerifier().ScoreAsync([sample], TestContext.Current.CancellationToken))[0];
        verdict.Outcome.ShouldBe(outcome, verdict.Reason);
    }

    [Fact]
    public void The_verifier_trains()
    {
        using var folder = new TemporaryFolder();
        try
        {
            PalindromeVerifier.Train(Repository.Path("samples/UsingTheLibrary/palindromes.yaml"), folder.File("run"));
        }
        finally
        {
            VerifierRegistry.Remove("palindrome");
        }

        File.ReadAllText(Path.Combine(folder.File("run"), "samples.jsonl")).ShouldContain("mirrored");
    }

    [Fact]
    public void The_program_with_an_objective_of_its_own_runs()
    {
        using var folder = new TemporaryFolder();
        try
        {
            Run(typeof(ToprObjective), [Repository.Path("samples/OwnObjective/topr.yaml"), folder.File("run"), "supervised.tokens=10000", "reinforcement.steps=2", "evaluation.problems=8"]);
        }
        finally
        {
            PolicyObjectives.Remove("topr").ShouldBeTrue();
        }

        var recipe = File.ReadAllText(Path.Combine(folder.File("run"), "recipe.yaml"));
        recipe.ShouldContain("objective: topr");
        recipe.ShouldContain("level: sequence_product", Case.Sensitive, "the entry's own default");
        recipe.ShouldContain("epsilon_low: 0.3");
        File.Exists(Path.Combine(folder.File("run"), "report.html")).ShouldBeTrue();
    }

    [Fact]
    public void The_program_with_a_family_of_its_own_runs()
    {
        using var folder = new TemporaryFolder();
        try
        {
            Run(typeof(BinaryFamily), [Repository.Path("samples/OwnFamily/binary.yaml"), folder.File("run"), "supervised.tokens=10000", "reinforcement.steps=2", "evaluation.problems=8"]);
        }
        finally
        {
            FamilyRegistry.Remove("binary").ShouldBeTrue();
        }

        File.ReadAllText(Path.Combine(folder.File("run"), "samples.jsonl")).ShouldContain("b=?");
        File.Exists(Path.Combine(folder.File("run"), "report.html")).ShouldBeTrue();
    }

    [Fact]
    public void The_family_keeps_what_families_promise() => FamilyCheck.Faults(new BinaryFamily()).ShouldBeEmpty();

    /// <summary>Its Main, as it is.</summary>
    private static void Run(Type ofProgram, string[] arguments) => ofProgram.Assembly.EntryPoint!.Invoke(null, [arguments]);

    [GeneratedRegex("<!-- (?<file>[A-Za-z0-9/.-]+) -->\n```(?<language>[a-z]+)\n.*?\n?```", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("^```(csharp|yaml)$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
