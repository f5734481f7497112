using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Has a model rate a campaign's conversations, beside what people say and never in their place.</summary>
internal sealed class RedteamJudgeCommand : CliCommand
{
    private readonly Argument<string> _name = new("CAMPAIGN") { Description = "A campaign of two models side by side." };
    private readonly Option<string> _judge = new("--judge") { HelpName = "model", Description = "Who rates: PROVIDER:NAME of deliberate.yaml, a checkpoint, mock:TEXT.", Required = true };
    private readonly Option<string?> _database = LabellingOptions.Option();
    private readonly ConfigurationOptions _configuration = new();

    public RedteamJudgeCommand()
        : base("judge", "Have a model rate the finished conversations of a campaign, as blind as people are. Its votes are counted apart. Called again, it goes on.", "deliberate redteam judge side-by-side --judge openai:gpt-5", "deliberate redteam judge side-by-side --judge runs/mine      # then: deliberate redteam results side-by-side")
    {
        Add(_name);
        foreach (var option in new Option[] { _judge, _database }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var configuration = _configuration.Load(parsed);
        using var handlers = new ProviderHandlers(configuration);
        using var stop = new StopSignal("Stopping; what is rated stays.");
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = path => EvaluationSession.Checkpoint(path, threads: 0) };
        var judge = parsed.GetRequiredValue(_judge);
        models.CheckAsync([judge], stop.Token).GetAwaiter().GetResult();
        var (rated, failed) = ProgressViews.Run(view => RunAsync(parsed, judge, models, view, stop.Token).GetAwaiter().GetResult());
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rated} conversations rated{(failed > 0 ? $"; of {failed} the judge gave no verdict, and they count for nothing" : "")}."));
        return failed > 0 && rated == 0 ? ExitCode.Inconclusive : ExitCode.Success;
    }

    private async Task<(int Rated, int Failed)> RunAsync(ParseResult parsed, string judge, EvaluationModels models, IProgressView view, CancellationToken cancellation)
    {
        await using var database = await LabellingDatabase.OpenAsync(LabellingOptions.Place(parsed.GetValue(_database)), mayMake: false, cancellation: cancellation, openModel: models.Open);
        var campaign = await database.Redteam.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        if (campaign.Kind != RedteamKind.Pairwise) throw new UserError("An arena's attempts are judged as they are submitted.", field: "CAMPAIGN");
        view.Begin($"conversations rated by {judge}", 0, unit: "conversations");
        return await database.Redteam.JudgeAsync(campaign, judge, database.RedteamModels, (done, _) => view.Advance(done, ""), cancellation);
    }
}
