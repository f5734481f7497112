using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>Accounts, sessions, invitations, the audit trail and keys.</summary>
[DbContext(typeof(AccountsContext))]
[Migration("20261129000001_Accounts")]
internal sealed class AccountsFirst : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "accounts",
            table => new
            {
                Id = table.Column<Guid>(nullable: false),
                Name = table.Column<string>(nullable: false),
                PasswordHash = table.Column<string>(nullable: true),
                Role = table.Column<string>(nullable: false),
                IsDisabled = table.Column<bool>(nullable: false),
                Created = table.Column<long>(nullable: false),
                FailedTries = table.Column<int>(nullable: false),
                LockedUntil = table.Column<long>(nullable: true),
                OpenIdIssuer = table.Column<string>(nullable: true),
                OpenIdSubject = table.Column<string>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_accounts", a => a.Id));
        migrationBuilder.CreateIndex("accounts_name", "accounts", "Name", unique: true);
        migrationBuilder.CreateIndex("accounts_openid", "accounts", ["OpenIdIssuer", "OpenIdSubject"], unique: true);
        migrationBuilder.CreateTable(
            "account_sessions",
            table => new
            {
                TokenHash = table.Column<string>(nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                Created = table.Column<long>(nullable: false),
                Seen = table.Column<long>(nullable: false),
                Expires = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_account_sessions", s => s.TokenHash);
                table.ForeignKey("account_sessions_account", s => s.AccountId, "accounts", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("account_sessions_account_id", "account_sessions", "AccountId");
        migrationBuilder.CreateTable(
            "invitations",
            table => new
            {
                TokenHash = table.Column<string>(nullable: false),
                Role = table.Column<string>(nullable: false),
                Name = table.Column<string>(nullable: true),
                AccountId = table.Column<Guid>(nullable: true),
                Created = table.Column<long>(nullable: false),
                Expires = table.Column<long>(nullable: false),
                Used = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_invitations", i => i.TokenHash));
        migrationBuilder.CreateTable(
            "audit",
            table => new
            {
                Id = table.Counted(),
                At = table.Column<long>(nullable: false),
                AccountId = table.Column<Guid>(nullable: true),
                Who = table.Column<string>(nullable: false),
                Action = table.Column<string>(nullable: false),
                Subject = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_audit", a => a.Id));
        migrationBuilder.CreateTable(
            "stored_keys",
            table => new
            {
                Id = table.Column<string>(nullable: false),
                Xml = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_stored_keys", k => k.Id));
    }
}
