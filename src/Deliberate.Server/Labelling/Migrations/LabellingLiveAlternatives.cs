using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>Phase 1 with a model that writes the alternatives while somebody labels: which, within what, and what it wrote.</summary>
[DbContext(typeof(LabellingContext))]
[Migration("20261130000002_LiveAlternatives")]
internal sealed class LabellingLiveAlternatives : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("LiveModel", "label_projects", nullable: true);
        migrationBuilder.AddColumn<int>("LiveCandidates", "label_projects", nullable: false, defaultValue: 4);
        migrationBuilder.AddColumn<int>("LiveSeconds", "label_projects", nullable: false, defaultValue: 10);
        migrationBuilder.AddColumn<string>("LiveSeparator", "label_projects", nullable: true);
        migrationBuilder.CreateTable(
            "label_alternatives",
            table => new
            {
                Id = table.Counted(),
                ItemId = table.Column<long>(nullable: false),
                Path = table.Column<string>(nullable: false),
                Texts = table.Column<string>(nullable: false),
                Model = table.Column<string>(nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                At = table.Column<long>(nullable: false),
                Milliseconds = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_label_alternatives", a => a.Id);
                table.ForeignKey("label_alternatives_item", a => a.ItemId, "label_items", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("label_alternatives_path", "label_alternatives", ["ItemId", "Path"], unique: true);
    }
}
