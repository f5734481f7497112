using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Attacks models: goals under attacks with a budget of queries, every query kept; or asks old successes again.</summary>
internal sealed class AttackCommand : CliCommand
{
    private readonly Argument<string[]> _models = new("MODEL") { Arity = ArgumentArity.ZeroOrMore, Description = "Models to attack: a checkpoint, PROVIDER:NAME of deliberate.yaml, replay:FILE, mock:TEXT. Of several, what breaks one is asked of the others too." };
    private readonly Option<string[]> _more = Many("--model", "model", "The same; for several.");
    private readonly Option<string> _goals = new("--goals") { HelpName = "set", Description = "What the attacker wants: policy-world (judged exactly, by its oracle), a task of deliberate eval tasks such as harmbench or do-not-answer, or a file of JSON Lines with goal and perhaps id, category, target.", DefaultValueFactory = _ => AttackGoals.World };
    private readonly Option<string[]> _attacks = Many("--attacks", "names", "Attacks, chains of transforms (base64+persona), or groups, with commas between them: deliberate attack list shows them. All that go with target, attacker and goals, if left out.");
    private readonly Option<bool> _noControl = new("--no-control") { Description = "Leave out the control: every goal asked plainly as well, as often as each attack asks, so that what an attack breaks beyond that is known. It costs as many queries as one more attack." };
    private readonly Option<int> _budget = CommonOptions.Whole("--budget", "Queries of the target that each attack has for each goal.", 10, 1, 100_000);
    private readonly Option<int> _steps = CommonOptions.Whole("--steps", "Optimisation steps of attacks on weights, for each goal.", 100, 1, 100_000);
    private readonly Option<string?> _judge = new("--judge") { HelpName = "model", Description = "The model that judges answers; without one the offline classifier of refusals, which tells compliance and not harm." };
    private readonly Option<string> _rubric = new("--rubric") { HelpName = "name", Description = "What a judging model is asked: strongreject, policy, or another judge of harm or of refusals of deliberate judge list.", DefaultValueFactory = _ => "strongreject" };
    private readonly Option<string?> _attacker = new("--attacker") { HelpName = "model", Description = $"The model that plans for pair, tap, crescendo, goat and persuasion; {WorldAttackerClient.ModelName} is a script that knows PolicyWorld." };
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Goals; all of a set, 300 of PolicyWorld, if left out.", 1, 1_000_000);
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "Folder that holds the goals' data; then nothing is fetched." };
    private readonly Option<int> _minimise = CommonOptions.Whole("--minimise", "Queries for making each success as small as it still works; 0 keeps it as it was.", 20, 0, 10_000);
    private readonly Option<string?> _replay = new("--replay") { HelpName = "file", Description = "Ask the successes of this file again instead of attacking." };
    private readonly Option<int?> _samples = CommonOptions.OptionalWhole("--samples", "With --replay: samples of each case; 3, or 1 at temperature 0, if left out.", 1, 1024);
    private readonly Option<double?> _temperature = CommonOptions.OptionalReal("--temperature", "Of the target; 1 if left out. At 0 no query is made twice.", 0, 100);
    private readonly Option<int?> _maxTokens = CommonOptions.OptionalWhole("--max-tokens", "Token budget of an answer, thought included; 512 if left out.", 1, 1 << 24);
    private readonly Option<int?> _tokenBudget = CommonOptions.OptionalWhole("--token-budget", "Tokens that all queries of an attack on a goal may take together.", 1);
    private readonly Option<string?> _effort = new("--reasoning-effort") { HelpName = "effort", Description = "none, minimal, low, medium, high or xhigh, where the model knows it." };
    private readonly Option<double?> _costLimit = CommonOptions.OptionalReal("--cost-limit", "Money that a model's answers may take; goals beyond it are missing.", 0, 1e9);
    private readonly Option<int?> _concurrency = CommonOptions.OptionalWhole("--concurrency", "Goals at a time.", 1, 10_000);
    private readonly Option<double> _missing = CommonOptions.Real("--max-missing", "Share of goals of which nothing was found out above which a result is inconclusive (exit code 3).", 0.05, 0, 1);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string[]> _require = Many("--require", "requirement", "What must hold, as \"attack.asr_any <= 0.1\", \"attack.asr_at_10[base64] <= 0.02\", \"attack.asr_over_control[base64] <= 0.05\" or, with --replay, \"replay.still_works <= 0.05\". May be given several times.");
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where logs, successes and page are kept, attacks/TIME if left out; a folder of the same campaign is gone on with." };
    private readonly Option<string?> _sarif = new("--sarif") { HelpName = "file", Description = "Write the successes as SARIF, a result each." };
    private readonly Option<string?> _junit = new("--junit") { HelpName = "file", Description = "Write JUnit XML: a test case a requirement, with --replay a test case a sample." };
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly ConfigurationOptions _configuration = new();

    public AttackCommand()
        : base(
            "attack",
            "Attack models: which attacks bring them to what they should not do, with how many queries, with 95% intervals clustered by goal; against the same goals asked plainly; every success kept, made as small as it still works, to be asked again in CI. Only for models that you may test. Exit codes: 1 a requirement fails, 3 it cannot be told, 4 a log was changed.",
            "deliberate attack runs/policy-world/training --attacker scripted:policy-world --budget 10                # every attack that PolicyWorld's language has",
            "deliberate attack openai:gpt-5 --goals harmbench --judge openai:gpt-5 --attacks base64,persona,base64+persona --limit 50",
            "deliberate attack model.gguf --goals goals.jsonl --attacks gcg,prefill --limit 5                # on the weights",
            "deliberate attack runs/a runs/b --attacks world --out attacks/both                               # and what transfers from one to the other",
            "deliberate attack runs/new --replay attacks/both/successes.jsonl --require \"replay.still_works <= 0.05\" --sarif attack.sarif",
            "deliberate attack list                                                                           # the attacks there are")
    {
        Add(_models);
        foreach (var option in new Option[]
        {
            _more, _goals, _attacks, _noControl, _budget, _steps, _judge, _rubric, _attacker, _limit, _data, _minimise, _replay, _samples, _temperature, _maxTokens, _tokenBudget, _effort, _costLimit, _concurrency, _missing, _seed, _require, _out, _sarif, _junit, _json, _threads,
        }) Add(option);
        _configuration.AddTo(this);
        Subcommands.Add(new AttackListCommand());
        Subcommands.Add(new AttackAblateCommand());
    }

    protected override int Run(ParseResult parsed)
    {
        string[] models = [.. parsed.GetValue(_models) ?? [], .. parsed.GetValue(_more) ?? []];
        if (models.Length == 0) throw new UserError("Nothing was named to attack.", field: "MODEL", advice: "Name a checkpoint, PROVIDER:NAME of deliberate.yaml, or mock:TEXT to try things out.");
        if (models.Distinct(StringComparer.Ordinal).Count() < models.Length) throw new UserError("A model is named twice.", field: "MODEL");
        var folder = parsed.GetValue(_out) ?? Path.Combine("attacks", TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        if (EvaluationSession.Damaged(folder) is { } damage)
        {
            Console.Error.WriteLine($"error: {damage}");
            return ExitCode.InvalidEvidence;
        }

        var configuration = _configuration.Load(parsed);
        using var stop = new StopSignal("Stopping; what is done stays done.");
        using var handlers = new ProviderHandlers(configuration);
        var opener = new EvaluationModels(configuration, handlers) { Checkpoint = name => EvaluationSession.Checkpoint(name, parsed.GetValue(_threads)) };
        try
        {
            return parsed.GetValue(_replay) is { } file ? Replay(parsed, file, models, folder, opener, stop) : Attack(parsed, models, folder, opener, handlers, stop);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"To go on: the same command with --out {ShellCommand.Word(folder)}");
            throw;
        }
    }

    private int Attack(ParseResult parsed, string[] models, string folder, EvaluationModels opener, ProviderHandlers handlers, StopSignal stop)
    {
        var plan = new AttackPlan
        {
            Models = models,
            Goals = parsed.GetRequiredValue(_goals),
            Attacks = parsed.GetValue(_attacks) is { Length: > 0 } attacks ? attacks : [AttackList.AllName],
            HasControl = !parsed.GetValue(_noControl),
            Budget = parsed.GetValue(_budget),
            Steps = parsed.GetValue(_steps),
            Judge = parsed.GetValue(_judge),
            Rubric = parsed.GetRequiredValue(_rubric),
            Attacker = parsed.GetValue(_attacker),
            DataFolder = parsed.GetValue(_data),
            Limit = parsed.GetValue(_limit),
            Minimise = parsed.GetValue(_minimise),
            Settings = Settings(parsed),
            Requirements = parsed.GetValue(_require) ?? [],
        };
        var report = ProgressViews.Run(view => new AttackCampaign(plan, folder, opener, handlers)
            .RunAsync(model => new ProgressObserver(view, $"attacks on {model}"), message => view.Note(message), stop.Token).GetAwaiter().GetResult());
        if (parsed.GetValue(_sarif) is { } sarif) SarifExport.Write(sarif, report.Cases, report.HasCases ? RegressionCase.Read(report.Cases) : []);
        if (parsed.GetValue(_junit) is { } junit) RequirementsJUnit.Write(junit, report.Evaluation.Requirements);
        if (parsed.GetValue(_json)) AttackTables.WriteJson(report);
        else AttackTables.Write(report);
        return EvaluationSession.CodeOf(report.Evaluation);
    }

    private int Replay(ParseResult parsed, string file, string[] models, string folder, EvaluationModels opener, StopSignal stop)
    {
        if (parsed.GetValue(_junit) is not null && models.Length > 1) throw new UserError("With --replay a test case is a sample, and a file's samples are one model's.", field: "--junit", advice: "Ask the models one by one, each with a file of its own.");
        var replay = new AttackReplay(file, models, parsed.GetValue(_judge), parsed.GetRequiredValue(_rubric), Settings(parsed) with { Epochs = parsed.GetValue(_samples) }, parsed.GetValue(_require) ?? []);
        var report = ProgressViews.Run(view => replay.RunAsync(folder, opener, model => new ProgressObserver(view, $"{Path.GetFileName(file)}, {model}"), stop.Token).GetAwaiter().GetResult());
        if (parsed.GetValue(_sarif) is { } sarif) SarifExport.Write(sarif, file, replay.Cases, AttackReplay.Working(report));
        if (parsed.GetValue(_junit) is { } junit)
        {
            using var log = LoggedEvaluation.Open(report.Results[0].Log);
            JUnitExport.Write(log, junit);
        }

        if (parsed.GetValue(_json)) EvaluationSession.WriteJson(report);
        else EvaluationTables.Write(report);
        return EvaluationSession.CodeOf(report);
    }

    private RunSettings Settings(ParseResult parsed) => new()
    {
        MaxTokens = parsed.GetValue(_maxTokens),
        Temperature = parsed.GetValue(_temperature),
        ReasoningEffort = parsed.GetValue(_effort),
        TokenLimit = parsed.GetValue(_tokenBudget),
        CostLimit = parsed.GetValue(_costLimit),
        Concurrency = parsed.GetValue(_concurrency),
        Seed = parsed.GetValue(_seed),
        AllowedMissing = parsed.GetValue(_missing),
    };

    private static Option<string[]> Many(string name, string help, string description) => new(name) { HelpName = help, Description = description, DefaultValueFactory = _ => [] };
}
