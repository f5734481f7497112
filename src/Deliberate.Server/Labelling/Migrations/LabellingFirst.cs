using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>Projects, items, assignments and judgements.</summary>
[DbContext(typeof(LabellingContext))]
[Migration("20261129000001_Labelling")]
internal sealed class LabellingFirst : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "label_projects",
            table => new
            {
                Id = table.Counted(),
                Name = table.Column<string>(nullable: false),
                Title = table.Column<string>(nullable: false),
                Kind = table.Column<string>(nullable: false),
                Instructions = table.Column<string>(nullable: true),
                PassMark = table.Column<double>(nullable: false),
                QualityEvery = table.Column<int>(nullable: false),
                DoubleShare = table.Column<double>(nullable: false),
                LeaseMinutes = table.Column<int>(nullable: false),
                IsOpen = table.Column<bool>(nullable: false),
                Created = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_label_projects", p => p.Id));
        migrationBuilder.CreateIndex("label_projects_name", "label_projects", "Name", unique: true);
        migrationBuilder.CreateTable(
            "label_members",
            table => new
            {
                ProjectId = table.Column<long>(nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                Screening = table.Column<string>(nullable: false),
                Agreement = table.Column<double>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_label_members", m => new { m.ProjectId, m.AccountId }));
        Items(migrationBuilder);
        Assignments(migrationBuilder);
    }

    private static void Items(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "label_items",
            table => new
            {
                Id = table.Counted(),
                ProjectId = table.Column<long>(nullable: false),
                Number = table.Column<int>(nullable: false),
                Purpose = table.Column<string>(nullable: false),
                Content = table.Column<string>(nullable: false),
                Hash = table.Column<string>(nullable: false),
                Gold = table.Column<string>(nullable: true),
                Generation = table.Column<int>(nullable: true),
                Wanted = table.Column<int>(nullable: false),
                Labels = table.Column<int>(nullable: false),
                IsOpen = table.Column<bool>(nullable: false),
                HolderId = table.Column<Guid>(nullable: true),
                HeldUntil = table.Column<long>(nullable: false),
                Review = table.Column<string>(nullable: false),
                ReviewReason = table.Column<string>(nullable: true),
                StandsId = table.Column<long>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_label_items", i => i.Id);
                table.ForeignKey("label_items_project", i => i.ProjectId, "label_projects", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("label_items_number", "label_items", ["ProjectId", "Number"], unique: true);
        migrationBuilder.CreateIndex("label_items_hash", "label_items", ["ProjectId", "Hash"], unique: true);
    }

    private static void Assignments(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "label_assignments",
            table => new
            {
                Id = table.Counted(),
                ProjectId = table.Column<long>(nullable: false),
                ItemId = table.Column<long>(nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                Lease = table.Column<string>(nullable: false),
                State = table.Column<string>(nullable: false),
                IsReview = table.Column<bool>(nullable: false),
                Draft = table.Column<string>(nullable: false),
                Revision = table.Column<int>(nullable: false),
                IsSwapped = table.Column<bool>(nullable: false),
                Started = table.Column<long>(nullable: false),
                Finished = table.Column<long>(nullable: true),
                Finish = table.Column<string>(nullable: true),
                Comment = table.Column<string>(nullable: true),
                Result = table.Column<string>(nullable: true),
                Milliseconds = table.Column<long>(nullable: false),
                Agreeing = table.Column<int>(nullable: true),
                Compared = table.Column<int>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_label_assignments", a => a.Id);
                table.ForeignKey("label_assignments_item", a => a.ItemId, "label_items", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("label_assignments_lease", "label_assignments", "Lease", unique: true);
        migrationBuilder.CreateIndex("label_assignments_once", "label_assignments", ["ItemId", "AccountId", "IsReview"], unique: true);
        migrationBuilder.CreateIndex("label_assignments_of", "label_assignments", ["ProjectId", "AccountId", "State"]);
        migrationBuilder.CreateTable(
            "label_judgements",
            table => new
            {
                Id = table.Counted(),
                AssignmentId = table.Column<long>(nullable: false),
                Revision = table.Column<int>(nullable: false),
                At = table.Column<long>(nullable: false),
                Cause = table.Column<string>(nullable: false),
                Body = table.Column<string>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_label_judgements", j => j.Id);
                table.ForeignKey("label_judgements_assignment", j => j.AssignmentId, "label_assignments", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("label_judgements_revision", "label_judgements", ["AssignmentId", "Revision"], unique: true);
    }
}
