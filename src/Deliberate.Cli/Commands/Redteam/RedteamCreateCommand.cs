using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Makes a campaign.</summary>
internal sealed class RedteamCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Of the campaign: small letters, digits and -." };
    private readonly Option<string[]> _models = new("--model") { HelpName = "model", Description = "A model that is tested: PROVIDER:NAME of deliberate.yaml, a checkpoint, mock:TEXT. Given several times: testers never learn which they talk to.", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _arena = new("--arena") { Description = "Goals to reach against one model at a time, instead of two models side by side." };
    private readonly Option<string?> _goals = new("--goals") { HelpName = "file", Description = "Of an arena: JSON Lines of goal, with id, channel (text, code, document) and success (words that an answer holds where it is reached; else the judge says)." };
    private readonly Option<string?> _judge = new("--judge") { HelpName = "model", Description = "Of an arena: who judges attempts whose goal has no words of success." };
    private readonly Option<string?> _title = new("--title") { HelpName = "text", Description = "What testers read; the name if left out." };
    private readonly Option<int> _turns = CommonOptions.Whole("--turns", "Messages of a tester in a conversation.", 20, 1, 200);
    private readonly Option<int> _chats = CommonOptions.Whole("--chats", "Conversations of a tester.", 200, 1, 100_000);
    private readonly LabellingOptions _database = new();

    public RedteamCreateCommand()
        : base(
            "create",
            "Make a campaign: which models are tested, how, by which rules.",
            "deliberate redteam create side-by-side --model openai:a --model openai:b",
            "deliberate redteam create break-it --arena --goals goals.jsonl --model openai:a --model runs/mine --judge openai:j --chats 50")
    {
        Add(_name);
        foreach (var option in new Option[] { _models, _arena, _goals, _judge, _title, _turns, _chats }) Add(option);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var arena = parsed.GetValue(_arena);
        if (!arena && parsed.GetValue(_goals) is not null) throw new UserError("Goals are an arena's.", field: "--goals", advice: "Add --arena.");
        var goals = arena ? Goals(parsed.GetValue(_goals) ?? throw new UserError("An arena has goals.", field: "--goals", advice: "Name a file of JSON Lines.")) : [];
        if (goals.Any(g => g.Success is null) && parsed.GetValue(_judge) is null) throw new UserError("Some goals have no words of success, and nobody judges.", field: "--judge", advice: "Name a judging model.");
        var campaign = new RedteamCampaign
        {
            Name = parsed.GetRequiredValue(_name),
            Title = parsed.GetValue(_title) ?? parsed.GetRequiredValue(_name),
            Kind = arena ? RedteamKind.Arena : RedteamKind.Pairwise,
            Models = JsonSerializer.Serialize(parsed.GetValue(_models)!.Distinct(StringComparer.Ordinal)),
            Goals = RedteamGoal.Write(goals),
            Judge = parsed.GetValue(_judge),
            MostTurns = parsed.GetValue(_turns),
            MostChats = parsed.GetValue(_chats),
        };
        return _database.Run(
            parsed,
            async (database, cancellation) =>
            {
                await database.Redteam.CreateAsync(campaign, cancellation);
                await database.Trail.AddAsync(Actor.CommandLine, "made a campaign", campaign.Name, cancellation);
                Console.Out.WriteLine("Next: deliberate redteam serve");
                return ExitCode.Success;
            },
            mayMake: true);
    }

    /// <exception cref="UserError">A line is wrong, or stands twice.</exception>
    internal static IReadOnlyList<RedteamGoal> Goals(string path)
    {
        var goals = new List<RedteamGoal>();
        foreach (var line in JsonLines.Read(path))
        {
            var goal = new RedteamGoal(line.GetOptionalString("id") ?? (goals.Count + 1).ToString(CultureInfo.InvariantCulture), line.GetString("goal").Trim(), line.GetOptionalString("channel") ?? "text", line.GetOptionalString("success"));
            if (goal.Text.Length == 0) throw line.Error("The goal is empty.", "goal");
            if (goal.Id.Length is 0 or > 100 || goal.Id.Contains('/', StringComparison.Ordinal)) throw line.Error("The id is empty, too long, or holds a /.", "id");
            if (goal.Channel is not ("text" or "code" or "document")) throw line.Error($"There is no channel \"{goal.Channel}\".", "channel", "It is text, code or document.");
            if (goals.Any(g => g.Id == goal.Id)) throw line.Error($"The id \"{goal.Id}\" stands twice.", "id");
            if (goals.Any(g => g.Text == goal.Text && g.Channel == goal.Channel)) throw line.Error("The goal stands twice.", "goal");
            goals.Add(goal);
        }

        return goals.Count > 0 ? goals : throw new UserError("There is no goal in it.", path);
    }
}
