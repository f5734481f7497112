using System.Net;

namespace Deliberate.Server.Tests;

/// <summary>Who gets in on a server with accounts, and what for.</summary>
public sealed class AccountGateTests(Postgres postgres)
{
    [Fact]
    public async Task Nothing_is_shown_to_whoever_is_not_signed_in()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        await served.Bed.ProjectAsync(1);
        using var stranger = served.Client();
        foreach (var path in new[] { "/", "/label", "/label/arithmetic", "/label/arithmetic/work", "/label/arithmetic/export", "/people", "/people/audit", "/account", "/nowhere", "/_blazor/negotiate", "/runs" })
        {
            using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, path);
            answer.Headers.Location!.ToString().ShouldStartWith("/sign-in?to=");
        }

        (await ServedWithAccounts.AskAsync(stranger, HttpMethod.Post, "/projects/arithmetic/next", null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        using var post = await stranger.PostAsync(new Uri("/people", UriKind.Relative), null);
        post.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_account_is_made_behind_an_invitation_and_signs_in_and_out()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        var link = (await served.Server.OwnerInvitationAsync()).ShouldNotBeNull();
        using var client = served.Client();
        var path = new Uri(link).AbsolutePath;
        using (var weak = await ServedWithAccounts.PostAsync(client, path, path, ("name", "ada"), ("password", "short"))) weak.Headers.Location!.ToString().ShouldBe(path);
        (await client.GetStringAsync(new Uri(path, UriKind.Relative))).ShouldContain("10 characters or more");
        using (var made = await ServedWithAccounts.PostAsync(client, path, path, ("name", "ada"), ("password", ServedWithAccounts.Password)))
        {
            made.Headers.Location!.ToString().ShouldBe("/");
            var cookie = made.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(SignedIn.CookieName, StringComparison.Ordinal)).ToLowerInvariant();
            cookie.ShouldContain("httponly");
            cookie.ShouldContain("samesite=lax");
        }

        (await served.Server.OwnerInvitationAsync()).ShouldBeNull();
        (await client.GetStringAsync(new Uri("/people", UriKind.Relative))).ShouldContain("ada");
        using (var bye = await ServedWithAccounts.PostAsync(client, "/account", "/sign-out")) bye.Headers.Location!.ToString().ShouldBe("/sign-in");
        using (var out_ = await client.GetAsync(new Uri("/people", UriKind.Relative))) out_.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using (var wrong = await ServedWithAccounts.PostAsync(client, "/sign-in?to=%2Fpeople", "/sign-in", ("name", "ada"), ("password", "another one"), ("to", "/people"))) wrong.Headers.Location!.ToString().ShouldBe("/sign-in?to=%2Fpeople");
        (await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative))).ShouldContain("Name or password is wrong.");
        using (var right = await ServedWithAccounts.PostAsync(client, "/sign-in", "/sign-in", ("name", "ADA"), ("password", ServedWithAccounts.Password), ("to", "https://elsewhere.example/"))) right.Headers.Location!.ToString().ShouldBe("/");
    }

    [Theory]
    [InlineData("Labeller", "/label /label/arithmetic /label/arithmetic/work /account", "/people /people/audit /label/arithmetic/review /label/arithmetic/items/1 /label/arithmetic/export /runs /evaluations /_blazor/negotiate")]
    [InlineData("Reviewer", "/label /label/arithmetic/review /label/arithmetic/review/1 /label/arithmetic/items/1 /account", "/people /label/arithmetic/export /runs")]
    [InlineData("Owner", "/label /people /people/audit /label/arithmetic/review /label/arithmetic/items/1 /label/arithmetic/export", "")]
    public async Task A_role_opens_its_pages_and_no_others(string role, string open, string closed)
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        await served.Bed.ProjectAsync(1);
        using var client = await served.SignInAsync("somebody", Enum.Parse<AccountRole>(role));
        foreach (var path in open.Split(' '))
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            if (answer.Content.Headers.ContentType!.MediaType != "text/html") continue;
            var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
            policy.ShouldContain("script-src 'self'");
            policy.ShouldNotContain("unsafe");
            var html = await answer.Content.ReadAsStringAsync();
            html.ShouldNotContain(" style=\"");
            html.ShouldNotContain("blazor.web.js");
        }

        foreach (var path in closed.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }
    }

    [Fact]
    public async Task What_changes_something_needs_the_token_of_a_form_and_the_own_origin()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        await served.Bed.ProjectAsync(1);
        using var client = await served.SignInAsync("owner", AccountRole.Owner);
        using (var form = new FormUrlEncodedContent([new("name", "eve"), new("role", "Owner")]))
        using (var answer = await client.PostAsync(new Uri("/people", UriKind.Relative), form)) answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", null)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", "made up")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var token = await ServedWithAccounts.TokenAsync(client, "/label/arithmetic/work");
        (await ServedWithAccounts.AskAsync(client, HttpMethod.Post, "/projects/arithmetic/next", token)).Status.ShouldBe(HttpStatusCode.OK);
        using var other = served.Client();
        (await ServedWithAccounts.AskAsync(other, HttpMethod.Post, "/projects/arithmetic/next", token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var (name, value, status) in new[] { ("Origin", "https://elsewhere.example", HttpStatusCode.Forbidden), ("Origin", "null", HttpStatusCode.Forbidden), ("Host", "elsewhere.example", HttpStatusCode.MisdirectedRequest) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/label", UriKind.Relative));
            request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await client.SendAsync(request);
            answer.StatusCode.ShouldBe(status);
        }
    }

    [Fact]
    public async Task Forms_and_sessions_outlive_a_server_that_ends()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        await bed.ProjectAsync(1);
        var options = new ServerOptions { Runs = null, Evaluations = null, Database = bed.Place, Port = 0 };
        var cookies = new CookieContainer();
        string token;
        await using (var first = await DeliberateServer.StartAsync(options))
        {
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = new Uri(first.Address) };
            // Of the database's own time, which stands still here.
            var path = $"/invitation/{(await LabellingDatabaseNow(bed)).Split('/')[^1]}";
            using var made = await ServedWithAccounts.PostAsync(client, path, path, ("name", "ada"), ("password", ServedWithAccounts.Password));
            token = await ServedWithAccounts.TokenAsync(client, "/label/arithmetic/work");
        }

        await using var second = await DeliberateServer.StartAsync(options);
        using var again = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = new Uri(second.Address) };
        (await ServedWithAccounts.AskAsync(again, HttpMethod.Post, "/projects/arithmetic/next", token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Somebody_who_is_switched_off_is_out_at_once()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        using var owner = await served.SignInAsync("owner", AccountRole.Owner);
        using var ada = await served.SignInAsync("ada", AccountRole.Labeller);
        using (var before = await ada.GetAsync(new Uri("/label", UriKind.Relative))) before.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var off = await ServedWithAccounts.PostAsync(owner, "/people", "/people/ada", ("role", "Labeller"), ("disabled", "true"))) off.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using (var after = await ada.GetAsync(new Uri("/label", UriKind.Relative))) after.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await owner.GetStringAsync(new Uri("/people/audit", UriKind.Relative))).ShouldContain("switched off");
        using (var last = await ServedWithAccounts.PostAsync(owner, "/people", "/people/owner", ("role", "Labeller"))) last.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await owner.GetStringAsync(new Uri("/people", UriKind.Relative))).ShouldContain("This is the only owner there is.");
    }

    [Fact]
    public async Task Who_guesses_passwords_is_slowed_down()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres);
        using var client = served.Client();
        var token = await ServedWithAccounts.TokenAsync(client, "/sign-in");
        List<HttpStatusCode> answers = [];
        for (var i = 0; i <= RequestLimits.Tries; i++)
        {
            using var form = new FormUrlEncodedContent([new("name", "nobody"), new("password", ""), new("__RequestVerificationToken", token)]);
            using var answer = await client.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
            answers.Add(answer.StatusCode);
        }

        answers[0].ShouldBe(HttpStatusCode.Redirect);
        answers[^1].ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_proxy_s_name_is_answered_to_with_secure_cookies()
    {
        await using var served = await ServedWithAccounts.StartAsync(postgres, change: o => o with { PublicAddress = "https://label.example.org" });
        var link = (await served.Server.OwnerInvitationAsync()).ShouldNotBeNull();
        link.ShouldStartWith("https://label.example.org/invitation/");
        using var client = served.Client();
        using var page = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(link).AbsolutePath, UriKind.Relative)) { Headers = { Host = "label.example.org" } };
        page.Headers.Add("Origin", "https://label.example.org");
        using var answer = await client.SendAsync(page);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Set-Cookie").ShouldAllBe(c => c.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("http://label.example.org", "clear text")]
    [InlineData("label.example.org", "no address")]
    [InlineData("https://label.example.org/deep", "no address")]
    public async Task A_public_address_that_will_not_do_is_refused(string address, string said)
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        (await Should.ThrowAsync<Core.UserError>(() => ServedAsync(bed, address))).Message.ShouldContain(said);
    }

    private static async Task ServedAsync(LabellingBed bed, string address)
    {
        await using var server = await DeliberateServer.StartAsync(new ServerOptions { Runs = null, Evaluations = null, Database = bed.Place, Port = 0, PublicAddress = address });
        _ = server.NewLink();
    }

    private static async Task<string> LabellingDatabaseNow(LabellingBed bed)
    {
        await using var now = await LabellingDatabase.OpenAsync(bed.Place, mayMake: false);
        return await now.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Owner);
    }
}
