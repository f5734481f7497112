using System.Text.RegularExpressions;
using Deliberate.Core;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>How a try to sign in ended.</summary>
internal enum SignInOutcome
{
    SignedIn,

    /// <summary>No such name, a wrong password, an account that is switched off: one answer for all three.</summary>
    Wrong,

    /// <summary>Too many wrong passwords: not even the right one helps before the time is over.</summary>
    Locked,
}

/// <summary>Accounts, their sessions and the invitations that make them.</summary>
internal sealed partial class AccountStore(IDbContextFactory<AccountsContext> contexts, TimeProvider time) : IDisposable
{
    /// <summary>Wrong passwords before an account waits; each further one doubles the wait.</summary>
    public const int FreeTries = 5;

    public const int ShortestPassword = 10, LongestPassword = 200;

    public static readonly TimeSpan SessionLife = TimeSpan.FromDays(14), InvitationLife = TimeSpan.FromDays(7);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30), LongestWait = TimeSpan.FromHours(1), SeenEvery = TimeSpan.FromMinutes(5);
    private static readonly Account Nobody = new();

    private readonly PasswordHasher<Account> _hasher = new();
    private readonly SemaphoreSlim _hashing = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lazy<string> _dummy = new(() => new PasswordHasher<Account>().HashPassword(Nobody, SecretToken.New()));

    public void Dispose() => _hashing.Dispose();

    public async Task<bool> HasOwnerAsync(CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Accounts.AnyAsync(a => a.Role == AccountRole.Owner && !a.IsDisabled, cancellation);
    }

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Accounts.AsNoTracking().OrderBy(a => a.Name).ToListAsync(cancellation);
    }

    public async Task<Account?> FindAsync(string name, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var wanted = Normal(name);
        return await context.Accounts.AsNoTracking().FirstOrDefaultAsync(a => a.Name == wanted, cancellation);
    }

    /// <summary>The token of a link that makes an account once.</summary>
    /// <exception cref="UserError">The name is taken, or is none.</exception>
    public async Task<string> InviteAsync(Actor by, AccountRole role, string? name = null, CancellationToken cancellation = default)
    {
        if (name is not null && Problem(name) is { } problem) throw new UserError(problem);
        if (name is not null && await FindAsync(name, cancellation) is not null) throw new UserError($"There is an account \"{Normal(name)}\" already.", advice: "For a new password of it, say --reset.");
        return await InviteAsync(by, new Invitation { Role = role, Name = name is null ? null : Normal(name) }, $"{role.ToString().ToLowerInvariant()} {name}".Trim(), "invited", cancellation);
    }

    /// <summary>The token of a link that sets a new password once.</summary>
    /// <exception cref="UserError">There is no such account.</exception>
    public async Task<string> ResetAsync(Actor by, string name, CancellationToken cancellation = default)
    {
        var account = await NeedAsync(name, cancellation);
        return await InviteAsync(by, new Invitation { Role = account.Role, Name = account.Name, AccountId = account.Id }, account.Name, "offered a new password", cancellation);
    }

    /// <summary>The invitation that a link leads to; null where it was used, is too old, or never was.</summary>
    public async Task<Invitation?> OpenInvitationAsync(string token, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (hash, now) = (SecretToken.Hash(token), time.GetUtcNow());
        return await context.Invitations.AsNoTracking().FirstOrDefaultAsync(i => i.TokenHash == hash && i.Used == null && i.Expires > now, cancellation);
    }

    /// <summary>Makes the account of an invitation, or sets its new password, which ends its sessions.</summary>
    /// <exception cref="UserError">The invitation is none any more, or name or password will not do.</exception>
    public async Task<Account> AcceptAsync(string token, string name, string password, CancellationToken cancellation = default)
    {
        var invitation = await OpenInvitationAsync(token, cancellation) ?? throw new UserError("This invitation was used, or is too old.", advice: "Ask for another.");
        name = invitation.Name ?? Normal(name);
        if ((Problem(name) ?? PasswordProblem(name, password)) is { } problem) throw new UserError(problem);
        var hash = await HashAsync(password, cancellation);
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        // Whoever comes first has it.
        if (await context.Invitations.Where(i => i.TokenHash == invitation.TokenHash && i.Used == null).ExecuteUpdateAsync(i => i.SetProperty(x => x.Used, now), cancellation) == 0) throw new UserError("This invitation was used.", advice: "Ask for another.");
        Account account;
        if (invitation.AccountId is { } id)
        {
            account = await context.Accounts.SingleAsync(a => a.Id == id, cancellation);
            (account.PasswordHash, account.FailedTries, account.LockedUntil) = (hash, 0, null);
            await context.Sessions.Where(s => s.AccountId == id).ExecuteDeleteAsync(cancellation);
        }
        else
        {
            if (await context.Accounts.AnyAsync(a => a.Name == name, cancellation)) throw new UserError($"The name \"{name}\" is taken.", advice: "Choose another.");
            account = new Account { Id = Guid.NewGuid(), Name = name, PasswordHash = hash, Role = invitation.Role, Created = now };
            context.Accounts.Add(account);
        }

        context.Audit.Add(AuditTrail.Entry(Actor.Of(account), invitation.AccountId is null ? "made the account" : "set a new password", account.Name, now));
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return account;
    }

    /// <summary>Whether the password is the account's. Wrong ones are counted in the database, so that no restart forgets them.</summary>
    public async Task<(SignInOutcome Outcome, Account? Account)> CheckAsync(string name, string password, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (wanted, now) = (Normal(name), time.GetUtcNow());
        var account = await CountTryAsync(context, wanted, now, cancellation);
        if (account is { Allowed: false }) return (SignInOutcome.Locked, null);
        var known = account?.Account;
        // The same work for a name that is nobody's: the time tells nothing.
        var verified = password.Length is > 0 and <= LongestPassword && await VerifyAsync(known, password, cancellation);
        if (known is null || known.IsDisabled || !verified)
        {
            context.Audit.Add(AuditTrail.Entry(new Actor(known?.Id, wanted.Length > 60 ? wanted[..60] : wanted), "was not let in", "", now));
            await context.SaveChangesAsync(cancellation);
            return (SignInOutcome.Wrong, null);
        }

        await context.Accounts.Where(a => a.Id == known.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.FailedTries, 0).SetProperty(x => x.LockedUntil, (DateTimeOffset?)null), cancellation);
        context.Audit.Add(AuditTrail.Entry(Actor.Of(known), "signed in", "", now));
        await context.SaveChangesAsync(cancellation);
        return (SignInOutcome.SignedIn, known);
    }

    /// <summary>
    /// Counts a try as a wrong one before its password is looked at, which takes a while: of many at once each counts, and those behind the free ones wait.
    /// A right password takes it back. Null for a name that is nobody's.
    /// </summary>
    private static async Task<(Account Account, bool Allowed)?> CountTryAsync(AccountsContext context, string name, DateTimeOffset now, CancellationToken cancellation)
    {
        while (true)
        {
            if (await context.Accounts.AsNoTracking().FirstOrDefaultAsync(a => a.Name == name, cancellation) is not { } account) return null;
            if (account.LockedUntil > now) return (account, false);
            var (before, tries) = (account.FailedTries, account.FailedTries + 1);
            DateTimeOffset? locked = tries > FreeTries ? now + Least(LongestWait, FirstWait * Math.Pow(2, Math.Min(20, tries - FreeTries - 1))) : account.LockedUntil;
            // Whoever was overtaken looks again.
            if (await context.Accounts.Where(a => a.Id == account.Id && a.FailedTries == before).ExecuteUpdateAsync(a => a.SetProperty(x => x.FailedTries, tries).SetProperty(x => x.LockedUntil, locked), cancellation) == 1) return (account, true);
        }
    }

    /// <summary>The account that someone else vouches for; a new one where its kind may come uninvited.</summary>
    /// <exception cref="UserError">They are not known here, or are switched off.</exception>
    public async Task<Account> CheckOpenIdAsync(string issuer, string subject, string suggested, AccountRole? newRole, string? invitation, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        var account = await context.Accounts.FirstOrDefaultAsync(a => a.OpenIdIssuer == issuer && a.OpenIdSubject == subject, cancellation);
        if (account is null)
        {
            var invited = invitation is null ? null : await OpenInvitationAsync(invitation, cancellation);
            if (invited is { AccountId: null })
            {
                if (await context.Invitations.Where(i => i.TokenHash == invited.TokenHash && i.Used == null).ExecuteUpdateAsync(i => i.SetProperty(x => x.Used, now), cancellation) == 0) throw new UserError("This invitation was used.", advice: "Ask for another.");
            }

            var role = invited is { AccountId: null } ? invited.Role : newRole ?? throw new UserError("Nobody here knows you yet.", advice: "Ask for an invitation, and sign in from its page.");
            account = new Account { Id = Guid.NewGuid(), Name = await FreeNameAsync(context, invited?.Name ?? suggested, cancellation), Role = role, Created = now, OpenIdIssuer = issuer, OpenIdSubject = subject };
            context.Accounts.Add(account);
            context.Audit.Add(AuditTrail.Entry(Actor.Of(account), "made the account", $"vouched for by {issuer}", now));
        }

        if (account.IsDisabled) throw new UserError("This account is switched off.");
        context.Audit.Add(AuditTrail.Entry(Actor.Of(account), "signed in", issuer, now));
        await context.SaveChangesAsync(cancellation);
        return account;
    }

    /// <summary>The token of a new session.</summary>
    public async Task<string> OpenSessionAsync(Account account, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (token, now) = (SecretToken.New(), time.GetUtcNow());
        await context.Sessions.Where(s => s.Expires < now).ExecuteDeleteAsync(cancellation);
        context.Sessions.Add(new AccountSession { TokenHash = SecretToken.Hash(token), AccountId = account.Id, Created = now, Seen = now, Expires = now + SessionLife });
        await context.SaveChangesAsync(cancellation);
        return token;
    }

    /// <summary>Whose session it is; null where it is over.</summary>
    public async Task<Account?> FindSessionAsync(string token, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (hash, now) = (SecretToken.Hash(token), time.GetUtcNow());
        var session = await context.Sessions.AsNoTracking().Include(s => s.Account).FirstOrDefaultAsync(s => s.TokenHash == hash && s.Expires > now, cancellation);
        if (session?.Account is not { IsDisabled: false } account) return null;
        if (now - session.Seen > SeenEvery) await context.Sessions.Where(s => s.TokenHash == hash).ExecuteUpdateAsync(s => s.SetProperty(x => x.Seen, now).SetProperty(x => x.Expires, now + SessionLife), cancellation);
        return account;
    }

    public async Task EndSessionAsync(string token, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var hash = SecretToken.Hash(token);
        await context.Sessions.Where(s => s.TokenHash == hash).ExecuteDeleteAsync(cancellation);
    }

    /// <exception cref="UserError">The old password is wrong, or the new one will not do.</exception>
    public async Task ChangePasswordAsync(Account of, string old, string password, string keep, CancellationToken cancellation = default)
    {
        if (PasswordProblem(of.Name, password) is { } problem) throw new UserError(problem);
        if ((await CheckAsync(of.Name, old, cancellation)).Outcome != SignInOutcome.SignedIn) throw new UserError("The old password is another one.");
        var (hash, kept, now) = (await HashAsync(password, cancellation), SecretToken.Hash(keep), time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await context.Accounts.Where(a => a.Id == of.Id).ExecuteUpdateAsync(a => a.SetProperty(x => x.PasswordHash, hash), cancellation);
        await context.Sessions.Where(s => s.AccountId == of.Id && s.TokenHash != kept).ExecuteDeleteAsync(cancellation);
        context.Audit.Add(AuditTrail.Entry(Actor.Of(of), "changed the password", of.Name, now));
        await context.SaveChangesAsync(cancellation);
    }

    /// <summary>Gives another role, switches off or on; whoever is switched off is out at once.</summary>
    /// <exception cref="UserError">There is no such account, or nobody would be left who may do this.</exception>
    public async Task ChangeAsync(Actor by, string name, AccountRole role, bool isDisabled, CancellationToken cancellation = default)
    {
        var found = await NeedAsync(name, cancellation);
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var account = await context.Accounts.SingleAsync(a => a.Id == found.Id, cancellation);
        if ((role != AccountRole.Owner || isDisabled) && account.Role == AccountRole.Owner && !await context.Accounts.AnyAsync(a => a.Id != account.Id && a.Role == AccountRole.Owner && !a.IsDisabled, cancellation))
            throw new UserError("This is the only owner there is.", advice: "Make somebody else one first.");
        (account.Role, account.IsDisabled) = (role, isDisabled);
        if (isDisabled) await context.Sessions.Where(s => s.AccountId == account.Id).ExecuteDeleteAsync(cancellation);
        context.Audit.Add(AuditTrail.Entry(by, "changed an account", $"{account.Name}: {role.ToString().ToLowerInvariant()}{(isDisabled ? ", switched off" : "")}", time.GetUtcNow()));
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>What is wrong with a name; null where nothing is.</summary>
    private static string? Problem(string name) => Name().IsMatch(Normal(name)) ? null : "A name has 2 to 60 letters, digits, dots, dashes, underscores or @.";

    private static string? PasswordProblem(string name, string password) =>
        password.Length < ShortestPassword ? $"A password has {ShortestPassword} characters or more." :
        password.Length > LongestPassword ? $"A password has {LongestPassword} characters at most." :
        password.Contains(name, StringComparison.OrdinalIgnoreCase) || password.Distinct().Count() < 5 ? "This password is easily guessed." : null;

    private static string Normal(string name) => name.Trim().ToLowerInvariant();

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static async Task<string> FreeNameAsync(AccountsContext context, string suggested, CancellationToken cancellation)
    {
        var name = Unfit().Replace(Normal(suggested), "-").Trim('-');
        if (name.Length < 2) name = "labeller";
        if (name.Length > 50) name = name[..50];
        for (var i = 1; ; i++)
        {
            var tried = i == 1 ? name : FormattableString.Invariant($"{name}-{i}");
            if (!await context.Accounts.AnyAsync(a => a.Name == tried, cancellation)) return tried;
        }
    }

    private async Task<Account> NeedAsync(string name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) ?? throw new UserError($"There is no account \"{name}\".", advice: NearestName.Suggest(name, [.. (await ListAsync(cancellation)).Select(a => a.Name)]));

    private async Task<string> InviteAsync(Actor by, Invitation invitation, string subject, string action, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var (token, now) = (SecretToken.New(), time.GetUtcNow());
        (invitation.TokenHash, invitation.Created, invitation.Expires) = (SecretToken.Hash(token), now, now + InvitationLife);
        context.Invitations.Add(invitation);
        context.Audit.Add(AuditTrail.Entry(by, action, subject, now));
        await context.SaveChangesAsync(cancellation);
        return token;
    }

    /// <summary>Hashing takes a tenth of a second of a core: a crowd of guesses must not take all cores.</summary>
    private async Task<string> HashAsync(string password, CancellationToken cancellation)
    {
        await _hashing.WaitAsync(cancellation);
        try
        {
            return _hasher.HashPassword(Nobody, password);
        }
        finally
        {
            _hashing.Release();
        }
    }

    private async Task<bool> VerifyAsync(Account? account, string password, CancellationToken cancellation)
    {
        await _hashing.WaitAsync(cancellation);
        try
        {
            return _hasher.VerifyHashedPassword(Nobody, account?.PasswordHash ?? _dummy.Value, password) != PasswordVerificationResult.Failed && account?.PasswordHash is not null;
        }
        finally
        {
            _hashing.Release();
        }
    }

    [GeneratedRegex(@"^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,59}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"[^\p{L}\p{N}._@-]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unfit();
}
