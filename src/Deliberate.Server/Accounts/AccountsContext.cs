using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Who may come in, who did, and what they did.</summary>
internal sealed class AccountsContext(DbContextOptions<AccountsContext> options) : DbContext(options)
{
    /// <summary>The table of the migrations that a database has had.</summary>
    public const string History = "accounts_migrations";

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AccountSession> Sessions => Set<AccountSession>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<StoredKey> Keys => Set<StoredKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<StoredTime>();
        configurationBuilder.Properties<AccountRole>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.HasIndex(a => a.Name).IsUnique().HasDatabaseName("accounts_name");
            account.HasIndex(a => new { a.OpenIdIssuer, a.OpenIdSubject }).IsUnique().HasDatabaseName("accounts_openid");
        });
        modelBuilder.Entity<AccountSession>(session =>
        {
            session.ToTable("account_sessions").HasKey(s => s.TokenHash);
            session.HasOne(s => s.Account).WithMany().HasForeignKey(s => s.AccountId).HasConstraintName("account_sessions_account");
            session.HasIndex(s => s.AccountId).HasDatabaseName("account_sessions_account_id");
        });
        modelBuilder.Entity<Invitation>().ToTable("invitations").HasKey(i => i.TokenHash);
        modelBuilder.Entity<AuditEntry>().ToTable("audit");
        modelBuilder.Entity<StoredKey>().ToTable("stored_keys");
    }
}
