using System.Text;
using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>Where answers end: at the template's end of a turn, whatever the model's files name, and at the user's strings.</summary>
public sealed class StopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_file_that_names_another_end_than_its_template_answers_and_no_more()
    {
        var original = SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        var path = Path.Combine(_folder.Root, "eos0.gguf");
        var bytes = File.ReadAllBytes(original);
        foreach (var key in new[] { "tokenizer.ggml.eos_token_id", "tokenizer.ggml.padding_token_id" })
        {
            // Name, type (4: uint32), value.
            var at = bytes.AsSpan(0, 1 << 20).IndexOf(Encoding.UTF8.GetBytes(key));
            if (at < 0) at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key));
            bytes[at + key.Length].ShouldBe((byte)4);
            bytes[at + key.Length + 4].ShouldBe((byte)2);
            bytes[at + key.Length + 4] = 0;
        }

        File.WriteAllBytes(path, bytes);
        var info = CliProcess.Run(_folder.Root, "model", "info", "eos0.gguf").ShouldSucceed().Output;
        info.ShouldContain("eos <|endoftext|> (0)");
        info.ShouldContain("turns          end with <|im_end|> (2), as the template writes it");
        info.ShouldContain("end with <|endoftext|> (0) or <|im_end|> (2)");
        string[] ask = ["--message", "What is the capital of France?", "--temperature", "0", "--max-tokens", "60"];
        var answer = CliProcess.Run(_folder.Root, ["chat", "eos0.gguf", .. ask]).ShouldSucceed();
        answer.Output.ShouldBe(CliProcess.Run(_folder.Root, ["chat", original, .. ask]).ShouldSucceed().Output);
        answer.Output.ShouldContain("Paris");
        answer.Error.ShouldNotContain("Cut off");
    }

    [Fact]
    public void Turns_of_a_template_of_another_tokenizer_end_at_its_mark()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), "{% for m in messages %}[{{ m.role }}]{{ m.content }}</turn>\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}");
        CliProcess.Run(_folder.Root, "model", "info", "model").ShouldSucceed().Output.ShouldContain("turns          end with </turn>, as the template writes it; it is no token of the model's");
        using var json = JsonDocument.Parse(CliProcess.Run(_folder.Root, "model", "info", "model", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("chat_template").GetProperty("turn_end").GetProperty("text").GetString().ShouldBe("</turn>");
        File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");
        CliProcess.Run(_folder.Root, "model", "info", "model").ShouldSucceed().Output.ShouldContain("the template marks no end");
    }

    [Fact]
    public void A_stop_string_ends_answers_of_chat_and_generate_and_is_not_shown()
    {
        string[] chat = ["chat", FixtureModel.Path, "--message", "Hello", "--max-tokens", "40"];
        var whole = CliProcess.Run(_folder.Root, chat).ShouldSucceed().Output.TrimEnd('\n');
        // Begins and ends within tokens where it can: tokens of this model are of one to three characters.
        var stop = whole[9..14];
        var expected = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];
        var ended = CliProcess.Run(_folder.Root, [.. chat, "--stop", "never said", "--stop", stop]).ShouldSucceed();
        ended.Output.TrimEnd('\n').ShouldBe(expected.TrimEnd('\n'));
        ended.Error.ShouldNotContain("Cut off");

        _folder.File("in.jsonl", string.Concat(Enumerable.Range(0, 6).Select(i => $$"""{"messages": [{"role": "user", "content": "Question {{i}}"}], "max_tokens": 40}""" + "\n")));
        JsonElement[] Answers(string output, params string[] more)
        {
            CliProcess.Run(_folder.Root, ["generate", FixtureModel.Path, "--input", "in.jsonl", "--output", output, .. more]).ShouldSucceed();
            return [.. File.ReadAllLines(Path.Combine(_folder.Root, output)).Select(l => JsonSerializer.Deserialize<JsonElement>(l))];
        }

        var free = Answers("free.jsonl");
        var text = free[2].GetProperty("text").GetString()!;
        var cut = text[12..15];
        var stopped = Answers("stopped.jsonl", "--stop", cut, "--batch", "3");
        for (var i = 0; i < 6; i++)
        {
            var (before, after) = (free[i].GetProperty("text").GetString()!, stopped[i].GetProperty("text").GetString()!);
            var at = before.IndexOf(cut, StringComparison.Ordinal);
            after.ShouldBe(at < 0 ? before : before[..at]);
            if (at < 0) continue;
            stopped[i].GetProperty("finish_reason").GetString().ShouldBe("stop");
            stopped[i].GetProperty("completion_tokens").GetInt32().ShouldBeLessThanOrEqualTo(free[i].GetProperty("completion_tokens").GetInt32());
        }

        stopped[2].GetProperty("completion_tokens").GetInt32().ShouldBeLessThan(40);
        CliProcess.Run(_folder.Root, "generate", FixtureModel.Path, "--input", "in.jsonl", "--output", "stopped.jsonl", "--stop", "other").ShouldBeUserMistake().ShouldContain("--stop ([");
        CliProcess.Run(_folder.Root, [.. chat, "--stop", ""]).ShouldBeUserMistake().ShouldContain("--stop: a stop string is empty");
    }

    [Fact]
    public void A_stop_string_ends_samples()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        JsonElement Sample(params string[] more) => JsonSerializer.Deserialize<JsonElement>(CliProcess.Run(_folder.Root, ["sample", "model", "--family", "arithmetic", "--level", "2", "--count", "1", "--max-tokens", "40", "--json", .. more]).ShouldSucceed().Output)
            .GetProperty("problems")[0].GetProperty("samples")[0];
        var free = Sample().GetProperty("text").GetString()!;
        var stop = free[9..13];
        var stopped = Sample("--stop", stop, "--stop", "never said");
        stopped.GetProperty("text").GetString().ShouldBe(free[..free.IndexOf(stop, StringComparison.Ordinal)]);
        stopped.GetProperty("truncated").GetBoolean().ShouldBeFalse();

        // A thought that the prompt opened goes on over the string.
        File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n");
        var thought = Sample().GetProperty("text").GetString()!;
        Sample("--stop", thought[3..5]).GetProperty("text").GetString().ShouldBe(thought);
        CliProcess.Run(_folder.Root, "sample", "model", "--family", "arithmetic", "--stop", "").ShouldBeUserMistake().ShouldContain("--stop: a stop string is empty");
    }

    [Fact]
    public void A_stop_string_in_a_thought_ends_nothing()
    {
        var copy = FixtureModel.CopyTo(_folder, "model");
        File.WriteAllText(Path.Combine(copy, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n");
        string[] ask = ["chat", "model", "--message", "Hello", "--max-tokens", "20", "--temperature", "0", "--json"];
        using var free = JsonDocument.Parse(CliProcess.Run(_folder.Root, ask).ShouldSucceed().Output);
        var thought = free.RootElement.GetProperty("thinking").GetString()!;
        using var stopped = JsonDocument.Parse(CliProcess.Run(_folder.Root, [.. ask, "--stop", thought[3..5]]).ShouldSucceed().Output);
        stopped.RootElement.GetProperty("thinking").GetString().ShouldBe(thought);
        stopped.RootElement.GetProperty("finish_reason").GetString().ShouldBe("budget");
    }
}
