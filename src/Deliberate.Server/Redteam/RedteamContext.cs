using Deliberate.Safety;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Campaigns of red teaming, their conversations turn by turn, and votes.</summary>
internal sealed class RedteamContext(DbContextOptions<RedteamContext> options) : DbContext(options)
{
    /// <summary>The table of the migrations that a database has had.</summary>
    public const string History = "redteam_migrations";

    public DbSet<RedteamCampaign> Campaigns => Set<RedteamCampaign>();

    public DbSet<RedteamChat> Chats => Set<RedteamChat>();

    public DbSet<RedteamTurn> Turns => Set<RedteamTurn>();

    public DbSet<RedteamVote> Votes => Set<RedteamVote>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<StoredTime>();
        configurationBuilder.Properties<RedteamKind>().HaveConversion<string>();
        configurationBuilder.Properties<RedteamState>().HaveConversion<string>();
        configurationBuilder.Properties<RedteamAppeal>().HaveConversion<string>();
        configurationBuilder.Properties<SafetyLabel>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RedteamCampaign>(campaign =>
        {
            campaign.ToTable("redteam_campaigns");
            campaign.Ignore(c => c.ModelNames);
            campaign.HasIndex(c => c.Name).IsUnique().HasDatabaseName("redteam_campaigns_name");
        });
        modelBuilder.Entity<RedteamChat>(chat =>
        {
            chat.ToTable("redteam_chats");
            chat.Ignore(c => c.IsReached);
            chat.HasOne<RedteamCampaign>().WithMany().HasForeignKey(c => c.CampaignId).HasConstraintName("redteam_chats_campaign");
            chat.HasIndex(c => c.Key).IsUnique().HasDatabaseName("redteam_chats_key");
            chat.HasIndex(c => new { c.CampaignId, c.AccountId, c.State }).HasDatabaseName("redteam_chats_of");
            chat.HasIndex(c => new { c.CampaignId, c.Appeal }).HasDatabaseName("redteam_chats_appeal");
        });
        modelBuilder.Entity<RedteamTurn>(turn =>
        {
            turn.ToTable("redteam_turns");
            turn.HasOne<RedteamChat>().WithMany().HasForeignKey(t => t.ChatId).HasConstraintName("redteam_turns_chat");
            turn.HasIndex(t => new { t.ChatId, t.Number }).IsUnique().HasDatabaseName("redteam_turns_number");
        });
        modelBuilder.Entity<RedteamVote>(vote =>
        {
            vote.ToTable("redteam_votes");
            vote.HasOne<RedteamChat>().WithMany().HasForeignKey(v => v.ChatId).HasConstraintName("redteam_votes_chat");
            vote.HasIndex(v => new { v.ChatId, v.Rater }).IsUnique().HasDatabaseName("redteam_votes_once");
        });
    }
}
