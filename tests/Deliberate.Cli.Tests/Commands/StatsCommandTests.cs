using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>Statistics of the user's own numbers, from files to tables.</summary>
public sealed class StatsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_rate_has_every_interval_the_one_to_use_first()
    {
        var rows = Rows("stats", "rate", "17", "65", "--json");
        rows[0].GetProperty("name").GetString().ShouldBe("Wilson");
        // Where the score test just rejects: (p - 17/65)² = z² p (1 - p) / 65.
        var low = rows[0].GetProperty("low").GetDouble();
        ((17 / 65.0) - low).ShouldBe(1.959963984540054 * Math.Sqrt(low * (1 - low) / 65), 1e-9);
        Value(Rows("stats", "rate", "92", "100", "--against", "95", "100", "--json"), "difference, Newcombe").ShouldBe(-0.03, 1e-12);
        Rows("stats", "rate", "0", "300", "--json")[^1].GetProperty("high").GetDouble().ShouldBe(1 - Math.Pow(0.05, 1 / 300.0), 1e-9);
    }

    [Fact]
    public void Clusters_pairs_and_a_margin_come_from_columns()
    {
        _folder.File("r.csv", "item,prompt,old,new\n" + string.Join('\n', Enumerable.Range(0, 240).Select(i => $"{i},p{i / 4},{(i % 5 < 3 ? 1 : 0)},{(i % 5 < 3 || i % 40 == 3 ? 1 : 0)}")) + "\n");
        var mean = Rows("stats", "mean", "r.csv", "--value", "old", "--cluster", "prompt", "--json");
        Value(mean, "clusters").ShouldBe(60);
        Value(mean, "mean, clustered Student's t").ShouldBe(0.6, 1e-12);
        var paired = Rows("stats", "paired", "r.csv", "--first", "old", "--second", "new", "--cluster", "prompt", "--json");
        Value(paired, "items that only the second got right").ShouldBe(6);
        Value(paired, "p, McNemar exact").ShouldBe(1 / 32.0, 1e-12);
        CliProcess.Run(_folder.Root, "stats", "paired", "r.csv", "--first", "old", "--second", "new", "--margin", "0.05").ExitCode.ShouldBe(0);
        var worse = CliProcess.Run(_folder.Root, "stats", "paired", "r.csv", "--first", "new", "--second", "old", "--margin", "0.001");
        worse.ExitCode.ShouldBe(1, worse.Error);
        _folder.File("few.csv", "a,b\n1,1\n0,1\n1,0\n");
        CliProcess.Run(_folder.Root, "stats", "paired", "few.csv", "--first", "a", "--second", "b", "--margin", "0.05").ExitCode.ShouldBe(3);
    }

    [Fact]
    public void A_percentile_is_the_chance_of_being_rated_above_a_person_of_the_same_thread()
    {
        // Thread a: 4 against 1, 4, 5: (1 + 0.5 + 0) / 3. Thread b: 2 against 1: 1. Thread c has no person: 3 against all of 1, 4, 5, 1: 0.5.
        _folder.File("ratings.csv", "thread,who,stars\na,model,4\na,x,1\na,y,4\na,z,5\nb,model,2\nb,x,1\nc,model,3\n");
        var result = CliProcess.Run(_folder.Root, "stats", "percentile", "ratings.csv", "--rating", "stars", "--source", "who", "--cluster", "thread", "--json").ShouldSucceed();
        var figure = JsonDocument.Parse(result.Output).RootElement;
        figure.GetProperty("value").GetDouble().ShouldBe((0.5 + 1 + 0.5) / 3, 1e-12);
        figure.GetProperty("n").GetInt32().ShouldBe(3);
        CliProcess.Run(_folder.Root, "stats", "percentile", "ratings.csv", "--rating", "stars", "--source", "who", "--system", "o1").ShouldBeUserMistake().ShouldContain("No rating is of \"o1\"");
    }

    [Fact]
    public void Raters_scores_tests_votes_and_decisions_have_their_tables()
    {
        _folder.File("l.jsonl", string.Join('\n', Enumerable.Range(0, 30).Select(i => $"{{\"a\": \"{(i % 3 == 0 ? "yes" : "no")}\", \"b\": \"{(i % 3 == 0 || i == 4 ? "yes" : "no")}\", \"y\": {(i % 2 == 0 ? "true" : "false")}, \"p\": {(i % 2 == 0 ? 0.7 : 0.2).ToString(System.Globalization.CultureInfo.InvariantCulture)}}}")));
        Value(Rows("stats", "agreement", "l.jsonl", "--raters", "a,b", "--json"), "a and b: agreement").ShouldBe(29 / 30.0, 1e-12);
        Value(Rows("stats", "scores", "l.jsonl", "--label", "y", "--score", "p", "--json"), "ROC AUC").ShouldBe(1);
        using var adjusted = JsonDocument.Parse(CliProcess.Run(_folder.Root, "stats", "adjust", "0.01", "0.04", "--json").Output);
        adjusted.RootElement.GetProperty("adjusted").GetProperty("holm")[0].GetDouble().ShouldBe(0.02, 1e-12);
        _folder.File("v.csv", "a,b,winner\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"x,y,{(i % 4 == 0 ? "y" : "x")}")) + "\n");
        Value(Rows("stats", "pairwise", "v.csv", "--first", "a", "--second", "b", "--winner", "winner", "--json"), "P(x beats y | no tie)").ShouldBe(0.75, 1e-9);
        Value(Rows("stats", "corrected", "30/200", "--sensitivity", "45/50", "--specificity", "95/100", "--json"), "corrected, not cut off at 0 and 1").ShouldBe(0.1 / 0.85, 1e-12);
        _folder.File("d.csv", "yes,gender,age,template\n" + string.Join('\n', Enumerable.Range(0, 240).Select(i => $"{((i * 7) % 11 < (i % 2 == 0 ? 6 : 4) ? 1 : 0)},{(i % 2 == 0 ? "f" : "m")},{20 + (i % 7 * 10)},t{i / 12}")) + "\n");
        Value(Rows("stats", "mixed", "d.csv", "--outcome", "yes", "--columns", "gender,age", "--cluster", "template", "--json"), "gender m (normal, observed information)").ShouldBeLessThan(0);
    }

    [Fact]
    public void A_plan_says_how_many_items_a_difference_takes_and_where_to_stop()
    {
        using var plan = JsonDocument.Parse(CliProcess.Run(_folder.Root, "eval", "plan", "--rate", "0.92", "--difference", "0.03", "--looks", "5", "--json").Output);
        plan.RootElement.GetProperty("looks")[4].GetProperty("critical").GetDouble().ShouldBe(2.0310, 1e-3);
        var rows = plan.RootElement.GetProperty("rows");
        rows.EnumerateArray().Single(r => r.GetProperty("name").GetString() == "items, the same for both models").GetProperty("value").GetDouble().ShouldBe(541);
        CliProcess.Run(_folder.Root, "eval", "plan").ExitCode.ShouldBe(2);
        CliProcess.Run(_folder.Root, "eval", "plan", "--rate", "0.92", "--items", "250").Output.ShouldContain("least difference that 250 items find");
    }

    [Theory]
    [InlineData("error: 7 successes of 3 tries is no rate", "stats", "rate", "7", "3")]
    [InlineData("is no p-value", "stats", "adjust", "1.5")]
    [InlineData("bad.csv:3: v: \"x\" is not a finite number", "stats", "mean", "bad.csv", "--value", "v")]
    [InlineData("Did you mean \"v\"?", "stats", "mean", "bad.csv", "--value", "w")]
    [InlineData("no common scale", "stats", "pairwise", "apart.csv", "--first", "a", "--second", "b", "--winner", "w")]
    [InlineData("says nothing of the rate", "stats", "corrected", "3/10", "--sensitivity", "1/2", "--specificity", "1/2")]
    public void What_is_wrong_is_said_in_a_line(string message, params string[] arguments)
    {
        _folder.File("bad.csv", "v\n1\nx\n");
        _folder.File("apart.csv", "a,b,w\nx,y,x\nx,y,x\n");
        var result = CliProcess.Run(_folder.Root, arguments);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(message);
    }

    public void Dispose() => _folder.Dispose();

    private JsonElement[] Rows(params string[] arguments)
    {
        var result = CliProcess.Run(_folder.Root, arguments);
        result.ExitCode.ShouldBe(0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        return [.. json.RootElement.GetProperty("rows").EnumerateArray().Select(r => r.Clone())];
    }

    private static double Value(JsonElement[] rows, string name) => rows.First(r => r.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();
}
