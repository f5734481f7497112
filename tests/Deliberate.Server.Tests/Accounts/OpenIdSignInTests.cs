using System.Net;
using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>Sign-in with OpenID Connect, from the button to the session, against a provider on this machine.</summary>
public sealed class OpenIdSignInTests(Postgres postgres)
{
    [Fact]
    public async Task Whom_the_provider_vouches_for_labels_and_is_the_same_the_next_time()
    {
        await using var provider = await FakeOpenId.StartAsync();
        await using var served = await StartAsync(provider, NewAccounts.Labeller);
        await served.Bed.AccountAsync("ada-lovelace");
        foreach (var _ in new[] { 1, 2 })
        {
            using var browser = Browser(served);
            (await browser.GetStringAsync(new Uri("/sign-in?to=%2Flabel", UriKind.Relative))).ShouldContain("Sign in with the lab");
            var page = await browser.GetStringAsync(new Uri("/sign-in/openid?to=%2Faccount", UriKind.Relative));
            page.ShouldContain("content=\"0;url=/account\"");
            (await browser.GetStringAsync(new Uri("/account", UriKind.Relative))).ShouldContain($"vouched for by {provider.Address}");
            // Browsers leave tabs out of addresses: this would be another site's.
            (await browser.GetStringAsync(new Uri("/sign-in/openid?to=/%09/evil.example", UriKind.Relative))).ShouldContain("content=\"0;url=/\"");
        }

        var accounts = await served.Database.Accounts.ListAsync();
        accounts.Select(a => a.Name).ShouldBe(["ada-lovelace", "ada-lovelace-2"], "a name that is taken is not given away");
        (accounts[1].Role, accounts[1].PasswordHash, accounts[1].OpenIdSubject).ShouldBe((AccountRole.Labeller, null, "subject-1"));
        provider.Asked.ShouldAllBe(a => a == "deliberate a-client-s-secret");
        Secrets.Redact("a-client-s-secret").ShouldBe(Secrets.Mask);
    }

    [Fact]
    public async Task Who_is_not_invited_is_not_let_in_and_an_invitation_gives_the_role()
    {
        await using var provider = await FakeOpenId.StartAsync();
        await using var served = await StartAsync(provider, NewAccounts.Invited);
        using var browser = Browser(served);
        using (var refused = await browser.GetAsync(new Uri("/sign-in/openid", UriKind.Relative)))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("Nobody here knows you yet.");
        }

        var token = await served.Database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Reviewer, "rita");
        (await browser.GetStringAsync(new Uri($"/invitation/{token}", UriKind.Relative))).ShouldContain("Sign in with the lab");
        await browser.GetStringAsync(new Uri($"/sign-in/openid?invitation={token}", UriKind.Relative));
        (await browser.GetStringAsync(new Uri("/account", UriKind.Relative))).ShouldContain("You are reviewer here");
        (await served.Database.Accounts.FindAsync("rita"))!.Role.ShouldBe(AccountRole.Reviewer);
        (await served.Database.Accounts.OpenInvitationAsync(token)).ShouldBeNull();
        await served.Database.Accounts.ChangeAsync(Actor.CommandLine, "rita", AccountRole.Reviewer, isDisabled: true);
        using var off = await browser.GetAsync(new Uri("/sign-in/openid", UriKind.Relative));
        (await off.Content.ReadAsStringAsync()).ShouldContain("switched off");
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_lets_nobody_in()
    {
        await using var provider = await FakeOpenId.StartAsync();
        await using var served = await StartAsync(provider, NewAccounts.Labeller);
        using var browser = Browser(served);
        using var forged = await browser.GetAsync(new Uri("/openid?code=x&state=y", UriKind.Relative));
        forged.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var done = await browser.GetAsync(new Uri("/sign-in/openid-done", UriKind.Relative));
        done.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/sign-in");
    }

    [Theory]
    [InlineData("sign_in: { authority: 'http://id.example.org', client_id: x }", "without encryption")]
    [InlineData("sign_in: { authority: 'id.example.org', client_id: x }", "no address")]
    [InlineData("sign_in: { authority: 'https://id.example.org' }", "client_id")]
    [InlineData("sign_in: { authority: 'https://id.example.org', client_id: x, new_accounts: everybody }", "invited")]
    public void A_wrong_configuration_is_said(string text, string said)
    {
        var file = Path.Combine(Path.GetTempPath(), $"deliberate-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, text + "\n");
        Should.Throw<UserError>(() => ProgramConfiguration.Load(file, offline: false)).Message.ShouldContain(said);
        File.Delete(file);
    }

    private Task<ServedWithAccounts> StartAsync(FakeOpenId provider, NewAccounts accounts)
    {
        Environment.SetEnvironmentVariable("DELIBERATE_TEST_OPENID_SECRET", "a-client-s-secret");
        var settings = new ProgramSettings { SignIn = new SignInSettings { Authority = provider.Address, ClientId = "deliberate", SecretEnv = "DELIBERATE_TEST_OPENID_SECRET", Label = "Sign in with the lab", NewAccounts = accounts } };
        return ServedWithAccounts.StartAsync(postgres, change: o => o with { Configuration = new ProgramConfiguration(null, settings, null, []) });
    }

    /// <summary>One that follows redirects, as browsers do.</summary>
    private static HttpClient Browser(ServedWithAccounts served) => new(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(served.Server.Address) };
}
