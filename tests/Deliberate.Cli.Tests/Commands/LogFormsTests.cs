using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Cli.Tests;

/// <summary>Logs of other programs in, and forms of other programs out, by the command.</summary>
public sealed class LogFormsTests
{
    [Fact]
    public void A_log_of_Inspect_is_imported_checked_and_written_in_every_form()
    {
        using var folder = new TemporaryFolder();
        File.Copy(SharedFolder.Path("fixtures", "inspect", "tools_dict_scores.eval"), Path.Combine(folder.Root, "tools.eval"));
        CliProcess.Run(folder.Root, "log", "import", "tools.eval").ShouldSucceed().Output.ShouldContain("3 samples");
        CliProcess.Run(folder.Root, "log", "verify", "tools.log").ShouldSucceed();
        foreach (var (arguments, file) in new[]
        {
            (new[] { "--format", "inspect", "--output", "again.json" }, "again.json"), (["--output", "tools.csv"], "tools.csv"), (["--format", "jsonl"], "tools.jsonl"),
            (["--format", "parquet"], "tools.parquet"), (["--format", "junit"], "tools.xml"), (["--format", "html"], "tools.html"), (["--format", "meai", "--output", "store"], "store"),
        })
        {
            CliProcess.Run(folder.Root, ["log", "export", "tools.log", .. arguments]).ShouldSucceed();
            (File.Exists(Path.Combine(folder.Root, file)) || Directory.Exists(Path.Combine(folder.Root, file))).ShouldBeTrue(file);
        }

        CliProcess.Run(folder.Root, "log", "export", "tools.log", "--format", "csv").ShouldBeUserMistake().ShouldContain("something of that name");
    }

    [Theory]
    [InlineData("Which form", "log", "export", "there.log")]
    [InlineData("Did you mean \"csv\"?", "log", "export", "there.log", "--format", "cvs")]
    [InlineData("no such log", "log", "export", "their.log", "--format", "csv")]
    [InlineData("no zip archive", "log", "import", "cut.eval")]
    [InlineData("no such file", "log", "import", "none.eval")]
    [InlineData("log import", "view", "cut.eval")]
    [InlineData("no log of samples", "view", "empty")]
    [InlineData("Did you mean \"there.log\"?", "view", "their.log")]
    public void A_mistake_is_told_in_a_line(string said, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "empty"));
        File.WriteAllBytes(Path.Combine(folder.Root, "cut.eval"), [.. "PK\u0003\u0004"u8, .. new byte[100]]);
        using (LogWriter.Create(Path.Combine(folder.Root, "there.log"), _ => { }))
        {
            // Only its head.
        }

        CliProcess.Run(folder.Root, arguments).ShouldBeUserMistake().ShouldContain(said);
    }

    [Fact]
    public void A_mistyped_folder_is_not_served_and_not_made()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Root, "my-runs"));
        CliProcess.Run(folder.Root, "serve", "--runs", "my-rnus", "--no-browser", "--port", "0").ShouldBeUserMistake().ShouldContain("Did you mean \"my-runs\"?");
        Directory.GetFileSystemEntries(folder.Root).Select(Path.GetFileName).ShouldBe(["my-runs"]);
        CliProcess.Run(folder.Root, "serve", "--evaluations", "nosuch", "--no-browser", "--port", "0").ShouldBeUserMistake().ShouldContain("--evaluations");
    }

    [Fact]
    public void A_log_that_is_refused_leaves_no_lock_behind()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "mine.log");
        File.WriteAllText(path, "mine");
        Should.Throw<UserError>(() => LogWriter.Create(path, _ => { })).Message.ShouldContain("exists");
        Should.Throw<UserError>(() => LogWriter.Continue(path)).Message.ShouldContain("no log");
        Directory.GetFiles(folder.Root).Select(Path.GetFileName).ShouldBe(["mine.log"]);
    }
}
