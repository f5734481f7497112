using System.CommandLine;
using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Writes a campaign as JSON Lines.</summary>
internal sealed class RedteamExportCommand : CliCommand
{
    private readonly Argument<string> _name = new("CAMPAIGN") { Description = "Its name." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "A file of JSON Lines: a conversation a line." };
    private readonly Option<bool> _reached = new("--reached") { Description = "Of an arena: attempts alone that reached their goal, for a regression set." };
    private readonly Option<bool> _cases = new("--cases") { Description = "Of an arena: attempts that reached their goal, as the cases that deliberate attack --replay asks again." };
    private readonly LabellingOptions _database = new();

    public RedteamExportCommand()
        : base("export", "Write a campaign's conversations: messages, goal, model, what judges and people said. Testers are numbers.", "deliberate redteam export side-by-side votes.jsonl", "deliberate redteam export break-it attempts.jsonl --reached", "deliberate redteam export break-it cases.jsonl --cases")
    {
        Add(_name);
        Add(_output);
        Add(_reached);
        Add(_cases);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var campaign = await database.Redteam.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        var asCases = parsed.GetValue(_cases);
        if (asCases && campaign.Kind != RedteamKind.Arena) throw new UserError($"{campaign.Name} compares two models: nothing in it reaches a goal.", field: "--cases", advice: "Leave out --cases for its conversations and votes.");
        var records = await database.Redteam.RecordsAsync(campaign, cancellation);
        string[] lines = [.. asCases ? RedteamCases.Of(campaign, records).Select(c => c.ToLine()) : RedteamExport.Lines(campaign, records, parsed.GetValue(_reached))];
        AtomicFile.Write(parsed.GetRequiredValue(_output), stream =>
        {
            foreach (var line in lines) stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        });
        await database.Trail.AddAsync(Actor.CommandLine, "exported a campaign", campaign.Name, cancellation);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lines.Length} {(asCases ? "cases" : "conversations")} in {parsed.GetRequiredValue(_output)}."));
        if (asCases && lines.Length > 0) Console.Out.WriteLine($"Ask them again with deliberate attack MODEL --replay {parsed.GetRequiredValue(_output)}");
        return ExitCode.Success;
    });
}
