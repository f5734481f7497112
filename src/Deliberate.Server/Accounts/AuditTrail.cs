using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Who a deed is of: an account, the command line, or a stranger by the name that they gave.</summary>
/// <param name="Id">Of an account.</param>
/// <param name="Name">For the trail.</param>
internal sealed record Actor(Guid? Id, string Name)
{
    /// <summary>Whoever may run commands on the database.</summary>
    public static Actor CommandLine { get; } = new(null, "command line");

    public static Actor Of(Account account) => new(account.Id, account.Name);
}

/// <summary>Writes the audit trail, a line a deed; nothing changes or deletes one. Judgements have a trail of their own, beside the labels.</summary>
internal sealed class AuditTrail(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    public async Task AddAsync(Actor who, string action, string subject = "", CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        context.Audit.Add(Entry(who, action, subject, time.GetUtcNow()));
        await context.SaveChangesAsync(cancellation);
    }

    /// <summary>For whoever saves it with the deed itself.</summary>
    public static AuditEntry Entry(Actor who, string action, string subject, DateTimeOffset at) => new() { At = at, AccountId = who.Id, Who = who.Name, Action = action, Subject = subject.Length > 400 ? subject[..400] : subject };

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> LastAsync(int count, int skip = 0, CancellationToken cancellation = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Audit.AsNoTracking().OrderByDescending(a => a.Id).Skip(skip).Take(count).ToListAsync(cancellation);
    }
}
