using System.Diagnostics;
using System.Text.Json;

namespace Deliberate.Cli.Tests;

public sealed class GenerateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_killed_command_goes_on_to_the_same_file()
    {
        _folder.File("in.jsonl", string.Concat(Enumerable.Range(0, 150).Select(i => $$"""{"id": "{{i}}", "prompt": "Line {{i}} of the file", "max_tokens": {{20 + (i * 37 % 120)}}}""" + "\n")));
        string[] Command(string output, params string[] more) => ["generate", FixtureModel.Path, "--input", "in.jsonl", "--output", output, .. more];
        CliProcess.Run(_folder.Root, Command("whole.jsonl")).ShouldSucceed();
        var whole = File.ReadAllBytes(Path.Combine(_folder.Root, "whole.jsonl"));
        File.ReadAllLines(Path.Combine(_folder.Root, "whole.jsonl")).Select(l => Parse(l).GetProperty("line").GetInt32()).ShouldBe(Enumerable.Range(1, 150));

        var cut = Path.Combine(_folder.Root, "cut.jsonl");
        using (var process = CliProcess.Start(_folder.Root, Command("cut.jsonl", "--threads", "1", "--batch", "3")))
        {
            var clock = Stopwatch.StartNew();
            while (!File.Exists(cut) || new FileInfo(cut).Length < 2000)
            {
                clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2), "waiting for the first answers");
                Thread.Sleep(5);
            }

            process.Signal(CliProcess.Kill9);
            process.Wait().ExitCode.ShouldNotBe(0);
        }

        File.ReadAllLines(cut).Length.ShouldBeInRange(2, 149);
        // What a power cut may leave.
        File.AppendAllText(cut, "{\"line\":12,\"te");
        using var summary = JsonDocument.Parse(CliProcess.Run(_folder.Root, Command("cut.jsonl", "--json")).ShouldSucceed().Output);
        summary.RootElement.GetProperty("kept").GetInt32().ShouldBeGreaterThan(1);
        File.ReadAllBytes(cut).ShouldBe(whole);
        CliProcess.Run(_folder.Root, Command("cut.jsonl")).ShouldSucceed().Output.ShouldContain("complete: 150 lines were there already");
        File.ReadAllBytes(cut).ShouldBe(whole);
    }

    [Fact]
    public void Answers_have_the_form_that_is_asked_for_and_a_wrong_form_is_named_with_its_file()
    {
        _folder.File("in.jsonl", "{\"prompt\": \"One\"}\n{\"prompt\": \"Two\"}\n");
        _folder.File("answer.schema.json", """{"type":"object","properties":{"ok":{"type":"boolean"},"n":{"type":"integer","minimum":0,"maximum":99}},"required":["ok","n"]}""");
        _folder.File("bad.schema.json", """{"type":"object","properties":{"a":{"not":{}}}}""");
        _folder.File("bad.gbnf", "root ::= a\n");
        string[] Command(string output, params string[] more) => ["generate", FixtureModel.Path, "--input", "in.jsonl", "--output", output, "--raw", .. more];
        CliProcess.Run(_folder.Root, Command("out.jsonl", "--json-schema", "answer.schema.json", "--max-tokens", "180")).ShouldSucceed();
        foreach (var line in File.ReadAllLines(Path.Combine(_folder.Root, "out.jsonl")).Select(Parse))
        {
            line.GetProperty("finish_reason").GetString().ShouldBe("stop");
            Parse(line.GetProperty("text").GetString()!).GetProperty("n").GetInt32().ShouldBeInRange(0, 99);
        }

        // Guessed, one at a time, the same.
        CliProcess.Run(_folder.Root, Command("guessed.jsonl", "--json-schema", "answer.schema.json", "--max-tokens", "180", "--batch", "1", "--draft-model", FixtureModel.Path)).ShouldSucceed();
        File.ReadAllBytes(Path.Combine(_folder.Root, "guessed.jsonl")).ShouldBe(File.ReadAllBytes(Path.Combine(_folder.Root, "out.jsonl")));
        CliProcess.Run(_folder.Root, Command("b.jsonl", "--draft-model", FixtureModel.Path, "--threads", "1")).ShouldBeUserMistake().ShouldContain("--draft-model");
        CliProcess.Run(_folder.Root, Command("out.jsonl", "--regex", "yes|no", "--max-tokens", "60")).ShouldBeUserMistake().ShouldContain("--json-schema, --regex or --grammar");
        CliProcess.Run(_folder.Root, Command("b.jsonl", "--json-schema", "bad.schema.json")).ShouldBeUserMistake().ShouldContain("bad.schema.json: #/properties/a/not");
        CliProcess.Run(_folder.Root, Command("b.jsonl", "--grammar", "bad.gbnf")).ShouldBeUserMistake().ShouldContain("bad.gbnf:1: grammar: the grammar is not understood: there is no rule \"a\"");
        CliProcess.Run(_folder.Root, Command("b.jsonl", "--regex", "(a")).ShouldBeUserMistake().ShouldContain("--regex");
        CliProcess.Run(_folder.Root, Command("b.jsonl", "--regex", "a", "--grammar", "bad.gbnf")).ShouldBeUserMistake().ShouldContain("one form");
        File.Exists(Path.Combine(_folder.Root, "b.jsonl")).ShouldBeFalse();
    }

    [Fact]
    public void A_line_is_answered_alike_wherever_it_stands()
    {
        string[] lines = [.. Enumerable.Range(0, 12).Select(i => $$$"""{"id": {{{i}}}, "messages": [{"role": "user", "content": "Question {{{i % 10}}}"}], "max_tokens": 15}""")];
        _folder.File("in.jsonl", string.Join('\n', lines));
        _folder.File("shuffled.jsonl", string.Join('\n', lines.Skip(3).Take(7).Reverse().Concat(lines[..3]).Append(lines[11]).Append(lines[10])));
        Dictionary<int, string> Texts(string input, string output, params string[] more)
        {
            CliProcess.Run(_folder.Root, ["generate", FixtureModel.Path, "--input", input, "--output", output, .. more]).ShouldSucceed();
            return File.ReadAllLines(Path.Combine(_folder.Root, output)).Select(Parse).ToDictionary(a => a.GetProperty("id").GetInt32(), a => a.GetProperty("text").GetString()!);
        }

        var straight = Texts("in.jsonl", "a.jsonl");
        Texts("shuffled.jsonl", "b.jsonl", "--batch", "2", "--threads", "1").OrderBy(p => p.Key).ShouldBe(straight.OrderBy(p => p.Key));
        // The same question again is another sample.
        straight[10].ShouldNotBe(straight[0]);
        Texts("in.jsonl", "c.jsonl", "--seed", "2")[0].ShouldNotBe(straight[0]);
    }

    [Fact]
    public void Other_conditions_than_those_of_the_output_are_refused_by_name()
    {
        _folder.File("in.jsonl", "{\"prompt\": \"Hello\"}\n");
        CliResult Run(params string[] more) => CliProcess.Run(_folder.Root, ["generate", FixtureModel.Path, "--input", "in.jsonl", "--output", "out.jsonl", "--max-tokens", "4", .. more]);
        Run().ShouldSucceed();
        var refused = Run("--temperature", "0.2", "--seed", "9").ShouldBeUserMistake();
        refused.ShouldContain("--seed (1, now 9), --temperature (0.7, now 0.2)");
        refused.ShouldContain("--fresh");
        _folder.File("in.jsonl", "{\"prompt\": \"Hello\"}\n{\"prompt\": \"More\"}\n");
        Run().ShouldBeUserMistake().ShouldContain("the input's content");
        Run("--fresh").ShouldSucceed();
        File.ReadAllLines(Path.Combine(_folder.Root, "out.jsonl")).Length.ShouldBe(2);
        File.Delete(Path.Combine(_folder.Root, "out.jsonl.run.json"));
        Run().ShouldBeUserMistake().ShouldContain("nothing says how it was made");
        CliProcess.Run(_folder.Root, "generate", FixtureModel.Path, "--input", "in.jsonl", "--output", "in.jsonl").ShouldBeUserMistake().ShouldContain("the same file");
        CliProcess.Run(_folder.Root, "generate", FixtureModel.Path, "--input", "in.jsonl").ShouldBeUserMistake().ShouldContain("--output");
        CliProcess.Run(_folder.Root, "generate", FixtureModel.Path, "--input", "on.jsonl", "--output", "x.jsonl").ShouldBeUserMistake().ShouldContain("Did you mean \"in.jsonl\"?");
    }

    private static JsonElement Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }
}
