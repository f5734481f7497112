using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>Projects, what is to be labelled in them, and the labels with their trail.</summary>
internal sealed class LabellingContext(DbContextOptions<LabellingContext> options) : DbContext(options)
{
    /// <summary>The table of the migrations that a database has had.</summary>
    public const string History = "labelling_migrations";

    public DbSet<LabellingProject> Projects => Set<LabellingProject>();

    public DbSet<ProjectMember> Members => Set<ProjectMember>();

    public DbSet<LabellingItem> Items => Set<LabellingItem>();

    public DbSet<Assignment> Assignments => Set<Assignment>();

    public DbSet<SampledAlternatives> Alternatives => Set<SampledAlternatives>();

    public DbSet<JudgementEntry> Judgements => Set<JudgementEntry>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<StoredTime>();
        configurationBuilder.Properties<LabellingKind>().HaveConversion<string>();
        configurationBuilder.Properties<ScreeningState>().HaveConversion<string>();
        configurationBuilder.Properties<ItemPurpose>().HaveConversion<string>();
        configurationBuilder.Properties<ReviewState>().HaveConversion<string>();
        configurationBuilder.Properties<AssignmentState>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<LabellingProject>(project =>
        {
            project.ToTable("label_projects");
            project.HasIndex(p => p.Name).IsUnique().HasDatabaseName("label_projects_name");
        });
        modelBuilder.Entity<ProjectMember>().ToTable("label_members").HasKey(m => new { m.ProjectId, m.AccountId });
        modelBuilder.Entity<LabellingItem>(item =>
        {
            item.ToTable("label_items");
            item.HasOne<LabellingProject>().WithMany().HasForeignKey(i => i.ProjectId).HasConstraintName("label_items_project");
            item.HasIndex(i => new { i.ProjectId, i.Number }).IsUnique().HasDatabaseName("label_items_number");
            item.HasIndex(i => new { i.ProjectId, i.Hash }).IsUnique().HasDatabaseName("label_items_hash");
            item.HasIndex(i => new { i.ProjectId, i.IsOpen, i.Priority, i.Number }).HasDatabaseName("label_items_queue");
        });
        modelBuilder.Entity<Assignment>(assignment =>
        {
            assignment.ToTable("label_assignments");
            assignment.HasOne(a => a.Item).WithMany().HasForeignKey(a => a.ItemId).HasConstraintName("label_assignments_item");
            assignment.HasIndex(a => a.Lease).IsUnique().HasDatabaseName("label_assignments_lease");
            assignment.HasIndex(a => new { a.ItemId, a.AccountId, a.IsReview, a.Attempt }).IsUnique().HasDatabaseName("label_assignments_once");
            assignment.HasIndex(a => new { a.ProjectId, a.AccountId, a.State }).HasDatabaseName("label_assignments_of");
        });
        modelBuilder.Entity<SampledAlternatives>(alternatives =>
        {
            alternatives.ToTable("label_alternatives");
            alternatives.HasOne<LabellingItem>().WithMany().HasForeignKey(a => a.ItemId).HasConstraintName("label_alternatives_item");
            alternatives.HasIndex(a => new { a.ItemId, a.Path }).IsUnique().HasDatabaseName("label_alternatives_path");
        });
        modelBuilder.Entity<JudgementEntry>(judgement =>
        {
            judgement.ToTable("label_judgements");
            judgement.HasOne<Assignment>().WithMany().HasForeignKey(j => j.AssignmentId).HasConstraintName("label_judgements_assignment");
            judgement.HasIndex(j => new { j.AssignmentId, j.Revision }).IsUnique().HasDatabaseName("label_judgements_revision");
        });
    }
}
