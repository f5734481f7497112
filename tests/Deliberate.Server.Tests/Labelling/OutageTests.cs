using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Deliberate.Server.Tests;

/// <summary>What happens when the database or the server dies in the middle: nothing that was answered is lost, and all goes on.</summary>
public sealed partial class OutageTests(Postgres postgres)
{
    [Fact]
    public async Task A_database_server_that_goes_away_and_comes_back_is_waited_for()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"deliberate-outage-{Environment.ProcessId}");
        var (code, said) = await Postgres.ScriptAsync("start", folder);
        Postgres.SkipWithout(code, said);
        try
        {
            await using var database = await LabellingDatabase.OpenAsync(said, mayMake: true);
            var project = new LabellingProject { Name = "arithmetic", Title = "Arithmetic", DoubleShare = 0 };
            await database.Projects.CreateAsync(project);
            await database.Projects.AddAsync(project, [LabellingBed.Item("p", known: false)], ItemPurpose.Ordinary);
            await using var server = await DeliberateServer.StartAsync(new ServerOptions { Runs = null, Evaluations = null, Database = said, Port = 0 });
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
            var path = new Uri((await server.OwnerInvitationAsync())!).AbsolutePath;
            using (var made = await ServedWithAccounts.PostAsync(client, path, path, ("name", "ada"), ("password", ServedWithAccounts.Password))) made.StatusCode.ShouldBe(HttpStatusCode.Redirect);
            var token = await ServedWithAccounts.TokenAsync(client, "/label/arithmetic/work");
            var lease = (await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", token)).Said.GetProperty("lease").GetString();
            await JudgeAsync(client, token, lease!, 0, HttpStatusCode.OK);
            await Postgres.ScriptAsync("stop", folder);
            await JudgeAsync(client, token, lease!, 1, HttpStatusCode.ServiceUnavailable);
            using (var page = await client.GetAsync(new Uri("/label", UriKind.Relative)))
            {
                page.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                (await page.Content.ReadAsStringAsync()).ShouldContain("The database does not answer");
            }

            await Postgres.ScriptAsync("start", folder);
            await JudgeAsync(client, token, lease!, 1, HttpStatusCode.OK);
            (await ServedWithAccounts.AskAsync(client, HttpMethod.Get, $"/leases/{lease}", token)).Said.GetProperty("revision").GetInt32().ShouldBe(2);
        }
        finally
        {
            await Postgres.ScriptAsync("remove", folder);
        }
    }

    [Fact]
    public async Task A_database_file_that_goes_away_comes_back_as_it_was_and_not_empty()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        await served.Bed.ProjectAsync(1);
        using var client = await served.SignInAsync("ada", AccountRole.Labeller);
        var (file, away) = (Path.Combine(served.Bed.Place, DatabaseChoice.FileName), served.Bed.Place + "-away");
        SqliteConnection.ClearAllPools();
        Directory.Move(served.Bed.Place, away);
        using (var gone = await client.GetAsync(new Uri("/label", UriKind.Relative))) gone.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        File.Exists(file).ShouldBeFalse("an empty one would hide the labels");
        Directory.Move(away, served.Bed.Place);
        using var back = await client.GetAsync(new Uri("/label/arithmetic", UriKind.Relative));
        back.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_server_that_is_killed_loses_nothing_that_it_answered(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kill -9 is Unix's.");
        var folder = kind == "sqlite" ? Directory.CreateTempSubdirectory("deliberate-killed-").FullName : null;
        var place = folder ?? await postgres.NewDatabaseAsync();
        var cookies = new CookieContainer();
        string token, lease;
        var answered = 0;
        await using (var database = await LabellingDatabase.OpenAsync(place, mayMake: true))
        {
            var project = new LabellingProject { Name = "arithmetic", Title = "Arithmetic", DoubleShare = 0 };
            await database.Projects.CreateAsync(project);
            await database.Projects.AddAsync(project, [LabellingBed.Item("p", known: false)], ItemPurpose.Ordinary);
        }

        using (var program = Start(place))
        {
            var link = await LinkAsync(program);
            using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
            using (var made = await ServedWithAccounts.PostAsync(client, link.AbsolutePath, link.AbsolutePath, ("name", "ada"), ("password", ServedWithAccounts.Password))) made.StatusCode.ShouldBe(HttpStatusCode.OK);
            token = await ServedWithAccounts.TokenAsync(client, "/label/arithmetic/work");
            lease = (await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", token)).Said.GetProperty("lease").GetString()!;
            // Judged as fast as it answers, and killed in the middle of that.
            var killing = Task.Run(async () =>
            {
                while (Volatile.Read(ref answered) < 12) await Task.Delay(5);
                program.Kill();
            });
            try
            {
                while (true)
                {
                    await JudgeAsync(client, token, lease, answered, HttpStatusCode.OK);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (HttpRequestException)
            {
                // Dead.
            }

            await killing;
            await program.WaitForExitAsync();
        }

        using (var program = Start(place))
        {
            try
            {
                var link = await LinkAsync(program);
                using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
                var (status, said) = await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", token);
                status.ShouldBe(HttpStatusCode.OK, "the session and the form's token outlive the server");
                said.GetProperty("lease").GetString().ShouldBe(lease, "whoever comes back gets what they had");
                said.GetProperty("revision").GetInt32().ShouldBeInRange(answered, answered + 1, "the last one may have been saved without its answer");
                // Sending it again does no harm.
                await JudgeAsync(client, token, lease, answered, HttpStatusCode.OK);
            }
            finally
            {
                program.Kill();
                await program.WaitForExitAsync();
            }
        }

        SqliteConnection.ClearAllPools();
        if (folder is not null) Directory.Delete(folder, recursive: true);
    }

    /// <summary>The judgement that follows so many others.</summary>
    private static async Task JudgeAsync(HttpClient client, string token, string lease, int revision, HttpStatusCode expected)
    {
        var (status, _) = await ServedWithAccounts.AskAsync(client, HttpMethod.Put, $"/leases/{lease}", token, new { revision, index = revision % 3, step = new { ratings = new int?[] { 1 }, flags = new[] { false } }, milliseconds = revision });
        status.ShouldBe(expected);
    }

    private static Process Start(string place)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "deliberate.dll"), "label", "serve", "--port", "0", "--no-browser" }) start.ArgumentList.Add(argument);
        start.Environment[DatabaseChoice.Variable] = place;
        return Process.Start(start)!;
    }

    private static async Task<Uri> LinkAsync(Process program)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await program.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (Link().Match(line) is { Success: true } found) return new Uri(found.Value);
        throw new InvalidOperationException("The program ended without an address: " + await program.StandardError.ReadToEndAsync(limit.Token));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+/\S*")]
    private static partial Regex Link();
}
