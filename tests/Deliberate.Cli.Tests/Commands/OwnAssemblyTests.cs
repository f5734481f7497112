using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>A task family and an objective of a library of one's own, named by its assembly; and what becomes of the run where that is gone.</summary>
public sealed class OwnAssemblyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_family_and_an_objective_by_assembly_are_trained_and_the_run_opens_without_them()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Root, "lib"));
        foreach (var name in new[] { "OwnFamily", "OwnObjective" }) File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), Path.Combine(_folder.Root, "lib", name + ".dll"));
        _folder.File("own.yaml", """
            name: own
            family: { name: binary, assembly: lib/OwnFamily.dll, levels: [1] }
            model: { hidden: 32, layers: 1, heads: 2, intermediate: 64 }
            supervised: { tokens: 6000, batch_tokens: 500 }
            reinforcement: { objective: topr, assembly: lib/OwnObjective.dll, steps: 2, prompts: 2, samples: 2, max_tokens: 24 }
            evaluation: { problems: 6, max_tokens: 24, every: 0 }
            """);
        CliProcess.RunAlone(_folder.Root, "train", "own.yaml").ShouldSucceed();
        // From anywhere: the run's own recipe says where the libraries are.
        CliProcess.RunAlone(Path.Combine(_folder.Root, "runs"), "sample", "own", "--count", "1").ShouldSucceed().Output.ShouldContain("b=?");

        Directory.Delete(Path.Combine(_folder.Root, "lib"), recursive: true);
        using var list = JsonDocument.Parse(CliProcess.RunAlone(_folder.Root, "runs", "list", "--json").ShouldSucceed().Output);
        list.RootElement.GetProperty("runs")[0].GetProperty("condition").GetString().ShouldBe("finished");
        CliProcess.RunAlone(_folder.Root, "report", "runs/own").ShouldSucceed();
        CliProcess.RunAlone(_folder.Root, "runs", "samples", "runs/own", "--count", "1").ShouldSucceed();
        CliProcess.RunAlone(_folder.Root, "sample", "runs/own").ShouldBeUserMistake().ShouldContain("\"binary\" is not in this program");
        CliProcess.RunAlone(_folder.Root, "train", "own.yaml", "--set", "name=again").ShouldBeUserMistake().ShouldContain("There is no such assembly");
    }

    [Fact]
    public void What_an_assembly_does_not_hold_is_said()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "OwnFamily.dll"), Path.Combine(_folder.Root, "OwnFamily.dll"));
        _folder.File("a.yaml", "name: a\nfamily: { name: octal, assembly: OwnFamily.dll }\n");
        CliProcess.RunAlone(_folder.Root, "recipe", "check", "a.yaml").ShouldBeUserMistake().ShouldContain("holds no task family \"octal\". It holds binary.");
        _folder.File("b.yaml", "name: b\nreinforcement: { objective: mine, assembly: OwnFamily.dll }\n");
        CliProcess.RunAlone(_folder.Root, "recipe", "check", "b.yaml").ShouldBeUserMistake().ShouldContain("holds no objective \"mine\"");
    }
}
