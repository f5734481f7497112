using System.Text.Json;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

public sealed class ModelConvertTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_becomes_a_gguf_file_and_what_it_costs_is_measured()
    {
        var text = Path.Combine(_folder.Root, "text.txt");
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("The cat sat on the mat and the dog on the log. ", 12)));
        var output = Path.Combine(_folder.Root, "qwen3.gguf");
        var source = SharedFolder.Path("fixtures", "models", "qwen3");
        using var json = JsonDocument.Parse(CliProcess.Run(".", "model", "convert", source, output, "--type", "q8_0", "--text", text, "--context", "64", "--json").ShouldSucceed().Output);
        json.RootElement.GetProperty("type").GetString().ShouldBe("Q8_0");
        json.RootElement.GetProperty("bytes").GetInt64().ShouldBe(new FileInfo(output).Length);
        var shift = json.RootElement.GetProperty("shift");
        shift.GetProperty("absolute").GetProperty("value").GetDouble().ShouldBeInRange(1e-5, 0.1);
        shift.GetProperty("largest").GetDouble().ShouldBeGreaterThan(shift.GetProperty("absolute").GetProperty("value").GetDouble());
        shift.GetProperty("before").GetProperty("tokens").GetInt32().ShouldBe(shift.GetProperty("after").GetProperty("tokens").GetInt32());
        CliProcess.Run(".", "model", "convert", source, output).ShouldBeUserMistake().ShouldContain("There is such a file or folder already.");

        // Without loss nothing shifts, and back it is a folder.
        var words = CliProcess.Run(".", "model", "convert", source, output, "--type", "f32", "--text", text, "--overwrite").ShouldSucceed().Output;
        words.ShouldContain("mean shift     0.00000 nats a token");
        words.ShouldContain("at most 0.00000");
        var back = Path.Combine(_folder.Root, "back");
        CliProcess.Run(".", "model", "convert", output, back, "--type", "bf16").ShouldSucceed();
        using var opened = PretrainedModel.Open(back);
        opened.Weights.Info("model.embed_tokens.weight").Type.ShouldBe(StoredType.BF16);
        File.Exists(Path.Combine(back, "README.md")).ShouldBeTrue();
    }

    [Fact]
    public void A_folder_that_holds_the_model_or_a_run_is_not_replaced()
    {
        FixtureModel.CopyTo(_folder, "run/checkpoints/final");
        var weights = Path.Combine(_folder.Root, "run", "checkpoints", "final", "model.safetensors");
        foreach (var output in new[] { "run", "run/", "run/checkpoints" })
            CliProcess.Run(_folder.Root, "model", "convert", "run/checkpoints/final", output, "--overwrite").ShouldBeUserMistake().ShouldContain("The model is in this folder");
        CliProcess.Run(_folder.Root, "model", "convert", "run/checkpoints/final", "run/checkpoints/final/", "--overwrite").ShouldBeUserMistake().ShouldContain("over itself");
        _folder.File("run/recipe.yaml", "name: mine\n");
        CliProcess.Run(_folder.Root, "model", "convert", FixtureModel.Path, "run", "--overwrite").ShouldBeUserMistake().ShouldContain("This is the folder of a run");
        File.Exists(weights).ShouldBeTrue();
    }

    /// <summary>A file system of 64 kB, in a namespace of the test's own.</summary>
    [Theory]
    [InlineData("out.gguf")]
    [InlineData("out")]
    public async Task A_disk_that_is_full_in_the_middle_leaves_what_was_there(string output)
    {
        var mount = Path.Combine(_folder.Root, "small");
        Directory.CreateDirectory(mount);
        var program = Path.Combine(AppContext.BaseDirectory, "deliberate.dll");
        var was = output == "out" ? "mkdir out && echo old > out/config.json" : "echo old > out.gguf";
        var script = $"mount -t tmpfs -o size=64k none {mount} && cd {mount} && {was} && echo mounted && DOTNET_EnableDiagnostics=0 dotnet {program} model convert {FixtureModel.Path} {output} --type f32 --overwrite; echo code $?; ls -A; cat {(output == "out" ? "out/config.json" : output)}";
        var start = new System.Diagnostics.ProcessStartInfo("unshare") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-r", "-m", "sh", "-c", script }) start.ArgumentList.Add(argument);
        using var process = OperatingSystem.IsLinux() ? System.Diagnostics.Process.Start(start)! : null;
        if (process is null) Assert.Skip("Needs Linux.");
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!said.Contains("mounted")) Assert.Skip($"No file system may be mounted here: {await error}");

        said.ShouldBe(["mounted", "code 2", output, "old"], await error);
        (await error).ShouldContain("free some space");
    }

    [Fact]
    public void A_model_is_pulled_and_then_opened_by_its_name()
    {
        using var hub = new FakeHub();
        foreach (var file in Directory.GetFiles(SharedFolder.Path("fixtures", "models", "llama")).Where(f => !Path.GetFileName(f).StartsWith("golden", StringComparison.Ordinal))) hub.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        (string, string)[] environment = [("HF_ENDPOINT", hub.Address), ("HF_HUB_CACHE", Path.Combine(_folder.Root, "hub")), ("HF_HOME", _folder.Root)];
        CliProcess.RunIn(environment, ".", "model", "info", "hf:me/model").ShouldBeUserMistake().ShouldContain("deliberate model pull hf:me/model");
        CliProcess.RunIn(environment, ".", "model", "pull", "hf:me/model").ShouldSucceed().Output.ShouldContain($"snapshots/{FakeHub.Commit}");
        CliProcess.RunIn(environment, ".", "model", "info", "hf:me/model").ShouldSucceed().Output.ShouldContain("me/model");
        CliProcess.RunIn(environment, ".", "model", "pull", "hf:me/other").ShouldBeUserMistake().ShouldContain("there is no model hf:me/other");
        CliProcess.RunIn(environment, ".", "model", "push", "hf:me/model", "hf:me/mine").ShouldBeUserMistake().ShouldContain("HF_TOKEN");
    }
}
