using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class ChatCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_question_is_answered_on_standard_output_the_same_every_time()
    {
        CliResult Ask(params string[] more) => CliProcess.Run(_folder.Root, ["chat", FixtureModel.Path, "--message", "Hello", "--max-tokens", "20", .. more]).ShouldSucceed();
        var first = Ask();
        first.Output.Length.ShouldBeGreaterThan(5);
        first.Error.ShouldContain("[20 tokens");
        first.Error.ShouldContain("raise --max-tokens");
        Ask("--threads", "1").Output.ShouldBe(first.Output);
        Ask("--seed", "2").Output.ShouldNotBe(first.Output);
    }

    [Fact]
    public void Lines_of_a_pipe_are_turns_of_one_conversation()
    {
        const string Turns = "Hello\n/system Be brief.\none \\\nmessage\n//slash\n/reset\nagain\n/exit\nnever\n";
        var output = CliProcess.RunWith(Turns, _folder.Root, "chat", FixtureModel.Path, "--json", "--max-tokens", "5").ShouldSucceed().Output;
        var answers = Values(output);
        answers.Count.ShouldBe(4);
        answers.ShouldAllBe(a => a.GetProperty("completion_tokens").GetInt32() == 5 && a.GetProperty("finish_reason").GetString() == "budget");
        var reused = answers.Select(a => a.GetProperty("reused_tokens").GetInt32()).ToArray();
        reused[0].ShouldBe(0);
        reused[1].ShouldBe(1, "the system message is new: only the token that opens a turn is the same");
        reused[2].ShouldBe(answers[1].GetProperty("prompt_tokens").GetInt32() + 4);
        reused[3].ShouldBe(0);
    }

    [Fact]
    public void The_models_own_settings_hold_unless_the_command_line_says_otherwise()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        File.WriteAllText(Path.Combine(copy, "generation_config.json"), """{"do_sample":true,"temperature":0.5,"top_k":3,"repetition_penalty":1.2,"eos_token_id":2,"max_new_tokens":4}""");
        var answer = Values(CliProcess.Run(_folder.Root, "chat", "model", "--message", "Hello", "--json", "--top-k", "7", "--min-p", "0.1").ShouldSucceed().Output).Single();
        answer.GetProperty("settings").EnumerateArray().Select(s => $"{s.GetProperty("name")} {s.GetProperty("value")} {s.GetProperty("source")}")
            .ShouldBe(["temperature 0.5 model", "top_k 7 user", "min_p 0.1 user", "repetition_penalty 1.2 model", "max_new_tokens 4 model"]);
        answer.GetProperty("completion_tokens").GetInt32().ShouldBe(4);
    }

    [Fact]
    public void Thought_is_on_standard_error_and_only_if_asked_for()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n");
        string[] ask = ["chat", "model", "--message", "Hello", "--max-tokens", "12", "--temperature", "0"];
        var thinking = Values(CliProcess.Run(_folder.Root, [.. ask, "--json"]).ShouldSucceed().Output).Single();
        thinking.GetProperty("thinking_tokens").GetInt32().ShouldBe(12);
        var hidden = CliProcess.Run(_folder.Root, ask).ShouldSucceed();
        hidden.Output.ShouldBe("");
        hidden.Error.ShouldContain("[12 tokens, 12 of them thinking");
        CliProcess.Run(_folder.Root, [.. ask, "--thinking", "show"]).ShouldSucceed().Error.Length.ShouldBeGreaterThan(hidden.Error.Length);
    }

    [Fact]
    public void Mistakes_are_told_in_a_line()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        string Mistake(params string[] arguments) => CliProcess.Run(_folder.Root, ["chat", .. arguments]).ShouldBeUserMistake();
        Mistake("model", "--message", "Hello", "--context", "300").ShouldContain("at most 256");
        Mistake("model", "--message", "Hello", "--context", "8").ShouldContain("the context holds 8");
        Mistake("model", "--message", " ").ShouldContain("--message: there is no question");
        Mistake("model", "--message", "Hello", "--thinking", "maybe").ShouldContain("neither show nor hide");
        Mistake("model", "--message", "Hello", "--weights", "int3").ShouldContain("--weights: ");
        Mistake("model", "--message", "Hello", "--cache", "int3").ShouldContain("--cache: ");
        Mistake("modle").ShouldContain("Did you mean \"model\"?");
        CliProcess.RunWith("/rest\n", _folder.Root, "chat", "model").ShouldBeUserMistake().ShouldContain("Did you mean \"/reset\"?");
        File.Delete(Path.Combine(copy, "chat_template.jinja"));
        Mistake("model", "--message", "Hello").ShouldContain("deliberate generate");
    }

    [Theory]
    [InlineData("--typical-p", "0.5")]
    [InlineData("--epsilon-cutoff", "0.1")]
    [InlineData("--eta-cutoff", "0.1")]
    [InlineData("--no-repeat-ngram-size", "3")]
    [InlineData("--context", "128")]
    [InlineData("--speculate", "4")]
    public void What_a_model_that_may_call_tools_is_asked_without_is_refused_before_a_server_is_started(string option, string value) =>
        CliProcess.Run(_folder.Root, "chat", FixtureModel.Path, "--message", "Hello", "--mcp", "no-such-server", "--allow-tool", "*", option, value)
            .ShouldBeUserMistake().ShouldBe($"error: {option}: a model that may call tools is asked without it. Leave it out, or --mcp.");

    /// <summary>The JSON values of standard output, one after another.</summary>
    private static List<JsonElement> Values(string output)
    {
        var values = new List<JsonElement>();
        foreach (var part in output.Split("\n}\n", StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(part + "}");
            values.Add(document.RootElement.Clone());
        }

        return values;
    }
}
