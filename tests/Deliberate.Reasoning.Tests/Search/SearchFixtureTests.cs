using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>Every method against the golden trees: what each round looked at and kept, what was visited, what was chosen.</summary>
public sealed class SearchFixtureTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Methods_search_toy_trees_exactly()
    {
        var searches = 0;
        foreach (var one in SharedFolder.Json("fixtures", "search", "trees.json").GetProperty("cases").EnumerateArray())
        {
            var space = new ToyTree(one.GetProperty("inputs").GetProperty("tree"));
            foreach (var expected in one.GetProperty("expected").EnumerateArray())
            {
                var aggregation = Enum.Parse<StepAggregation>(expected.GetProperty("aggregation").GetString()!, ignoreCase: true);
                var what = $"{one.GetProperty("name").GetString()}: {expected.GetRawText()[..Math.Min(120, expected.GetRawText().Length)]}";
                Check(space, expected, aggregation, what);
                searches++;
            }
        }

        Console.WriteLine($"search/trees.json: {searches} searches");
        searches.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Problems_that_are_searched_together_do_not_touch_each_other()
    {
        var space = new ToyTree(SharedFolder.Json("fixtures", "search", "trees.json").GetProperty("cases")[0].GetProperty("inputs").GetProperty("tree"));
        var method = new BeamSearch(2, 3, 2, StepAggregation.Product);
        var alone = ToyTree.NewSearch();
        SearchRunner.Run(method, space, [alone]);
        SearchTree[] together = [.. Enumerable.Range(0, 5).Select(_ => ToyTree.NewSearch())];
        SearchRunner.Run(method, space, together, together: 2);
        together.ShouldAllBe(t => t.Selected!.Id == alone.Selected!.Id && t.PolicyTokens == alone.PolicyTokens);
    }

    [Fact]
    public void A_budget_ends_a_search_with_what_it_has()
    {
        var space = new ToyTree(SharedFolder.Json("fixtures", "search", "trees.json").GetProperty("cases")[0].GetProperty("inputs").GetProperty("tree"));
        var tree = new SearchTree(ToyTree.NewSearch().Problem, 0, budget: 3);
        SearchRunner.Run(new BeamSearch(2, 3, 0, StepAggregation.Product), space, [tree]);
        (tree.Selected, tree.Rounds.Count).ShouldBe((null, 1));
    }

    [Fact]
    public void A_trace_holds_the_whole_tree()
    {
        var space = new ToyTree(SharedFolder.Json("fixtures", "search", "trees.json").GetProperty("cases")[0].GetProperty("inputs").GetProperty("tree"));
        var tree = ToyTree.NewSearch();
        var method = new PuctSearch(20, 1, int.MaxValue, StepAggregation.Product);
        SearchRunner.Run(method, space, [tree]);
        using var line = JsonDocument.Parse(SearchTrace.Line(method.Name, method.Settings, tree));
        line.RootElement.GetProperty("nodes").GetArrayLength().ShouldBe(SearchTrace.Nodes(tree.Root).Count());
        line.RootElement.GetProperty("rounds").GetArrayLength().ShouldBe(20);
        line.RootElement.GetProperty("selected").GetString().ShouldBe(tree.Selected?.Id);
    }

    private static void Check(ToyTree space, JsonElement expected, StepAggregation aggregation, string what)
    {
        int Whole(string key) => expected.GetProperty(key).GetInt32();
        var tree = ToyTree.NewSearch();
        switch (expected.GetProperty("algorithm").GetString())
        {
            case "best_of_n":
                SearchRunner.Run(new BestOfNSearch(int.MaxValue, aggregation), space, [tree]);
                CheckSelected(tree, expected, what);
                var ranking = tree.Rounds[0].Candidates.Take(expected.GetProperty("ranking").GetArrayLength()).ToArray();
                ranking.Select(r => r.Node.Id).ShouldBe(expected.GetProperty("ranking").EnumerateArray().Select(r => r.GetString()), what);
                foreach (var (found, value) in ranking.Zip(expected.GetProperty("values").EnumerateArray())) found.Score.ShouldBe(value.GetDouble(), Tolerance, what);
                break;
            case "weighted_vote":
                var weighted = new WeightedVoteSearch(int.MaxValue, aggregation);
                SearchRunner.Run(weighted, space, [tree]);
                tree.Answer.ShouldBe(expected.GetProperty("answer").GetString(), what);
                foreach (var total in expected.GetProperty("totals").EnumerateObject()) weighted.Vote(tree).Totals[total.Name].ShouldBe(total.Value.GetDouble(), Tolerance, what);
                break;
            case "beam":
                SearchRunner.Run(new BeamSearch(Whole("width"), Whole("expand"), Whole("lookahead"), aggregation), space, [tree]);
                tree.Rounds.Count.ShouldBe(expected.GetProperty("rounds").GetArrayLength(), what);
                foreach (var (round, wanted) in tree.Rounds.Zip(expected.GetProperty("rounds").EnumerateArray()))
                {
                    round.Candidates.Select(c => c.Node.Id).ShouldBe(wanted.GetProperty("candidates").EnumerateArray().Select(c => c[0].GetString()), what);
                    foreach (var (candidate, value) in round.Candidates.Zip(wanted.GetProperty("candidates").EnumerateArray())) candidate.Score.ShouldBe(value[1].GetDouble(), Tolerance, what);
                    round.Kept.Select(n => n.Id).ShouldBe(wanted.GetProperty("kept").EnumerateArray().Select(k => k.GetString()), what);
                }

                tree.Finished.Select(n => n.Id).ShouldBe(expected.GetProperty("finished").EnumerateArray().Select(f => f.GetString()), ignoreOrder: true, what);
                CheckSelected(tree, expected, what);
                break;
            case "dvts":
                SearchRunner.Run(new DiverseTreeSearch(Whole("n"), Whole("expand"), aggregation), space, [tree]);
                var wantedPaths = expected.GetProperty("subtrees").EnumerateArray().Select(s => s.EnumerateArray().Last().GetString()).ToArray();
                tree.Finished.Select(n => n.Id).ShouldBe(wantedPaths, ignoreOrder: true, what);
                tree.Rounds[0].Kept.Count.ShouldBe(wantedPaths.Length, what);
                CheckSelected(tree, expected, what);
                break;
            case "puct":
                SearchRunner.Run(new PuctSearch(Whole("simulations"), expected.GetProperty("c_puct").GetDouble(), int.MaxValue, aggregation), space, [tree]);
                tree.Rounds.Select(r => r.Kept[0].Id).ShouldBe(expected.GetProperty("evaluated_order").EnumerateArray().Select(n => n.GetString()), what);
                var nodes = SearchTrace.Nodes(tree.Root).Prepend(tree.Root).Where(n => n.Visits > 0).ToDictionary(n => n.Id);
                nodes.Count.ShouldBe(expected.GetProperty("visits").EnumerateObject().Count(), what);
                foreach (var visits in expected.GetProperty("visits").EnumerateObject()) nodes[visits.Name].Visits.ShouldBe(visits.Value.GetInt32(), what);
                foreach (var mean in expected.GetProperty("mean_value").EnumerateObject()) nodes[mean.Name].MeanValue.ShouldBe(mean.Value.GetDouble(), Tolerance, what);
                PuctSearch.PrincipalLine(tree).Select(n => n.Id).ShouldBe(expected.GetProperty("principal_line").EnumerateArray().Select(n => n.GetString()), what);
                break;
            default:
                throw new InvalidOperationException(what);
        }
    }

    private static void CheckSelected(SearchTree tree, JsonElement expected, string what)
    {
        tree.Selected?.Id.ShouldBe(expected.GetProperty("selected").GetString(), what);
        tree.Answer.ShouldBe(expected.GetProperty("answer").GetString(), what);
    }
}
