using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Cli.Tests;

public sealed class SandboxCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_program_gets_its_files_and_leaves_others_and_its_end_is_the_exit_code()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
        _folder.File("in.txt", "3\n");
        var ran = CliProcess.Run(_folder.Root, "sandbox", "--file", "in.txt", "--output", "out", "--", "sh", "-c", "n=$(cat in.txt); echo $((n+1)) | tee four.txt").ShouldSucceed();
        ran.Output.ShouldBe("4\n");
        File.ReadAllText(Path.Combine(_folder.Root, "out", "four.txt")).ShouldBe("4\n");
        Directory.GetFiles(Path.Combine(_folder.Root, "out")).Length.ShouldBe(1);

        var failed = CliProcess.Run(_folder.Root, "sandbox", "--json", "--", "sh", "-c", "echo wrong >&2; exit 3");
        failed.ExitCode.ShouldBe(1);
        var json = JsonSerializer.Deserialize<JsonElement>(failed.Output);
        json.GetProperty("exit_code").GetInt32().ShouldBe(3);
        json.GetProperty("error").GetString().ShouldBe("wrong\n");

        var stopped = CliProcess.Run(_folder.Root, "sandbox", "--time", "0.3", "--", "sleep", "300");
        stopped.ExitCode.ShouldBe(1);
        stopped.Error.ShouldContain("stopped: it did not answer within 0.3 s and was killed");
    }

    [Theory]
    [InlineData("sandbox --file nowhere.py -- sh", "nowhere.py: --file: There is no such file.")]
    [InlineData("sandbox -- no-such-program-here", "--command: There is no program \"no-such-program-here\" in PATH.")]
    [InlineData("sandbox --visible nowhere -- sh", "--visible: There is no such file or folder.")]
    [InlineData("sandbox --network host -- sh", "--network: \"host\" is not one of none, loopback.")]
    public void A_mistake_is_told_in_one_line(string line, string said)
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"{Sandbox.WhyNotUntrusted()} (scripts/install-test-tools.sh installs it).");
        CliProcess.Run(_folder.Root, line.Split(' ')).ShouldBeUserMistake().ShouldContain(said);
    }
}
