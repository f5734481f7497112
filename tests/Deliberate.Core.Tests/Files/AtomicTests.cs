using System.Diagnostics;
using System.Text.Json;

namespace Deliberate.Core.Tests;

public sealed class AtomicTests
{
    [Fact]
    public void A_file_is_replaced_whole_and_leaves_no_temporary()
    {
        using var folder = new TemporaryFolder();
        var path = folder["a/b/x.txt"];
        AtomicFile.WriteText(path, "one");
        AtomicFile.WriteText(path, "zwei ä");
        File.ReadAllText(path).ShouldBe("zwei ä");
        Directory.GetFileSystemEntries(folder["a/b"]).Length.ShouldBe(1);
    }

    [Fact]
    public void Json_is_indented_snake_case()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteJson(folder["x.json"], new { MaxTokens = 3 });
        File.ReadAllText(folder["x.json"]).ShouldBe("{\n  \"max_tokens\": 3\n}\n");
        using var document = JsonDocument.Parse(File.ReadAllText(folder["x.json"]));
        document.RootElement.GetProperty("max_tokens").GetInt32().ShouldBe(3);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteText(folder["x"], "old");
        var error = Should.Throw<UserError>(() => AtomicFile.Write(folder["x"], stream =>
        {
            stream.WriteByte(1);
            throw new IOException("No space left on device");
        }));
        error.File.ShouldBe(folder["x"]);
        File.ReadAllText(folder["x"]).ShouldBe("old");
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_folder_is_created_and_replaced_in_one_step()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Commit(folder["step-1"], at =>
        {
            at.ShouldBe(folder["step-1"] + $".partial-{Environment.ProcessId}");
            File.WriteAllText(Path.Combine(at, "w"), "1");
            Directory.CreateDirectory(Path.Combine(at, "training"));
            File.WriteAllText(Path.Combine(at, "training", "o"), "2");
        });
        AtomicFolder.Commit(folder["step-1"], at => File.WriteAllText(Path.Combine(at, "w2"), "3"));
        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder["step-1"]]);
        Directory.GetFileSystemEntries(folder["step-1"]).ShouldBe([folder["step-1/w2"]]);
    }

    [Fact]
    public void A_folder_loses_its_name_before_it_is_deleted()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Commit(folder["step-1"], at => File.WriteAllText(Path.Combine(at, "w"), "1"));
        AtomicFolder.TryDelete(folder["step-1"]).ShouldBeTrue();
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
        AtomicFolder.TryDelete(folder["step-1"]).ShouldBeTrue("there is none");
    }

    [Fact]
    public void A_folder_whose_successor_never_came_gets_its_name_back()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["alone.replaced"]);
        Directory.CreateDirectory(folder["both.replaced"]);
        Directory.CreateDirectory(folder["both"]);
        AtomicFolder.RemoveLeftOvers(folder.Path);
        Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal).ShouldBe([folder["alone"], folder["both"]]);
    }

    [Theory]
    [InlineData("more-3.partial-27922", true)]
    [InlineData("step-000010.replaced", true)]
    [InlineData("a.partial-1-12", true)]
    [InlineData("a.partial-x", false)]
    [InlineData("partial-1", false)]
    [InlineData("step-000010", false)]
    public void A_name_tells_what_is_still_written(string name, bool isPartial) => AtomicFolder.IsPartial(name).ShouldBe(isPartial);

    [Fact]
    public void A_full_disk_leaves_the_previous_checkpoint_whole()
    {
        using var folder = new TemporaryFolder();
        AtomicFolder.Commit(folder["last"], at => File.WriteAllText(Path.Combine(at, "w"), "old"));
        var error = Should.Throw<UserError>(() => AtomicFolder.Commit(folder["last"], at =>
        {
            File.WriteAllText(Path.Combine(at, "w"), "half");
            if (!File.Exists("/dev/full")) throw new IOException("No space left on device");
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            full.Write(new byte[100_000]);
            full.Flush();
        }));
        error.Message.ShouldContain(folder["last"]);
        error.Message.ShouldContain("No space left");
        File.ReadAllText(folder["last/w"]).ShouldBe("old");
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(1);
    }

    [Fact]
    public void A_bug_while_filling_keeps_its_own_exception()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<InvalidOperationException>(() => AtomicFolder.Commit(folder["x"], _ => throw new InvalidOperationException("bug")));
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Left_overs_of_dead_processes_are_removed_and_those_of_live_ones_kept()
    {
        using var folder = new TemporaryFolder();
        using var dead = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true, UseShellExecute = false })!;
        dead.StandardOutput.ReadToEnd();
        dead.WaitForExit();
        Directory.CreateDirectory(folder[$"step-5.partial-{dead.Id}"]);
        File.WriteAllText(folder[$"step-5.partial-{dead.Id}/w"], "half");
        File.WriteAllText(folder[$"state.json.partial-{dead.Id}-3"], "half");
        Directory.CreateDirectory(folder[$"step-4.partial-{Environment.ProcessId}"]);
        Directory.CreateDirectory(folder["step-6.partial-1"]);
        Directory.CreateDirectory(folder["notes.partial-draft"]);
        AtomicFolder.Commit(folder["step-7"], _ => { });
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["notes.partial-draft", "step-6.partial-1", "step-7"]);
    }
}
