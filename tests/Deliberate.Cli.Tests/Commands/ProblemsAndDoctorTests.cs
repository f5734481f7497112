using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Cli.Tests;

public sealed class ProblemsAndDoctorTests
{
    [Fact]
    public void Problems_of_every_family_are_json_with_a_graded_solution_of_every_writer()
    {
        foreach (var family in FamilyRegistry.All)
        {
            using var json = JsonDocument.Parse(CliProcess.Run(".", "problems", family.Name, "--json", "--count", "3", "--measure", "20").ShouldSucceed().Output);
            var problems = json.RootElement.GetProperty("problems").EnumerateArray().ToArray();
            problems.Length.ShouldBe(3);
            foreach (var problem in problems)
            {
                var solutions = problem.GetProperty("solutions").EnumerateArray().ToArray();
                solutions.Length.ShouldBe(4);
                solutions[0].GetProperty("writer").GetString().ShouldBe("careful");
                solutions[0].GetProperty("grade").GetProperty("all_steps_right").GetBoolean().ShouldBeTrue();
            }

            json.RootElement.GetProperty("statistics").GetArrayLength().ShouldBe(4);
            foreach (var writer in json.RootElement.GetProperty("statistics").EnumerateArray()) (writer.GetProperty("right").GetProperty("n").GetInt32(), writer.GetProperty("right").GetProperty("method").GetString()).ShouldBe((20, "wilson"));
        }

        Console.WriteLine($"{FamilyRegistry.All.Count} families");
    }

    [Fact]
    public void Problems_for_people_mark_steps_and_show_the_writers()
    {
        var text = CliProcess.Run(".", "problems", "arithmetic", "--level", "4", "--count", "2").ShouldSucceed().Output;
        text.ShouldContain("    + ");
        text.ShouldContain("systematically wrong");
        text.ShouldContain("share of corpus");
        CliProcess.Run(".", "problems").ShouldSucceed().Output.ShouldContain("countdown");
    }

    [Fact]
    public void The_same_seed_gives_the_same_problems()
    {
        string Of(string seed) => CliProcess.Run(".", "problems", "countdown", "--seed", seed, "--measure", "10").ShouldSucceed().Output;
        Of("3").ShouldBe(Of("3"));
        Of("3").ShouldNotBe(Of("4"));
    }

    [Fact]
    public void Doctor_says_what_it_will_use_and_how_fast_that_is()
    {
        using var json = JsonDocument.Parse(CliProcess.Run(".", "doctor", "--json", "--threads", "1").ShouldSucceed().Output);
        var root = json.RootElement;
        root.GetProperty("threads").GetInt32().ShouldBe(1);
        root.GetProperty("device").GetString()!.ShouldStartWith("cpu float32");
        root.GetProperty("gigaflops_per_second").GetDouble().ShouldBeGreaterThan(0.1);
        root.GetProperty("memory_total").GetInt64().ShouldBeGreaterThan(0);
        root.GetProperty("warnings").ValueKind.ShouldBe(JsonValueKind.Array);
        var graphics = root.GetProperty("graphics");
        // Each driver offers devices or has a reason why not.
        (graphics.GetProperty("devices").GetArrayLength() + graphics.GetProperty("missing").GetArrayLength()).ShouldBeGreaterThanOrEqualTo(2);
        var text = CliProcess.Run(".", "doctor").ShouldSucceed().Output;
        text.ShouldContain("GFLOP/s");
        text.ShouldContain("\ngraphics  ");
        text.ShouldContain("\nfalls back  ");
    }
}
