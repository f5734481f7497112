using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>The options of <c>deliberate eval</c>, and what they ask for.</summary>
internal sealed class EvaluationOptions
{
    public readonly Option<string?> Family = CheckpointChoice.FamilyOption();
    public readonly Option<string?> Adapter = LoadedModel.AdapterOption();
    public readonly Option<int> Level = CommonOptions.Whole("--level", "Of a checkpoint's problems; 0 for the one that its run evaluates on.", 0, 0, 1000);
    public readonly Option<int?> Limit = Named(CommonOptions.OptionalWhole("--limit", "Items to ask; all of a task's, 300 of a family, if left out.", 1, 1_000_000), "--problems");
    public readonly Option<int?> Epochs = Named(CommonOptions.OptionalWhole("--epochs", "Samples of each item, for pass@k and majority@k; as the task has it, 4 of a family, if left out.", 1, 1024), "--samples");
    public readonly Option<double?> Temperature = CommonOptions.OptionalReal("--temperature", "0 takes the most likely token; as the task has it if left out.", 0, 100);
    public readonly Option<int?> MaxTokens = CommonOptions.OptionalWhole("--max-tokens", "Token budget of an answer, thought included; as the task or the run has it if left out.", 0, 1 << 24);
    public readonly Option<ulong> Seed = CommonOptions.Seed();
    public readonly Option<int> Threads = CommonOptions.Threads();
    public readonly Option<string> Device = CommonOptions.Device();
    public readonly Option<string?> Log = LogOption.Create();
    public readonly Option<bool> Json = CommonOptions.Json("the measurements");
    private readonly Option<string[]> _models = Many("--model", "model", "A model to ask: PROVIDER:NAME of deliberate.yaml, a checkpoint, replay:FILE (recorded answers), mock. May be given several times.");
    private readonly Option<string?> _judge = new("--judge") { HelpName = "model", Description = "The model that judges, for tasks that need one; named as --model is." };
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "Folder that holds the data; then nothing is fetched." };
    private readonly Option<string?> _lock = new("--data-lock") { HelpName = "file", Description = "Where the hashes of fetched data are pinned, to be kept under version control; beside the data if left out." };
    private readonly Option<string[]> _transforms = Many("--transform", "transform", "Ask each task once more with its requests put through this prompt transform, as base64 or rot13+prefix-injection (deliberate eval transforms lists them). May be given several times.");
    private readonly Option<string[]> _arguments = Many("-T", "name=value", "An argument of the tasks. May be given several times.");
    private readonly Option<string?> _effort = new("--reasoning-effort") { HelpName = "effort", Description = "none, minimal, low, medium, high or xhigh, where the model knows it." };
    private readonly Option<int?> _tokenLimit = CommonOptions.OptionalWhole("--token-limit", "Tokens that all answers of a sample may take together.", 1);
    private readonly Option<double?> _timeLimit = CommonOptions.OptionalReal("--time-limit", "Seconds that a sample may take.", 0.001, 1e6);
    private readonly Option<double?> _costLimit = CommonOptions.OptionalReal("--cost-limit", "Money that a task on a model may take, in the currency of the configuration's prices; samples beyond it are not asked, and are missing.", 0, 1e9);
    private readonly Option<int?> _concurrency = CommonOptions.OptionalWhole("--concurrency", "Samples at a time; as the provider's limits have it if left out.", 1, 10_000);
    private readonly Option<int?> _retries = CommonOptions.OptionalWhole("--retries", "Further tries of a request, instead of what deliberate.yaml says; 0 switches them off.", 0, 20);
    private readonly Option<double> _missing = CommonOptions.Real("--max-missing", "Share of samples of which nothing was found out above which a result is inconclusive (exit code 3).", 0.05, 0, 1);
    private readonly Option<bool> _retryErrors = new("--retry-errors") { Description = "When going on: ask samples again that ended in an error." };
    private readonly Option<bool> _cache = new("--cache") { Description = "Keep answers of providers, and take them from there where nothing differs that they depend on." };
    private readonly Option<string[]> _require = Many("--require", "requirement", "What must hold, as \"xstest.not_overrefuse >= 0.9\": decided on the end of the interval that speaks against it. May be given several times.");
    private readonly Option<bool> _compare = new("--compare") { Description = "Compare the models in pairs, on the same items, with the first." };
    private readonly Option<string?> _junit = new("--junit") { HelpName = "file", Description = "Write the requirements as JUnit XML, a test case each." };
    private readonly Option<string?> _search = new("--search") { HelpName = "method:n[:scorer]", Description = $"Search for each answer of a checkpoint instead of drawing one: {string.Join(", ", SearchMethods.Names)}; n solutions' worth; the folder of a reward model or ask:MODEL says what steps are worth." };
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where logs and evaluation.json are kept, evaluations/TIME if left out; a folder of the same tasks and models is gone on with." };
    private readonly ConfigurationOptions _configuration = new();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _lock, _transforms,
            _models, _judge, Limit, Epochs, MaxTokens, Temperature, _effort, _search, Seed, _data, _arguments, _require, _compare, _junit, _out, Json, _missing, _tokenLimit, _timeLimit, _costLimit,
            _concurrency, _retries, _retryErrors, _cache, Threads, Device, Adapter, Family, Level, Log,
        }) command.Add(option);
        _configuration.AddTo(command);
    }

    /// <summary>Those that are not kept with an evaluation: how it is run and told.</summary>
    public void AddToResume(Command command)
    {
        foreach (var option in new Option[] { _junit, Json, _retries, _cache, Threads, Device }) command.Add(option);
        _configuration.AddTo(command);
    }

    public string[] Models(ParseResult parsed) => parsed.GetValue(_models) ?? [];

    public string? JUnit(ParseResult parsed) => parsed.GetValue(_junit);

    /// <summary>What a checkpoint on its run's own problems does not read is refused: of a requirement that nobody looks at, exit code 0 would say that it holds.</summary>
    /// <exception cref="UserError">One of them is given.</exception>
    public void RefuseWithoutModel(ParseResult parsed, string checkpoint)
    {
        var unread = new Option[]
        {
            _judge, _data, _lock, _transforms, _arguments, _effort, _tokenLimit, _timeLimit, _costLimit, _concurrency, _retries, _missing, _retryErrors, _cache, _require, _compare, _junit, _search, _out,
        };
        if (unread.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            throw new UserError("This is for tasks that a --model is asked.", field: given.Name, advice: $"Ask the checkpoint a task: deliberate eval family:NAME@LEVEL --model {ShellCommand.Word(checkpoint)}");
    }

    /// <summary>As named, or by the time; two may begin in the same second.</summary>
    public string Folder(ParseResult parsed)
    {
        if (parsed.GetValue(_out) is { } named) return named;
        var usual = Path.Combine("evaluations", TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        var free = usual;
        for (var number = 2; Path.Exists(free); number++) free = string.Create(CultureInfo.InvariantCulture, $"{usual}-{number}");
        return free;
    }

    public EvaluationRequest Request(ParseResult parsed, string[] tasks)
    {
        if (parsed.GetValue(Log) is not null) throw new UserError("With --model each task has a log of its own.", field: "--log", advice: "Name their folder with --out.");
        if (parsed.GetValue(Adapter) is { } adapter) throw new UserError("With --model an adapter's folder is a model.", field: "--adapter", advice: $"Write --model {adapter}.");
        if (parsed.GetValue(Family) is { } family) throw new UserError("With --model a family is a task.", field: "--family", advice: $"Write family:{family}.");
        var models = Models(parsed);
        if (models.Distinct(StringComparer.Ordinal).Count() < models.Length) throw new UserError("A model is named twice.", field: "--model");
        if (parsed.GetValue(_compare) && models.Length < 2) throw new UserError("There is one model: nothing to compare.", field: "--compare", advice: "Name another --model, or compare with an earlier evaluation: deliberate eval compare.");
        return new EvaluationRequest
        {
            Tasks = [.. tasks, .. (parsed.GetValue(_transforms) ?? []).SelectMany(transform => tasks.Select(task => SuiteGroups.Is(task) ? throw new UserError("A suite has its own transforms.", field: "--transform", advice: "Name the tasks themselves.") : $"{task}+{transform}"))],
            Models = models,
            Judge = parsed.GetValue(_judge),
            DataFolder = parsed.GetValue(_data),
            LockFile = parsed.GetValue(_lock),
            Arguments = Arguments(parsed),
            Requirements = parsed.GetValue(_require) ?? [],
            Compares = parsed.GetValue(_compare),
            Settings = new RunSettings
            {
                Limit = parsed.GetValue(Limit),
                Epochs = parsed.GetValue(Epochs),
                MaxTokens = parsed.GetValue(MaxTokens) is > 0 and var most ? most : null,
                Temperature = parsed.GetValue(Temperature),
                ReasoningEffort = parsed.GetValue(_effort),
                Search = parsed.GetValue(_search) is { } search ? SearchSetting.Parse(search, "--search").Text : null,
                TokenLimit = parsed.GetValue(_tokenLimit),
                TimeLimit = parsed.GetValue(_timeLimit),
                CostLimit = parsed.GetValue(_costLimit),
                Concurrency = parsed.GetValue(_concurrency),
                Seed = parsed.GetValue(Seed),
                AllowedMissing = parsed.GetValue(_missing),
                RetryErrors = parsed.GetValue(_retryErrors),
            },
        };
    }

    /// <summary>The configuration in force, with what the command line says of it.</summary>
    public ProgramConfiguration Configuration(ParseResult parsed)
    {
        var configuration = _configuration.Load(parsed);
        if (parsed.GetValue(_retries) is not { } retries) return configuration;
        var providers = configuration.Settings.Providers.ToDictionary(p => p.Key, p => p.Value with { Limits = p.Value.Limits with { Retries = retries } }, StringComparer.Ordinal);
        return configuration with { Settings = configuration.Settings with { Providers = providers } };
    }

    public string? CacheFolder(ParseResult parsed) => parsed.GetValue(_cache) ? AnswerCache.UsualFolder : null;

    private Dictionary<string, string> Arguments(ParseResult parsed)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in parsed.GetValue(_arguments) ?? [])
        {
            var equals = one.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new UserError($"\"{one}\" is no argument of a task.", field: "-T", advice: "Write -T name=value.");
            arguments[one[..equals]] = one[(equals + 1)..];
        }

        return arguments;
    }

    private static Option<string[]> Many(string name, string help, string description) => new(name) { HelpName = help, Description = description, DefaultValueFactory = _ => [] };

    private static Option<int?> Named(Option<int?> option, string alias)
    {
        option.Aliases.Add(alias);
        return option;
    }
}
