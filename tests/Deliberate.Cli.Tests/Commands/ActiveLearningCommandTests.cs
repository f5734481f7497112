using System.Text.Json;
using Deliberate.Server;

namespace Deliberate.Cli.Tests;

/// <summary>Active learning as a user types it: one choice, and the loop with each kind of labeller.</summary>
public sealed class ActiveLearningCommandTests : IClassFixture<FinishedRun>
{
    private const string Base = "runs/tiny/checkpoints/base";

    private readonly FinishedRun _run;

    public ActiveLearningCommandTests(FinishedRun run)
    {
        _run = run;
        File.WriteAllText(Path.Combine(run.Root, "steps.yaml"), $"name: prm\nmodel: {{ from: {Base} }}\nreward_model: {{ kind: process }}\nsupervised: {{ data: [labels.jsonl], epochs: 1, batch_tokens: 500, validation: 0 }}\n");
        File.WriteAllText(
            Path.Combine(run.Root, "active.yaml"),
            $"name: hunt\npolicy: {Base}\nfamily: arithmetic-mod10\nlevel: 2\ntrain: steps.yaml\ngenerations: 2\nproblems: 200\nsamples: 4\nmax_tokens: 24\nselection: {{ per_problem: 2 }}\nevaluation: {{ problems: 10, samples: 4 }}\n");
    }

    [Fact]
    public void Solutions_are_chosen_labelled_and_learned_from_in_generations()
    {
        // The whole loop, then the pieces by hand with what it trained.
        using var found = JsonDocument.Parse(Run("labels", "loop", "active.yaml", "--json").ShouldSucceed().Output);
        var generations = found.RootElement.GetProperty("generations").EnumerateArray().ToArray();
        generations.Length.ShouldBe(2);
        generations[1].GetProperty("labelled").GetInt32().ShouldBeGreaterThan(generations[0].GetProperty("labelled").GetInt32());
        generations[0].GetProperty("best").GetProperty("value").GetDouble().ShouldBeInRange(0, 1);
        File.ReadAllText(In("runs/hunt/active.svg")).ShouldContain("<svg");
        Label(In("runs/hunt/generation-0/labels.jsonl")).GetProperty("question").GetProperty("pre_generated_steps").GetArrayLength().ShouldBeGreaterThan(0);
        // Finished: nothing is done again.
        var before = File.GetLastWriteTimeUtc(In("runs/hunt/generation-1/evaluation.json"));
        Run("labels", "loop", "active.yaml").ShouldSucceed().Output.ShouldContain("best-of-n");
        File.GetLastWriteTimeUtc(In("runs/hunt/generation-1/evaluation.json")).ShouldBe(before);
        Run("labels", "loop", "active.yaml", "--set", "samples=5").ShouldBeUserMistake().ShouldContain("another recipe");

        string[] select = ["labels", "select", "chosen.jsonl", "--from", Base, "--problems", "200", "--samples", "4", "--per-problem", "2"];
        Run([.. select, "--selector", "runs/hunt/generation-1/prm"]).ShouldSucceed().Output.ShouldContain("convincing with a wrong one");
        Run("labels", "check", "chosen.jsonl").ShouldSucceed();
        Run([.. select, "--rule", "uniform"]).ShouldSucceed().Output.ShouldNotContain("convincing");
        // A model labels in place of the rules, one that was trained and one that nobody labelled for.
        Run([.. select, "--rule", "uniform", "--labeller", "runs/hunt/generation-1/prm"]).ShouldSucceed().Output.ShouldContain("steps labelled");
        Run([.. select, "--rule", "uniform", "--labeller", "free:" + Base]).ShouldSucceed().Output.ShouldContain("steps labelled");
        Run("labels", "judge", "chosen.jsonl", "--model", "free:" + Base).ShouldSucceed().Output.ShouldContain("F1");
        Run("search", Base, "--scorer", "free:" + Base, "--method", "best-of-n,beam", "--n", "4", "--problems", "3", "--max-tokens", "24").ShouldSucceed().Output.ShouldContain("base, without labels");
        // People find the most convincing first.
        Run([.. select, "--selector", "runs/hunt/generation-1/prm", "--labeller", "none", "--most", "6"]).ShouldSucceed();
        Run("label", "create", "queue", "chosen.jsonl", "--database", "queue").ShouldSucceed().Output.ShouldContain("6 items");
        Run("label", "export", "queue", "open.jsonl", "--open", "--database", "queue").ShouldSucceed();
        File.ReadAllLines(In("open.jsonl")).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("priority").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task A_loop_waits_for_people_and_goes_on_with_what_they_said()
    {
        Run("labels", "generate", "one.jsonl", "--family", "arithmetic-mod10", "--level", "2", "--count", "1").ShouldSucceed();
        Run("label", "create", "by-hand", "one.jsonl", "--double", "0", "--database", "hands").ShouldSucceed();
        string[] loop = ["labels", "loop", "active.yaml", "--output", "by-hand", "--set", "labeller={kind: people, project: by-hand, database: hands}", "--set", "generations=1", "--set", "selection.most=3"];
        var waits = Run(loop);
        waits.ExitCode.ShouldBe(3, waits.Error);
        waits.Error.ShouldMatch("0 of [1-3] solutions of generation 0 are labelled in the project by-hand");
        Run(loop).ExitCode.ShouldBe(3, "asked again, it hands nothing out twice");
        await using (var database = await LabellingDatabase.OpenAsync(In("hands"), mayMake: false, cancellation: TestContext.Current.CancellationToken))
        {
            var project = await database.Projects.NeedAsync("by-hand", TestContext.Current.CancellationToken);
            var account = await database.Accounts.AcceptAsync(await database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, "ada"), "ada", "a good passphrase");
            while ((await database.Queue.NextAsync(project, account.Id, TestContext.Current.CancellationToken)).Assignment is { } next)
            {
                // The first step is wrong, whatever it says.
                var rated = await database.Desk.JudgeAsync(next.Lease, account.Id, new DraftChange { Revision = next.Revision, Index = 0, Step = new DraftStep { Ratings = [-1], Flags = [false], Milliseconds = 500 }, Milliseconds = 500 }, TestContext.Current.CancellationToken);
                rated = await database.Desk.JudgeAsync(next.Lease, account.Id, new DraftChange { Revision = rated.Revision, Mistake = new DraftMistake { Progress = 1 } }, TestContext.Current.CancellationToken);
                await database.Desk.FinishAsync(next.Lease, account.Id, rated.Revision, Reasoning.LabelFinish.FoundError, null, 1000, TestContext.Current.CancellationToken);
            }
        }

        Run(loop).ShouldSucceed().Output.ShouldMatch(@"\b([1-3]) of \1\b");
        File.ReadAllLines(In("by-hand/generation-0/labels.jsonl")).Length.ShouldBe(File.ReadAllLines(In("by-hand/generation-0/chosen.jsonl")).Length, "what is in the project besides is not the loop's");
    }

