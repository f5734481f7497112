using System.Text.Json;
using Deliberate.Benchmarks;
using Deliberate.Testing;

namespace Deliberate.Core.Tests;

/// <summary>The comparison as compare.sh runs it, beside programs that print what they are told to.</summary>
public sealed class PeerComparisonTests : IDisposable
{
    private const string Work = "train Q 64x48";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("100", "50", "80", "libtorch 2.10", 1.25, 1)]
    [InlineData("100", "50", "40", "PyTorch 2.6", 2, 0)]
    public void The_better_peer_decides(string ours, string torch, string libtorch, string better, double ratio, int code)
    {
        Ours($"echo '{ours} tok/s, 1000 tokens in all'");
        Peers($"[ $1 = torch ] && echo '{torch} tok/s' || echo '{libtorch} tok/s'");
        Run(pairs: 1).ShouldBe(code);
        var row = Rows().ShouldHaveSingleItem();
        row.GetProperty("better").GetProperty("peer").GetString().ShouldBe(better);
        row.GetProperty("better").GetProperty("median").GetDouble().ShouldBe(ratio, 1e-12);
        row.GetProperty("is_reached").GetBoolean().ShouldBe(code == 0);
        File.ReadAllText(_folder["page.md"]).ShouldContain($"| {Work} | 2 | {better} |");
    }

    [Fact]
    public void All_sides_run_in_turn_with_the_same_words()
    {
        Ours($"echo ours \"$@\" >> {_folder["turns"]}; echo '1 tok/s'");
        Peers($"echo \"$@\" >> {_folder["turns"]}; echo '1 tok/s'");
        Run(pairs: 2);
        string[] round = ["ours train Q 64 48 2 41", $"torch {_folder["root"]} {_folder["shared"]} 41 train Q 64 48 2", $"libtorch {_folder["root"]} {_folder["shared"]} 41 train Q 64 48 2"];
        File.ReadAllLines(_folder["turns"]).ShouldBe([.. round, .. round]);
    }

    [Fact]
    public void A_peer_that_cannot_be_set_up_is_missing_in_its_rows_and_the_rest_runs()
    {
        Ours("echo '100 tok/s'");
        Peers("echo '40 tok/s'", setup: "[ $1 = torch ] || { echo no network here >&2; exit 1; }");
        Run(pairs: 1).ShouldBe(0);
        var row = Rows().ShouldHaveSingleItem();
        row.GetProperty("better").GetProperty("peer").GetString().ShouldBe("PyTorch 2.6");
        row.GetProperty("peers")[1].GetProperty("missing").GetString().ShouldBe("not set up: no network here");
        var page = File.ReadAllText(_folder["page.md"]);
        page.ShouldContain("100 / 40 / – tok/s");
        page.ShouldContain($"libtorch 2.10 not set up: no network here ({Work}).");
    }

    [Fact]
    public void A_peer_that_fails_in_the_middle_is_missing_in_that_row()
    {
        Ours("echo '100 tok/s'");
        Peers($"[ $1 = torch ] && echo '80 tok/s' && exit; [ -e {_folder["once"]} ] && {{ echo out of memory >&2; exit 9; }}; touch {_folder["once"]}; echo '99 tok/s'");
        Run(pairs: 2).ShouldBe(1);
        var row = Rows().ShouldHaveSingleItem();
        row.GetProperty("better").GetProperty("peer").GetString().ShouldBe("PyTorch 2.6");
        row.GetProperty("peers")[1].GetProperty("missing").GetString().ShouldBe("failed: out of memory");
    }

    [Fact]
    public void Without_any_peer_nothing_is_decided()
    {
        Ours("echo '100 tok/s'");
        Peers("exit 1", setup: "echo nothing here >&2; exit 1");
        Run(pairs: 1).ShouldBe(3);
        File.ReadAllText(_folder["page.md"]).ShouldContain($"| {Work} | 2 | none |");
    }

    [Fact]
    public void A_work_that_a_peer_does_not_have_is_not_asked_of_it()
    {
        Ours("echo 'AdamW 1.5 ms, Muon 3 ms'");
        Peers($"echo $1 >> {_folder["asked"]}; echo 'AdamW 3 ms, Muon 9.9 ms'");
        Run(pairs: 1, "AdamW step S").ShouldBe(0);
        File.ReadAllLines(_folder["asked"]).ShouldBe(["torch"]);
        var rows = Rows();
        rows.Length.ShouldBe(2);
        rows[1].GetProperty("better").GetProperty("median").GetDouble().ShouldBe(3.3, 1e-12);
        rows[1].GetProperty("peers")[1].GetProperty("missing").GetString().ShouldBe("has no such work");
    }

    [Fact]
    public void Rows_of_a_model_that_is_not_there_are_left_out()
    {
        Ours("echo '100 tok/s'");
        Peers("echo '1 tok/s'");
        Should.Throw<UserError>(() => Run(pairs: 1, "prefill")).Message.ShouldContain("need a pretrained model");
        Run(pairs: 1, "prefill", Work).ShouldBe(0);
        Rows().ShouldHaveSingleItem();
        Should.Throw<UserError>(() => Run(pairs: 1, "no such row")).Message.ShouldContain("no work's name contains no such row");
    }

    /// <summary>The repository's own script, beside a folder that has no peers.</summary>
    [Theory]
    [InlineData("torch")]
    [InlineData("libtorch")]
    public void The_script_of_the_peers_says_what_is_missing(string key)
    {
        var folders = new PeerFolders(Repository.Path("benchmarks/peers"), _folder["root"], _folder["nothing"]);
        Peer.All.Single(p => p.Key == key).SetUp(folders).Missing.ShouldBe($"not set up: there is no {_folder["nothing"]}/{key}/run.sh");
        Directory.Exists(_folder["root"]).ShouldBeFalse();
    }

    private int Run(int pairs, params string[] only)
    {
        File.WriteAllText(_folder["page.md"], "<!-- compare: begin -->\n<!-- compare: end -->\n");
        var folders = new PeerFolders(_folder["scripts"], _folder["root"], _folder["shared"]);
        return new PeerComparison(new ComparisonOptions(_folder["ours"], folders, pairs, 2, IsQuick: false, Model: null, _folder["figures.json"], _folder["page.md"])).Run(only.Length > 0 ? only : [Work]);
    }

    private JsonElement[] Rows()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(_folder["figures.json"]));
        return [.. document.RootElement.GetProperty("rows").Clone().EnumerateArray()];
    }

    private void Ours(string script)
    {
        File.WriteAllText(_folder["ours"], $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder["ours"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Peers(string run, string setup = "exit 0")
    {
        Directory.CreateDirectory(_folder["scripts"]);
        File.WriteAllText(Path.Combine(_folder["scripts"], "run.sh"), run + "\n");
        File.WriteAllText(Path.Combine(_folder["scripts"], "setup.sh"), setup + "\n");
    }
}
