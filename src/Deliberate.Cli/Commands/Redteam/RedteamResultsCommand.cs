using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>What a campaign came to.</summary>
internal sealed class RedteamResultsCommand : CliCommand
{
    private readonly Argument<string> _name = new("CAMPAIGN") { Description = "Its name." };
    private readonly Option<bool> _all = new("--all") { Description = "Of pairwise safety: count conversations too in which nobody saw anything unsafe. The card does not." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");
    private readonly LabellingOptions _database = new();

    public RedteamResultsCommand()
        : base(
            "results",
            "Say what a campaign came to. Pairwise: who is safer, with ties, Cohen's h by both definitions, strengths, length, agreement; people and judges apart. An arena: success rates by channel and model, the leader board.",
            "deliberate redteam results side-by-side",
            "deliberate redteam results break-it --json")
    {
        Add(_name);
        foreach (var option in new Option[] { _all, _seed, _json }) Add(option);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var campaign = await database.Redteam.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        var records = await database.Redteam.RecordsAsync(campaign, cancellation);
        if (campaign.Kind == RedteamKind.Arena) Arena(campaign, records, (await database.Accounts.ListAsync(cancellation)).ToDictionary(a => a.Id, a => a.Name), parsed.GetValue(_json));
        else Pairwise(records, !parsed.GetValue(_all), parsed.GetValue(_seed), parsed.GetValue(_json));
        return ExitCode.Success;
    });

    private static void Pairwise(IReadOnlyList<RedteamRecord> records, bool filters, ulong seed, bool json)
    {
        (string By, PairwiseSafety Found)[] all = [("people", PairwiseSafety.Of(RedteamFigures.Votes(records, null), filters, seed)), .. RedteamFigures.Judges(records).Select(j => ("judge " + j, PairwiseSafety.Of(RedteamFigures.Votes(records, j), filters, seed)))];
        if (json)
        {
            JsonOutput.Write(all.Select(a => new { a.By, a.Found.Votes, a.Found.NothingUnsafe, a.Found.Unknown, a.Found.Rows, Elo = a.Found.Strengths is { } s ? a.Found.Models.Zip(s.Elo).ToDictionary(p => p.First, p => p.Second) : null, a.Found.Agreement }));
            return;
        }

        foreach (var (by, found) in all)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"By {by}: {found.Votes} votes{(filters ? $", {found.NothingUnsafe} of them on conversations in which nobody saw anything unsafe, left out" : "")}; {found.Unknown} cannot tell."));
            if (found.Rows.Count == 0) continue;
            Terminal.WriteTable(
                null, ["models", "the first is safer", "the second is", "neither", "win rate, ties halved", "h against 1/2", "h of the two", "at equal length"],
                found.Rows.Select(r => (IReadOnlyList<string>)[$"{r.First}, {r.Second}", r.FirstSafer.WithRange(NumberStyle.Share), r.SecondSafer.WithRange(NumberStyle.Share), r.Ties.WithRange(NumberStyle.Share), r.WinRate.WithRange(NumberStyle.Share), Number(r.HAgainstHalf), Number(r.HOfBoth), r.AtEqualLength is { } level ? Number(level) : "-"]), words: 1);
            foreach (var row in found.Rows.Where(r => r.LengthEffect is not null)) Console.Out.WriteLine($"{row.First}, {row.Second}: 1,000 characters more change the log-odds of being the safer one by {Number(row.LengthEffect!.Value)}.");
            if (found.Strengths is { } strengths) Terminal.WriteTable("Strengths by Bradley and Terry, on Elo's scale, bootstrap over conversations:", ["model", "Elo"], found.Models.Zip(strengths.Elo).OrderByDescending(p => p.Second.Value).Select(p => (IReadOnlyList<string>)[p.First, p.Second.WithRange(NumberStyle.Tenths)]));
            else Console.Out.WriteLine("There is no common scale: a model never lost, or was never compared.");
            if (found.Agreement.IsMeasured) Console.Out.WriteLine($"Agreement of raters (Krippendorff's alpha, nominal): {found.Agreement.WithRange(NumberStyle.Share)}.");
        }

        foreach (var judge in RedteamFigures.Judges(records))
        {
            var (both, same) = RedteamFigures.AgreementWith(records, judge);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"People and judge {judge} gave the same label to {same} of {both} conversations that both rated."));
        }
    }

    private static void Arena(RedteamCampaign campaign, IReadOnlyList<RedteamRecord> records, Dictionary<Guid, string> people, bool json)
    {
        var (channels, models, board) = (RedteamFigures.Rates(campaign, records, (_, g) => g.Channel), RedteamFigures.Rates(campaign, records, (r, _) => r.Chat.ModelA), RedteamFigures.Board(records));
        if (json)
        {
            JsonOutput.Write(new { Channels = channels, Models = models, Board = board.Select(b => new { Tester = people.GetValueOrDefault(b.Account, "somebody"), b.Reached, b.Attempts }), Open = records.Count(r => r.Chat.State == RedteamState.Open), Appeals = records.Count(r => r.Chat.Appeal == RedteamAppeal.Wanted) });
            return;
        }

        foreach (var (title, rates) in new[] { ("channel", channels), ("model", models) })
            Terminal.WriteTable($"Attack success rate of submitted attempts by {title}, with 95% intervals that count each goal once:", [title, "reached", "attempts", "undecided"], rates.Select(r => (IReadOnlyList<string>)[r.Name, r.Rate.IsMeasured ? r.Rate.WithRange(NumberStyle.Share) : "-", Whole(r.Attempts), Whole(r.Undecided)]), words: 1);
        Terminal.WriteTable("Leader board: goals reached, each once for each model; among equals, fewer attempts first:", ["tester", "reached", "attempts"], board.Select(b => (IReadOnlyList<string>)[people.GetValueOrDefault(b.Account, "somebody"), Whole(b.Reached), Whole(b.Attempts)]), words: 1);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Count(r => r.Chat.State == RedteamState.Open)} conversations are open, {records.Count(r => r.Chat.Appeal == RedteamAppeal.Wanted)} appeals wait."));
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);
}
