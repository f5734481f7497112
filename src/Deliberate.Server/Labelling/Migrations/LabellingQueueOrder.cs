using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>The order of the queue, and what models think of steps.</summary>
[DbContext(typeof(LabellingContext))]
[Migration("20261129000002_QueueOrder")]
internal sealed class LabellingQueueOrder : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<double>("Priority", "label_items", nullable: false, defaultValue: 0.0);
        migrationBuilder.AddColumn<string>("Annotations", "label_items", nullable: true);
        migrationBuilder.AddColumn<bool>("SawAnnotations", "label_assignments", nullable: false, defaultValue: false);
        migrationBuilder.CreateIndex("label_items_queue", "label_items", ["ProjectId", "IsOpen", "Priority", "Number"]);
    }
}
