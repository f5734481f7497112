using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Deliberate.Server;

/// <summary>Campaigns, conversations, turns and votes.</summary>
[DbContext(typeof(RedteamContext))]
[Migration("20261130000001_Redteam")]
internal sealed class RedteamFirst : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "redteam_campaigns",
            table => new
            {
                Id = table.Counted(),
                Name = table.Column<string>(nullable: false),
                Title = table.Column<string>(nullable: false),
                Kind = table.Column<string>(nullable: false),
                Models = table.Column<string>(nullable: false),
                Goals = table.Column<string>(nullable: false),
                Judge = table.Column<string>(nullable: true),
                MostTurns = table.Column<int>(nullable: false),
                MostChats = table.Column<int>(nullable: false),
                IsOpen = table.Column<bool>(nullable: false),
                Created = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_redteam_campaigns", c => c.Id));
        migrationBuilder.CreateIndex("redteam_campaigns_name", "redteam_campaigns", "Name", unique: true);
        migrationBuilder.CreateTable(
            "redteam_chats",
            table => new
            {
                Id = table.Counted(),
                CampaignId = table.Column<long>(nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                Key = table.Column<string>(nullable: false),
                ModelA = table.Column<string>(nullable: false),
                ModelB = table.Column<string>(nullable: true),
                GoalId = table.Column<string>(nullable: true),
                State = table.Column<string>(nullable: false),
                Started = table.Column<long>(nullable: false),
                Finished = table.Column<long>(nullable: true),
                Outcome = table.Column<string>(nullable: true),
                Reason = table.Column<string>(nullable: true),
                Appeal = table.Column<string>(nullable: false),
                AppealText = table.Column<string>(nullable: true),
                DecidedBy = table.Column<Guid>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_redteam_chats", c => c.Id);
                table.ForeignKey("redteam_chats_campaign", c => c.CampaignId, "redteam_campaigns", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("redteam_chats_key", "redteam_chats", "Key", unique: true);
        migrationBuilder.CreateIndex("redteam_chats_of", "redteam_chats", ["CampaignId", "AccountId", "State"]);
        migrationBuilder.CreateIndex("redteam_chats_appeal", "redteam_chats", ["CampaignId", "Appeal"]);
        Said(migrationBuilder);
    }

    private static void Said(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "redteam_turns",
            table => new
            {
                Id = table.Counted(),
                ChatId = table.Column<long>(nullable: false),
                Number = table.Column<int>(nullable: false),
                Prompt = table.Column<string>(nullable: false),
                AnswerA = table.Column<string>(nullable: false),
                AnswerB = table.Column<string>(nullable: true),
                ProblemA = table.Column<string>(nullable: true),
                ProblemB = table.Column<string>(nullable: true),
                At = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_redteam_turns", t => t.Id);
                table.ForeignKey("redteam_turns_chat", t => t.ChatId, "redteam_chats", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("redteam_turns_number", "redteam_turns", ["ChatId", "Number"], unique: true);
        migrationBuilder.CreateTable(
            "redteam_votes",
            table => new
            {
                Id = table.Counted(),
                ChatId = table.Column<long>(nullable: false),
                Rater = table.Column<string>(nullable: false),
                IsJudge = table.Column<bool>(nullable: false),
                Label = table.Column<string>(nullable: false),
                UnsafeA = table.Column<bool>(nullable: false),
                UnsafeB = table.Column<bool>(nullable: false),
                At = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_redteam_votes", v => v.Id);
                table.ForeignKey("redteam_votes_chat", v => v.ChatId, "redteam_chats", "Id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("redteam_votes_once", "redteam_votes", ["ChatId", "Rater"], unique: true);
    }
}