    [Theory]
    [InlineData("level=9", "level 9")]
    [InlineData("labeller.kind=model", "name the model that labels")]
    [InlineData("selection.per_problem=9", "cannot be chosen")]
    [InlineData("family=arithmetik", "arithmetic")]
    [InlineData("train=tiny.yaml", "process reward model")]
    public void What_a_loop_cannot_do_is_said_before_anything_is_done(string set, string message)
    {
        Run("labels", "loop", "active.yaml", "--output", "no", "--set", set).ShouldBeUserMistake().ShouldContain(message);
        Directory.Exists(In("no")).ShouldBeFalse();
    }

    [Fact]
    public void A_choice_that_cannot_be_made_is_said()
    {
        string[] select = ["labels", "select", "not.jsonl", "--from", Base, "--problems", "2"];
        Run(select).ShouldBeUserMistake().ShouldContain("--selector");
        Run([.. select, "--selector", Base]).ShouldBeUserMistake().ShouldContain("reward_model.json");
        Run([.. select, "--rule", "uniform", "--labeller", "nowhere"]).ShouldBeUserMistake().ShouldContain("nowhere");
        Run("eval", "family:arithmetic-mod10@2", "--model", Base, "--search", "best-of-n:4:free:" + Base, "--limit", "2", "--out", "free").ShouldBeUserMistake().ShouldContain("fitted to a batch");
        File.Exists(In("not.jsonl")).ShouldBeFalse();
    }

    private static JsonElement Label(string file) => JsonDocument.Parse(File.ReadAllLines(file)[0]).RootElement;

    private string In(string path) => Path.Combine(_run.Root, path);

    private CliResult Run(params string[] arguments) => CliProcess.Run(_run.Root, arguments);
}
