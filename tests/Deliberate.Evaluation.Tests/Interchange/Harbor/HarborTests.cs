using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;
using Shouldly;

namespace Deliberate.Evaluation.Tests.Interchange.Harbor;

public sealed class HarborTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harbor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("version = \"1.0\"\n[environment]\nmemory = \"2G\"\nstorage = \"512M\"\nallow_internet = false\n")]
    [InlineData("schema_version = \"1.4\"\n[environment]\nmemory_mb = 2048\nstorage_mb = 512\nnetwork_mode = \"no-network\"\n")]
    [InlineData("schema_version = \"1.2\"\nmulti_step_reward_mode = \"mean\"\n[environment]\nmemory_mb = 2048\nmemory = \"9G\"\nstorage_mb = 512\nallow_internet = false\n")]
    public void Old_and_new_spellings_are_the_same_task_and_only_the_new_is_written(string toml)
    {
        var task = HarborReader.Read(Task(toml));
        (task.Environment.MemoryMegabytes, task.Environment.StorageMegabytes, task.Environment.Network).ShouldBe((2048, 512, "no-network"));
        var written = Path.Combine(_folder, "written");
        HarborWriter.Write(task, written);
        var text = File.ReadAllText(Path.Combine(written, "task.toml"));
        text.ShouldContain("schema_version = \"1.4\"");
        foreach (var old in (string[])["\nversion", "memory =", "storage =", "allow_internet", "multi_step"]) text.ShouldNotContain(old);
        var again = HarborReader.Read(written);
        (again.Environment.MemoryMegabytes, again.Instruction, again.Tests.Count).ShouldBe((2048, task.Instruction, 1));
    }

    [Fact]
    public void What_a_task_says_of_itself_comes_back()
    {
        var task = new HarborTask
        {
            Name = "a/b",
            Description = "Say \"hi\"\\\u0001",
            Keywords = ["x", "y"],
            Instruction = "Do.\n\nThen stop.",
            Metadata = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse("""{"difficulty":"easy","minutes":2.5,"hard":true,"tags":["a"],"author":{"name":"n"}}""")!,
            Environment = new HarborEnvironment { Folder = "/work", Variables = new Dictionary<string, string> { ["A"] = "1 2" } },
            AgentTimeout = 12.5,
            Tests = Files("test.sh", "exit 0"),
            Solution = Files("solve.sh", "true"),
            EnvironmentFiles = Files("data/a.txt", "a"),
        };
        HarborWriter.Write(task, Path.Combine(_folder, "t"));
        var read = HarborReader.Read(Path.Combine(_folder, "t"));
        (read.Name, read.Description, read.Instruction, read.AgentTimeout, read.Environment.Folder, read.Environment.Variables["A"]).ShouldBe((task.Name, task.Description, task.Instruction, 12.5, "/work", "1 2"));
        read.Metadata.ToJsonString().ShouldBe(task.Metadata.ToJsonString());
        Encoding.UTF8.GetString(read.EnvironmentFiles["data/a.txt"]).ShouldBe("a");
        read.Ignored.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("schema_version = \"2.0\"\n", "schema")]
    [InlineData("schema_version = 1.4\n", "schema_version")]
    [InlineData("x = = 1\n", "TOML")]
    [InlineData("[agent]\ntimeout_sec = \"long\"\n", "agent.timeout_sec")]
    [InlineData("[agent]\ntimeout_sec = -1\n", "agent.timeout_sec")]
    [InlineData("[environment]\nworkdir = \"/app/../../etc\"\n", "workdir")]
    [InlineData("[environment]\nmemory = \"much\"\n", "environment.memory")]
    public void A_wrong_file_is_refused_with_its_field(string toml, string named)
    {
        var error = Should.Throw<UserError>(() => HarborReader.Read(Task(toml)));
        error.Message.ShouldContain(named);
        error.Message.ShouldContain("task.toml");
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused()
    {
        var folder = Task("");
        File.CreateSymbolicLink(Path.Combine(folder, "tests", "secrets"), "/etc/passwd");
        Should.Throw<UserError>(() => HarborReader.Read(folder)).Message.ShouldContain("link");
        File.Delete(Path.Combine(folder, "tests", "secrets"));
        // Of what is sent to a model, too.
        foreach (var name in new[] { "instruction.md", "task.toml" })
        {
            var (file, kept) = (Path.Combine(folder, name), Path.Combine(folder, "kept"));
            File.Move(file, kept);
            File.CreateSymbolicLink(file, kept);
            Should.Throw<UserError>(() => HarborReader.Read(folder)).Message.ShouldContain(name);
            File.Move(kept, file, overwrite: true);
        }

        HarborReader.Read(folder).Instruction.ShouldNotBeEmpty();
    }

    [Fact]
    public void Variables_of_a_Dockerfile_are_filled_in()
    {
        var task = HarborReader.Read(Task("")) with { EnvironmentFiles = new Dictionary<string, byte[]> { ["Dockerfile"] = "FROM debian\nENV HOME_OF=/app A=\"$HOME_OF/bin\"\nENV PATH ${A}:$PATH\n"u8.ToArray() } };
        var variables = HarborImage.Of(task).Variables;
        (variables["A"], variables["PATH"]).ShouldBe(("/app/bin", "/app/bin:/usr/local/bin:/usr/bin:/bin"));
    }

    [Theory]
    [InlineData("FROM ubuntu:24.04\nWORKDIR /work\nCOPY data /work/data\nENV A=1\n", null)]
    [InlineData("FROM ubuntu:24.04\nRUN apt-get install -y gcc\n", "line 2: RUN apt-get")]
    [InlineData("FROM ghcr.io/lab/special:1\n", "ghcr.io/lab/special:1")]
    [InlineData("FROM debian\nCOPY ../secret /x\n", "outside of the task")]
    [InlineData("FROM debian\nCOPY data /etc/data\n", "/etc/data")]
    public void What_needs_a_container_is_said_by_name(string dockerfile, string? why)
    {
        var task = HarborReader.Read(Task("")) with { EnvironmentFiles = new Dictionary<string, byte[]> { ["Dockerfile"] = Encoding.UTF8.GetBytes(dockerfile), ["data/a.txt"] = "a"u8.ToArray() } };
        var said = HarborImage.WhyNot(task);
        if (why is null) said.ShouldBeNull();
        else said.ShouldNotBeNull().ShouldContain(why);
    }

    [Theory]
    [InlineData("needs a container: it has several steps", "[[steps]]\nname = \"a\"\n")]
    [InlineData("needs the container image some/thing", "[environment]\ndocker_image = \"some/thing\"\n")]
    [InlineData("windows", "[environment]\nos = \"windows\"\n")]
    public void So_is_what_task_toml_asks_for(string why, string toml) => HarborImage.WhyNot(HarborReader.Read(Task(toml))).ShouldNotBeNull().ShouldContain(why);

    [Fact]
    public async Task Oracle_agent_and_never_ending_tests_in_the_sandbox()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        var token = TestContext.Current.CancellationToken;
        var task = HarborReader.Read(Task("[verifier]\ntimeout_sec = 10\n", "echo right > /app/answer", "if [ \"$(cat /app/answer)\" = right ]; then echo 1; else echo 0; fi > /logs/verifier/reward.txt"));
        (await HarborRun.OracleAsync(task, token)).IsSolved.ShouldBeTrue();
        var shell = HarborRun.Open(task);
        (await shell.RunAsync("ls /tests /solution; mkdir deep; cd deep; echo wrong > ../answer; printf '#!/bin/sh\\necho ran\\n' > p", token)).ExitCode.ShouldBe(0);
        (await shell.RunAsync("pwd; ./p; rm p", token)).Output.ShouldBe("/app/deep\nran\n");
        shell.Files.IsFile("/app/deep/p").ShouldBeFalse();
        (await HarborRun.VerifyAsync(task, shell.Files, token)).ToVerdict().Outcome.ShouldBe(SampleOutcome.Fail);
        var endless = task with { VerifierTimeout = 1, Tests = Files("test.sh", "while true; do :; done") };
        var outcome = await HarborRun.VerifyAsync(endless, shell.Files, token);
        outcome.Reward.ShouldBeNull();
        outcome.Problem.ShouldNotBeNull().ShouldContain("did not end within 1 s");
        (await HarborRun.VerifyAsync(task with { Tests = Files("test.sh", "echo much > /logs/verifier/reward.txt") }, shell.Files, token)).Problem.ShouldNotBeNull().ShouldContain("no number");
        (await HarborRun.VerifyAsync(task with { Tests = Files("test.sh", "echo '{\"a\": 1, \"b\": 0}' > /logs/verifier/reward.json") }, shell.Files, token)).Reward.ShouldBe(0.5);
    }

    [Fact]
    public async Task A_folder_of_tasks_is_an_evaluation()
    {
        Assert.SkipWhen(Sandbox.WhyNotUntrusted() is not null, $"no sandbox here: {Sandbox.WhyNotUntrusted()}");
        Task("", "true", "[ -f /app/made ] && echo 1 > /logs/verifier/reward.txt || echo 0 > /logs/verifier/reward.txt", Path.Combine("set", "one"));
        var needy = Task("", at: Path.Combine("set", "two"));
        Directory.CreateDirectory(Path.Combine(needy, "environment"));
        File.WriteAllText(Path.Combine(needy, "environment", "Dockerfile"), "FROM lab/image\n");
        var client = new ScriptedClient(question => question.StartsWith("Make", StringComparison.Ordinal) ? Agents.AgentSolverTests.Command("touch made", callsTools: false) : ScriptedClient.Said("It is made."));
        await using var model = new EvaluationModel("scripted", client);
        var task = EvaluationTasks.Get("harbor:" + Path.Combine(_folder, "set"));
        (await Should.ThrowAsync<UserError>(() => Evaluations.RunAsync(task, model, cancellationToken: TestContext.Current.CancellationToken))).Message.ShouldContain("lab/image");
        var log = Path.Combine(_folder, "a.log");
        var result = await Evaluations.RunAsync(task, model, context: new TaskContext { Arguments = new Dictionary<string, string> { ["skip"] = "true" } }, log: log, cancellationToken: TestContext.Current.CancellationToken);
        result.Headline.Estimate.Value.ShouldBe(1);
        using var read = EvaluationLogFile.Open(log);
        (await new HarborScorer(Path.Combine(_folder, "set")).ScoreAsync([read.Samples().Single().Sample], TestContext.Current.CancellationToken)).Single().Outcome.ShouldBe(SampleOutcome.Pass);
    }

    private static Dictionary<string, byte[]> Files(string name, string text) => new() { [name] = Encoding.UTF8.GetBytes(text) };

    private string Task(string toml, string solve = "true", string test = "echo 1 > /logs/verifier/reward.txt", string at = "task")
    {
        var folder = Path.Combine(_folder, at);
        foreach (var part in (string[])["tests", "solution"]) Directory.CreateDirectory(Path.Combine(folder, part));
        File.WriteAllText(Path.Combine(folder, "task.toml"), toml);
        File.WriteAllText(Path.Combine(folder, "instruction.md"), "<!-- canary 123 -->\nMake the file made.\n");
        File.WriteAllText(Path.Combine(folder, "tests", "test.sh"), test);
        File.WriteAllText(Path.Combine(folder, "solution", "solve.sh"), solve);
        return folder;
    }
}
