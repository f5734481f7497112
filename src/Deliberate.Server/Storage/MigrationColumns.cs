using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Deliberate.Server;

/// <summary>Columns that the two databases write differently, for migrations that are the same for both.</summary>
internal static class MigrationColumns
{
    /// <summary>A number that the database counts up.</summary>
    public static OperationBuilder<AddColumnOperation> Counted(this ColumnsBuilder table) =>
        table.Column<long>(nullable: false).Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);
}
