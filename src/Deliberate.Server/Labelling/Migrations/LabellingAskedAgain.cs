using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>A screening that is asked again keeps the answers of before.</summary>
[DbContext(typeof(LabellingContext))]
[Migration("20261201000001_AskedAgain")]
internal sealed class LabellingAskedAgain : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("Attempt", "label_assignments", nullable: false, defaultValue: 0);
        migrationBuilder.DropIndex("label_assignments_once", "label_assignments");
        migrationBuilder.CreateIndex("label_assignments_once", "label_assignments", ["ItemId", "AccountId", "IsReview", "Attempt"], unique: true);
    }
}
