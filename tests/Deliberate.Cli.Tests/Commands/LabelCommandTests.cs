using System.Text.Json;

namespace Deliberate.Cli.Tests;

/// <summary>Labelling by people, from the command line's side: projects, their order, invitations, files.</summary>
public sealed class LabelCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_project_is_made_filled_ordered_and_exported()
    {
        Run("labels", "generate", "solutions.jsonl", "--family", "arithmetic", "--level", "3", "--count", "60").ShouldSucceed();
        Run("labels", "generate", "gold.jsonl", "--family", "arithmetic", "--level", "3", "--count", "30", "--held-out").ShouldSucceed();
        Run("label", "create", "sums", "solutions.jsonl", "--screening", "gold.jsonl", "--double", "0.5").ShouldSucceed().Output.ShouldContain("questions that everybody answers first");
        Run("label", "add", "sums", "solutions.jsonl").ShouldSucceed().Output.ShouldContain("0 items to label, 60 were there already");
        Run("label", "export", "sums", "open.jsonl", "--open").ShouldSucceed();
        var open = File.ReadAllLines(Path.Combine(_folder.Root, "open.jsonl")).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).ToArray();
        open.Length.ShouldBeGreaterThan(40);
        open.ShouldAllBe(o => o.GetProperty("steps").GetArrayLength() > 0);
        var last = open[^1].GetProperty("item").GetInt32();
        _folder.File("scores.jsonl", $"{{\"item\": {last}, \"priority\": 3.5}}\n{{\"item\": 100000, \"priority\": 1}}\n");
        Run("label", "prioritise", "sums", "scores.jsonl").ShouldSucceed().Output.ShouldContain("1 of 2 items");
        Run("label", "export", "sums", "open.jsonl", "--open").ShouldSucceed();
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllLines(Path.Combine(_folder.Root, "open.jsonl"))[^1]).GetProperty("priority").GetDouble().ShouldBe(3.5);
        using var status = JsonDocument.Parse(Run("label", "status", "--json").ShouldSucceed().Output);
        (status.RootElement[0].GetProperty("name").GetString(), status.RootElement[0].GetProperty("labels").GetInt32()).ShouldBe(("sums", 0));
        Run("label", "invite", "ada", "--role", "reviewer", "--at", "https://label.example.org").ShouldSucceed().Output.ShouldMatch("^https://label\\.example\\.org/invitation/[0-9a-f]{64}");
        Run("label", "export", "sums", "labels.jsonl").ShouldSucceed().Output.ShouldContain("0 labels");
    }

    [Fact]
    public void Replies_to_be_rated_are_taken_with_who_wrote_them_and_ratings_give_the_percentile()
    {
        _folder.File("replies.jsonl", """{"prompt": "Tea is best.", "response": "Coffee wakes.", "source": "model", "group": "t1"}""" + "\n" + """{"prompt": "Tea is best.", "response": "No.", "source": "person", "group": "t1"}""" + "\n");
        _folder.File("nobody.jsonl", """{"prompt": "Tea is best.", "response": "No."}""" + "\n");
        Run("label", "create", "persuasion", "nobody.jsonl", "--kind", "rating").ShouldBeUserMistake().ShouldContain("nobody.jsonl:1: source");
        Run("label", "create", "persuasion", "replies.jsonl", "--kind", "rating", "--double", "1").ShouldSucceed().Output.ShouldContain("2 items to label");
        Run("label", "export", "persuasion", "ratings.jsonl").ShouldSucceed().Output.ShouldContain("0 labels");
        Run("label", "export", "persuasion", "ratings.jsonl", "--to", "prm800k").ShouldBeUserMistake().ShouldContain("Write ratings.");
        // As the page's ratings are written.
        _folder.File("ratings.jsonl", """{"rating": 5, "source": "model", "group": "t1", "item": 1}""" + "\n" + """{"rating": 2, "source": "person", "group": "t1", "item": 2}""" + "\n");
        Run("stats", "percentile", "ratings.jsonl", "--rating", "rating", "--source", "source", "--cluster", "group").ShouldSucceed().Output.ShouldContain("n = 1 ratings of model in 1 groups");
    }

    [Fact]
    public void Wrong_input_is_said_and_leaves_nothing_behind()
    {
        _folder.File("bad.jsonl", "{\"problem\": \"p\", \"completions\": [\"a\"]}\n{\"problem\": \"p\", \"completions\": [7]}\n");
        Run("label", "status").ShouldBeUserMistake().ShouldContain("There is no database.");
        Run("label", "create", "sums", "bad.jsonl").ShouldBeUserMistake().ShouldContain("bad.jsonl:2: completions[0]");
        Directory.Exists(Path.Combine(_folder.Root, "labelling")).ShouldBeFalse();
        var skipped = Run("label", "create", "sums", "bad.jsonl", "--skip-bad").ShouldSucceed();
        skipped.Output.ShouldContain("1 items to label");
        Run("label", "create", "sums", "bad.jsonl", "--skip-bad").ShouldBeUserMistake().ShouldContain("There is a project \"sums\" already.");
        Run("label", "create", "other", "bad.jsonl", "--skip-bad", "--screening", "bad.jsonl").ShouldBeUserMistake().ShouldContain("labels must be known");
        Run("label", "create", "Big Name", "bad.jsonl", "--skip-bad").ShouldBeUserMistake().ShouldContain("is no name of a project");
        Run("label", "add", "smus", "bad.jsonl").ShouldBeUserMistake().ShouldContain("Did you mean \"sums\"?");
        Run("label", "export", "sums", "pairs.jsonl", "--to", "preferences").ShouldBeUserMistake().ShouldContain("no pairs");
        File.Exists(Path.Combine(_folder.Root, "pairs.jsonl")).ShouldBeFalse();
        Run("label", "prioritise", "sums", "bad.jsonl").ShouldBeUserMistake().ShouldContain("bad.jsonl:1: item");
        _folder.File("problems.jsonl", "{\"problem\": \"How much is 6*7?\", \"answer\": 42}\n");
        Run("label", "create", "talks", "problems.jsonl", "--kind", "phase1").ShouldBeUserMistake().ShouldContain("--alternatives live");
        Run("label", "create", "talks", "problems.jsonl", "--kind", "phase1", "--alternatives", "live").ShouldBeUserMistake().ShouldContain("Nobody writes the alternatives");
        Run("label", "create", "talks", "problems.jsonl", "--kind", "phase1", "--alternatives", "live", "--model", "nowhere").ShouldBeUserMistake().ShouldContain("nowhere");
        Run("label", "create", "talks", "problems.jsonl", "--kind", "phase1", "--model", "mock:We add.").ShouldBeUserMistake().ShouldContain("Prepared alternatives need no model");
        Run("label", "create", "talks", "bad.jsonl", "--skip-bad", "--alternatives", "live", "--model", "mock:We add.").ShouldBeUserMistake().ShouldContain("--kind phase1");
        Run("label", "create", "talks", "problems.jsonl", "--kind", "phase1", "--alternatives", "live", "--model", "mock:We add.").ShouldSucceed().Output.ShouldContain("1 items to label");
        Run("label", "invite", "--reset").ShouldBeUserMistake().ShouldContain("Whose password?");
        Run("label", "annotate", "sums", "--model", "nowhere").ShouldBeUserMistake().ShouldContain("nowhere");
        Run("label", "serve", "--public-address", "http://label.example.org", "--no-browser", "--port", "0").ShouldBeUserMistake().ShouldContain("clear text");
        Run("serve", "--public-address", "https://label.example.org", "--no-browser", "--port", "0").ShouldBeUserMistake().ShouldContain("--database");
        CliProcess.RunIn([("DELIBERATE_DATABASE", "Host=127.0.0.1;Port=1;Username=u;Password=secret-word;Database=x")], _folder.Root, "label", "status").ShouldBeUserMistake().ShouldNotContain("secret-word");
    }

    private CliResult Run(params string[] arguments) => CliProcess.Run(_folder.Root, arguments);
}
