using Deliberate.Core;

namespace Deliberate.Server.Tests;

/// <summary>Accounts in both databases: made by invitation, locked after wrong passwords, out at once when switched off.</summary>
public sealed class AccountStoreTests(Postgres postgres)
{
    private const string Password = "a good passphrase";

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_invitation_makes_one_account_and_is_over_in_a_week(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var accounts = bed.Database.Accounts;
        (await accounts.HasOwnerAsync()).ShouldBeFalse();
        var token = await accounts.InviteAsync(Actor.CommandLine, AccountRole.Owner);
        var ada = await accounts.AcceptAsync(token, " Ada ", Password);
        (ada.Name, ada.Role).ShouldBe(("ada", AccountRole.Owner));
        ada.PasswordHash.ShouldNotBeNull().ShouldNotContain(Password);
        (await accounts.HasOwnerAsync()).ShouldBeTrue();
        (await Should.ThrowAsync<UserError>(() => accounts.AcceptAsync(token, "eve", Password))).Message.ShouldContain("was used");
        var old = await accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller);
        bed.Clock.Pass(AccountStore.InvitationLife + TimeSpan.FromMinutes(1));
        (await Should.ThrowAsync<UserError>(() => accounts.AcceptAsync(old, "late", Password))).Message.ShouldContain("too old");
        (await Should.ThrowAsync<UserError>(() => accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller, "ADA"))).Message.ShouldContain("already");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Many_who_open_one_invitation_at_once_make_one_account(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var token = await bed.Database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller);
        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await bed.Database.Accounts.AcceptAsync(token, $"name-{i}", Password);
                return 1;
            }
            catch (UserError)
            {
                return 0;
            }
        }));
        tries.Sum().ShouldBe(1);
        (await bed.Database.Accounts.ListAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Wrong_passwords_lock_an_account_for_a_while_and_are_in_the_trail(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var accounts = bed.Database.Accounts;
        await bed.AccountAsync("ada");
        for (var i = 0; i <= AccountStore.FreeTries; i++) (await accounts.CheckAsync("ada", "wrong")).Outcome.ShouldBe(SignInOutcome.Wrong);
        (await accounts.CheckAsync("ada", Password)).Outcome.ShouldBe(SignInOutcome.Locked);
        bed.Clock.Pass(TimeSpan.FromMinutes(1));
        (await accounts.CheckAsync("Ada", Password)).Account!.Name.ShouldBe("ada");
        (await accounts.CheckAsync("nobody", Password)).Outcome.ShouldBe(SignInOutcome.Wrong);
        var trail = await bed.Database.Trail.LastAsync(50);
        trail.Count(t => t.Action == "was not let in").ShouldBe(AccountStore.FreeTries + 2);
        trail.ShouldContain(t => t.Action == "signed in" && t.Who == "ada");
        trail.ShouldAllBe(t => !t.Subject.Contains(Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Of_many_passwords_at_once_no_more_are_looked_at_than_one_after_another(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var accounts = bed.Database.Accounts;
        await bed.AccountAsync("ada");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(async () => (await accounts.CheckAsync("ada", $"guess {i}")).Outcome)));
        outcomes.Count(o => o == SignInOutcome.Wrong).ShouldBe(AccountStore.FreeTries + 1);
        outcomes.Count(o => o == SignInOutcome.Locked).ShouldBe(30 - AccountStore.FreeTries - 1);
        bed.Clock.Pass(TimeSpan.FromMinutes(1));
        (await accounts.CheckAsync("ada", Password)).Account!.FailedTries.ShouldBe(AccountStore.FreeTries + 1, "as it was when it was asked");
        (await accounts.FindAsync("ada"))!.FailedTries.ShouldBe(0);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_session_ends_with_its_time_a_new_password_and_the_account(string kind)
    {
        await using var bed = await LabellingBed.StartAsync(kind, postgres);
        var accounts = bed.Database.Accounts;
        var (ada, owner) = (await bed.AccountAsync("ada"), await bed.AccountAsync("owner", AccountRole.Owner));
        var first = await accounts.OpenSessionAsync(ada);
        (await accounts.FindSessionAsync(first))!.Name.ShouldBe("ada");
        (await accounts.FindSessionAsync(first + "0")).ShouldBeNull();
        await accounts.AcceptAsync(await accounts.ResetAsync(Actor.Of(owner), "ada"), "", "another good passphrase");
        (await accounts.FindSessionAsync(first)).ShouldBeNull();
        (await accounts.CheckAsync("ada", Password)).Outcome.ShouldBe(SignInOutcome.Wrong);
        var second = await accounts.OpenSessionAsync(ada);
        await accounts.ChangeAsync(Actor.Of(owner), "ada", AccountRole.Reviewer, isDisabled: true);
        (await accounts.FindSessionAsync(second)).ShouldBeNull();
        (await accounts.CheckAsync("ada", "another good passphrase")).Outcome.ShouldBe(SignInOutcome.Wrong);
        await accounts.ChangeAsync(Actor.Of(owner), "ada", AccountRole.Reviewer, isDisabled: false);
        var third = await accounts.OpenSessionAsync(ada);
        bed.Clock.Pass(AccountStore.SessionLife + TimeSpan.FromMinutes(1));
        (await accounts.FindSessionAsync(third)).ShouldBeNull();
        (await Should.ThrowAsync<UserError>(() => accounts.ChangeAsync(Actor.Of(owner), "owner", AccountRole.Labeller, isDisabled: false))).Message.ShouldContain("only owner");
        (await Should.ThrowAsync<UserError>(() => accounts.ResetAsync(Actor.CommandLine, "adda"))).Message.ShouldContain("\"ada\"");
    }

    [Theory]
    [InlineData("short", "10 characters")]
    [InlineData("aaaaaaaaaaaaaaaa", "guessed")]
    [InlineData("my-ada-is-here", "guessed")]
    public async Task A_password_that_will_not_do_is_refused(string password, string said)
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var token = await bed.Database.Accounts.InviteAsync(Actor.CommandLine, AccountRole.Labeller);
        (await Should.ThrowAsync<UserError>(() => bed.Database.Accounts.AcceptAsync(token, "ada", password))).Message.ShouldContain(said);
        // The invitation is still there.
        await bed.Database.Accounts.AcceptAsync(token, "ada", Password);
    }
}
