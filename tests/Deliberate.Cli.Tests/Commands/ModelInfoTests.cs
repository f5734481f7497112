using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

public sealed class ModelInfoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_gguf_file_is_described_for_people()
    {
        var path = SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        var text = CliProcess.Run(".", "model", "info", path).ShouldSucceed().Output;
        foreach (var said in new[]
        {
            "Smollm2 135M 8k Lc100K Mix1 Ep2  (gguf, 98 MB in 1 file)", "llama (LlamaForCausalLM", "30 of width 576; feed-forward 1536", "9 heads of 64, sharing 3 of keys and values", "rotary base 100000, not scaled",
            "134,515,008: embedding 28 M, 30 layers of 3.5 M", "| Q4_1 |     210 |", "pre-tokenizer smollm (Digits, ByteLevel); 49152 tokens, 48900 merges", "eos <|im_end|> (2)", "with system message; without tools, thinking",
            "| {% for message in messages %}", "eos_token_id 2", "licence        apache-2.0", "general.license", "tokenizer.chat_template",
        }) text.ShouldContain(said);
        text.ShouldContain("538 MB");
        text.ShouldContain($"identity       sha256 {Models.ModelIdentity.Of(path).Id} (weights ");
        text.ShouldNotContain("SHA-256");
    }

    [Fact]
    public void A_folder_is_described_for_scripts()
    {
        var folder = SharedFolder.Path("fixtures", "models", "qwen3");
        using var json = JsonDocument.Parse(CliProcess.Run(".", "model", "info", folder, "--json", "--hash").ShouldSucceed().Output);
        var root = json.RootElement;
        root.GetProperty("format").GetString().ShouldBe("safetensors");
        root.GetProperty("identity").GetProperty("id").GetString().ShouldBe(Models.ModelIdentity.Of(folder).Id);
        var architecture = root.GetProperty("architecture");
        (architecture.GetProperty("name").GetString(), architecture.GetProperty("query_key_norm").GetBoolean(), architecture.GetProperty("head_size").GetInt32()).ShouldBe(("qwen3", true, 32));
        var parameters = root.GetProperty("parameters");
        var total = SharedFolder.Json("fixtures", "models", "qwen3", "golden.json").GetProperty("parameters").GetInt64();
        parameters.GetProperty("total").GetInt64().ShouldBe(total);
        (parameters.GetProperty("embedding").GetInt64() + (2 * parameters.GetProperty("layer").GetInt64()) + parameters.GetProperty("final_norm").GetInt64()).ShouldBe(total);
        var memory = root.GetProperty("memory");
        memory.GetProperty("f32").GetInt64().ShouldBe(4 * total);
        memory.GetProperty("bf16").GetInt64().ShouldBeInRange(2 * total, 21 * total / 10);
        memory.GetProperty("q8_0").GetInt64().ShouldBeInRange(total, 12 * total / 10);
        root.GetProperty("cache_bytes_per_thousand_tokens").GetInt64().ShouldBe(2 * 2 * 2 * 32 * 4 * 1000);
        root.GetProperty("chat_template").GetProperty("system").GetBoolean().ShouldBeTrue();
        root.GetProperty("generation").GetProperty("eos_token_id")[0].GetInt32().ShouldBe(2);
        root.GetProperty("licence").ValueKind.ShouldBe(JsonValueKind.Null);
        root.GetProperty("origins").GetProperty("chat_template").GetProperty("file").GetString().ShouldBe(Path.Combine(folder, "chat_template.jinja"));
        var files = root.GetProperty("files").EnumerateArray().ToArray();
        files.Length.ShouldBe(6);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file.GetProperty("path").GetString()!);
            file.GetProperty("bytes").GetInt64().ShouldBe(bytes.Length);
            file.GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
    }

    [Fact]
    public void What_a_stranger_wrote_cannot_command_the_terminal()
    {
        foreach (var file in Directory.GetFiles(SharedFolder.Path("fixtures", "models", "llama"))) File.WriteAllBytes(Path.Combine(_folder.Root, Path.GetFileName(file)), File.ReadAllBytes(file));
        var config = File.ReadAllText(Path.Combine(_folder.Root, "config.json"));
        _folder.File("config.json", "\uFEFF" + config.Replace("\"pad_token_id\": 6", "\"pad_token_id\": 4294967295", StringComparison.Ordinal));
        CliProcess.Run(".", "model", "info", _folder.Root).ShouldSucceed().Output.ShouldContain("ignored        pad_token_id 4294967295 in config.json: the model has no such token");
        using var json = JsonDocument.Parse(CliProcess.Run(".", "model", "info", _folder.Root, "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("ignored")[0].GetProperty("field").GetString().ShouldBe("pad_token_id");
        var input = _folder.File("input.jsonl", """{"prompt":"a"}""");
        CliProcess.Run(".", "generate", _folder.Root, "--input", input, "--output", Path.Combine(_folder.Root, "out.jsonl"), "--max-tokens", "3", "--top-k", "-1", "--top-p", "0", "--repetition-penalty", "0", "--temperature", "1e-40").ShouldSucceed();
    }
}
