using System.Diagnostics;
using System.Text.Json;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Interop.Tests;

/// <summary>Hugging Face's JavaScript packages, which its web pages use: headers of our GGUF files, and the chat templates of the models.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("deliberate-interop-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Fact]
    public void Headers_of_our_files_are_read_as_they_were_meant()
    {
        using var model = PretrainedModel.Open(SharedFolder.Path("fixtures", "models", "qwen3"));
        var path = Path.Combine(_scratch, "model.gguf");
        GgufExport.Write(path, model, FileStorage.Q8_0);
        var answer = Ask(new { gguf = path })[0];
        var metadata = answer.GetProperty("metadata");
        metadata.GetProperty("general.architecture").GetString().ShouldBe("qwen3");
        metadata.GetProperty("qwen3.block_count").GetInt32().ShouldBe(model.Configuration.LayerCount);
        metadata.GetProperty("qwen3.attention.key_length").GetInt32().ShouldBe(32);
        metadata.GetProperty("tokenizer.ggml.tokens").GetArrayLength().ShouldBe(320);
        metadata.GetProperty("tokenizer.chat_template").GetString().ShouldBe(model.Text.ChatTemplate!.Source);
        using var written = GgufFile.Open(path);
        answer.GetProperty("tensors").EnumerateArray().Select(t => (t.GetProperty("name").GetString()!, string.Join(',', t.GetProperty("shape").EnumerateArray().Reverse().Select(s => s.GetInt64()))))
            .ShouldBe(written.Names.Select(n => (n, string.Join(',', written.Info(n).Shape))));
    }

    [Fact]
    public void Chat_templates_give_the_same_text()
    {
        object[] messages = [new { role = "system", content = "Be brief." }, new { role = "user", content = "What is 2 + 2?" }, new { role = "assistant", content = "4" }, new { role = "user", content = "And 3?" }];
        var json = JsonSerializer.SerializeToElement(messages);
        var requests = new List<object>();
        var expected = new List<string>();
        foreach (var folder in Directory.GetDirectories(SharedFolder.Path("fixtures", "models")).Append(SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf")))
        {
            using var model = PretrainedModel.Open(folder);
            if (model.Text.ChatTemplate is not { } template) continue;
            var variables = model.Text.SpecialTokens.ToDictionary(t => t.Key, t => (object)t.Value);
            (variables["messages"], variables["add_generation_prompt"]) = (messages, true);
            requests.Add(new { template = template.Source, variables });
            expected.Add(model.Text.Render(new Jinja.ChatTemplateInput { Messages = json, AddGenerationPrompt = true }).Text);
        }

        Ask([.. requests]).Select(a => a.TryGetProperty("text", out var text) ? text.GetString() : a.ToString()).ShouldBe(expected);
        TestContext.Current.SendDiagnosticMessage($"{expected.Count} templates");
    }

    private static JsonElement[] Ask(params object[] requests)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "node", "check.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = AppContext.BaseDirectory };
        Assert.SkipWhen(!Directory.Exists(Path.Combine(AppContext.BaseDirectory, "node", "node_modules")), "The npm packages are not installed: scripts/interop-tests.sh does that.");
        using var process = Process.Start(start)!;
        foreach (var request in requests) process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        process.StandardInput.Close();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        lines.Length.ShouldBe(requests.Length, process.StandardError.ReadToEnd());
        return [.. lines.Select(l => JsonDocument.Parse(l).RootElement)];
    }
}
