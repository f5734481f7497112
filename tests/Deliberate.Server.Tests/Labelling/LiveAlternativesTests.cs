using System.Net;
using System.Text.Json;
using Deliberate.Benchmarks;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Server.Tests;

/// <summary>Alternatives that a model writes while somebody labels: kept before they are shown, the same for everybody, bounded in time, and no way around the lease.</summary>
public sealed class LiveAlternativesTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Whoever_comes_to_the_same_place_sees_the_same_and_the_label_says_what_was_seen(string kind)
    {
        var model = new StepClient { End = 2 };
        await using var bed = await LabellingBed.StartAsync(kind, postgres, _ => new EvaluationModel("steps", model));
        var project = await ProjectAsync(bed, p => p.DoubleShare = 1);
        var (live, desk, ada, bob) = (bed.Database.Live, bed.Database.Desk, await bed.AccountAsync("ada"), await bed.AccountAsync("bob"));
        var (assignment, _) = await bed.Database.Queue.NextAsync(project, ada.Id);
        // Two pages of one labeller wait for one asking.
        var first = (await Task.WhenAll(live.NextAsync(assignment!.Lease, ada.Id), live.NextAsync(assignment.Lease, ada.Id))).Select(a => (a.Sampled, Texts: string.Join('|', a.Candidates))).Distinct().ShouldHaveSingleItem();
        first.Texts.ShouldStartWith("Step 1, way 0|Step 1, way 1");
        (await live.NextAsync(assignment.Lease, ada.Id)).Sampled.ShouldBe(first.Sampled);
        model.Asked.ShouldBe(2);
        (await Should.ThrowAsync<DeskException>(() => live.NextAsync(assignment.Lease, bob.Id))).Refusal.ShouldBe(DeskRefusal.NotYours);

        var revision = (await desk.JudgeAsync(assignment.Lease, ada.Id, Step(0, 0, [1, -1], first.Sampled, chosen: 0))).Revision;
        var second = await live.NextAsync(assignment.Lease, ada.Id);
        second.Candidates.ShouldBe(["Step 2, way 0", "Step 2, way 1 <img src=x onerror=alert(1)>"]);
        // The first step's are none of the second, and what is not there is none.
        (await Should.ThrowAsync<UserError>(() => desk.JudgeAsync(assignment.Lease, ada.Id, Step(revision, 1, [1, 1], first.Sampled)))).Message.ShouldContain("No model wrote these");
        (await Should.ThrowAsync<UserError>(() => desk.JudgeAsync(assignment.Lease, ada.Id, Step(revision, 1, [1, 1], 4711)))).Message.ShouldContain("No model wrote these");
        (await Should.ThrowAsync<UserError>(() => desk.JudgeAsync(assignment.Lease, ada.Id, Step(revision, 1, [null, 1], second.Sampled, written: "mine")))).Message.ShouldContain("Every candidate is rated");
        // Written without waiting: what was not seen is not in the label.
        revision = (await desk.JudgeAsync(assignment.Lease, ada.Id, Step(revision, 1, [], null, written: "mine"))).Revision;
        var end = await live.NextAsync(assignment.Lease, ada.Id);
        (end.Ended, end.Candidates.Count, end.Problem).ShouldBe((true, 0, null));
        await desk.FinishAsync(assignment.Lease, ada.Id, revision, LabelFinish.Solution, null);

        // The second labeller of the item, from the same place and from one that is new.
        var (other, _) = await bed.Database.Queue.NextAsync(project, bob.Id);
        other!.ItemId.ShouldBe(assignment.ItemId);
        (await live.NextAsync(other.Lease, bob.Id)).Sampled.ShouldBe(first.Sampled);
        await desk.JudgeAsync(other.Lease, bob.Id, Step(0, 0, [-1, 1], first.Sampled, chosen: 1));
        var elsewhere = await live.NextAsync(other.Lease, bob.Id);
        elsewhere.Sampled.ShouldNotBe(second.Sampled);

        var label = LabelComparison.Parse((await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))).ShouldHaveSingleItem());
        (label.IsPhaseOne, label.Finish).ShouldBe((true, LabelFinish.Solution));
        label.Steps[0].Completions.Select(c => (c.Text, c.Rating)).ShouldBe([("Step 1, way 0", 1), ("Step 1, way 1 <img src=x onerror=alert(1)>", -1)]);
        (label.Steps[1].Completions.Count, label.Steps[1].Human!.Text).ShouldBe((0, "mine"));
        using var full = JsonDocument.Parse((await bed.ExportAsync(project, new ExportChoice(ExportForm.Full))).ShouldHaveSingleItem());
        var sampled = full.RootElement.GetProperty("sampled").EnumerateArray().ShouldHaveSingleItem();
        (sampled.GetProperty("model").GetString(), sampled.GetProperty("texts").GetArrayLength()).ShouldBe(("steps", 2));
    }

    [Fact]
    public async Task A_model_that_is_late_or_fails_leaves_the_labeller_to_write()
    {
        var model = new StepClient { IsSlow = true };
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres, _ => new EvaluationModel("steps", model));
        var project = await ProjectAsync(bed, p => p.LeaseMinutes = 1);
        var (live, desk, ada, bob) = (bed.Database.Live, bed.Database.Desk, await bed.AccountAsync("ada"), await bed.AccountAsync("bob"));
        var (assignment, _) = await bed.Database.Queue.NextAsync(project, ada.Id);
        (await live.NextAsync(assignment!.Lease, ada.Id)).Problem.ShouldBe("The model wrote nothing within 8 seconds.");
        (model.IsSlow, model.Fails) = (false, true);
        (await live.NextAsync(assignment.Lease, ada.Id)).Problem.ShouldBe("The model could not be asked.");
        model.Fails = false;
        (await live.NextAsync(assignment.Lease, ada.Id)).Candidates.Count.ShouldBe(2);
        await desk.JudgeAsync(assignment.Lease, ada.Id, Step(0, 0, [], null, written: "It is 42.\n\n# Answer\n\n42"));
        var asked = model.Asked;
        (await live.NextAsync(assignment.Lease, ada.Id)).Ended.ShouldBeTrue("behind the answer there is nothing to ask for");
        model.Asked.ShouldBe(asked);
        // Whoever lost the item spends nobody's tokens on it.
        bed.Clock.Pass(TimeSpan.FromMinutes(2));
        var (taken, _) = await bed.Database.Queue.NextAsync(project, bob.Id);
        taken!.ItemId.ShouldBe(assignment.ItemId);
        (await Should.ThrowAsync<DeskException>(() => live.NextAsync(assignment.Lease, ada.Id))).Refusal.ShouldBe(DeskRefusal.Lost);
    }

    [Fact]
    public async Task Nothing_is_lost_when_a_real_server_dies_between_two_steps()
    {
        var folder = Directory.CreateTempSubdirectory("deliberate-live-").FullName;
        try
        {
            var program = Path.Combine(AppContext.BaseDirectory, "deliberate.dll");
            await using var stored = await LabellingDatabase.OpenAsync(folder, mayMake: true);
            var project = new LabellingProject { Name = "live", Title = "Live", Kind = LabellingKind.Phase1, DoubleShare = 0, LiveModel = "mock:We add.", LiveCandidates = 2 };
            await stored.Projects.CreateAsync(project);
            await stored.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "p" }, null, null)], ItemPurpose.Ordinary);
            var session = await stored.Accounts.OpenSessionAsync(await stored.Accounts.AcceptAsync(await stored.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, "ada"), "ada", "a good passphrase"));
            var address = new Uri(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoadServer.FreePort()}"));
            var server = await LoadServer.StartAsync(program, "label", folder, address.Port);
            var cookies = new CookieContainer();
            cookies.Add(address, new Cookie(SignedIn.CookieName, session));
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = address };
            var token = await ServedWithAccounts.TokenAsync(client, "/label/live/work");
            var item = await OkAsync(HttpMethod.Post, "/projects/live/next");
            item.GetProperty("live").GetBoolean().ShouldBeTrue();
            var lease = "/leases/" + item.GetProperty("lease").GetString();
            var first = await OkAsync(HttpMethod.Post, lease + "/alternatives", new { });
            first.GetProperty("candidates").EnumerateArray().ShouldHaveSingleItem().GetString()!.ShouldContain("We add.");
            await server.KillAsync();
            server = await LoadServer.StartAsync(program, "label", folder, address.Port);
            (await OkAsync(HttpMethod.Post, lease + "/alternatives", new { })).GetProperty("sampled").GetInt64().ShouldBe(first.GetProperty("sampled").GetInt64());
            var chosen = await OkAsync(HttpMethod.Put, lease, new { revision = 0, index = 0, step = new { ratings = new[] { 1 }, flags = new[] { false }, alternatives = first.GetProperty("sampled").GetInt64(), chosen = 0 }, cause = "choose" });
            chosen.GetProperty("candidates").GetArrayLength().ShouldBe(2);
            await OkAsync(HttpMethod.Post, lease + "/finish", new { revision = 1, finish = "solution" });
            await server.KillAsync();
            using var lines = new MemoryStream();
            (await stored.Export.WriteAsync(project, new ExportChoice(ExportForm.Prm800k), lines)).ShouldBe(1);
            LabelComparison.Parse(System.Text.Encoding.UTF8.GetString(lines.ToArray()).TrimEnd('\n')).Path.Select(p => p.Text).ShouldBe(["We add."]);

            async Task<JsonElement> OkAsync(HttpMethod method, string path, object? body = null)
            {
                var (status, said) = await ServedWithAccounts.AskAsync(client, method, path, token, body);
                status.ShouldBe(HttpStatusCode.OK);
                return said;
            }
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("We add.\nThen", "\n", false, false, "We add.")]
    [InlineData("\n\nWe add.", "\n", false, false, "We add.")]
    [InlineData("We add", "\n", false, true, null)]
    [InlineData("", "\n", false, false, "")]
    [InlineData("One\nline.\n\nTwo", "\n\n", false, false, "One\nline.")]
    [InlineData("3+4=7\n7*2=14\n</think>\n14", "\n", true, false, "3+4=7")]
    [InlineData("7*2=14\n</think>\n14", "\n", true, false, "7*2=14\n\n# Answer\n\n14")]
    [InlineData("</think>\n14", "\n", true, false, "# Answer\n\n14")]
    [InlineData("7*2=14\n</think>\n1", "\n", true, true, "7*2=14")]
    public void The_next_step_is_what_a_completion_begins_with(string completion, string separator, bool thinks, bool isCut, string? step) =>
        NextStep.Of(completion, separator, thinks, isCut).ShouldBe(step);

    private static async Task<LabellingProject> ProjectAsync(LabellingBed bed, Action<LabellingProject> change)
    {
        var project = new LabellingProject { Name = "live", Title = "Live", Kind = LabellingKind.Phase1, DoubleShare = 0, QualityEvery = 0, LiveModel = "steps", LiveCandidates = 2, LiveSeconds = 8 };
        change(project);
        await bed.Database.Projects.CreateAsync(project);
        await bed.Database.Projects.AddAsync(project, [new NewItem(new ItemContent { Problem = "How much is 6*7?", ReferenceAnswer = "42" }, null, null)], ItemPurpose.Ordinary);
        return (await bed.Database.Projects.FindAsync("live"))!;
    }

    private static DraftChange Step(int revision, int index, int?[] ratings, long? sampled, int? chosen = null, string? written = null) =>
        new() { Revision = revision, Index = index, Step = new DraftStep { Ratings = ratings, Flags = [.. ratings.Select(_ => false)], Alternatives = sampled, Chosen = chosen, Written = written } };
}
