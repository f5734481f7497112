using System.CommandLine;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>The options of <c>deliberate serve</c> that are about safety: who reads prompts and answers, who reads thoughts, what weights have to pass.</summary>
internal sealed class GuardOptions
{
    private const string ByPolicy = "policy";

    private readonly Option<string?> _moderate = new("--moderate") { HelpName = "weights|policy", Description = "Read every prompt and answer: a file of deliberate judge train harmful-prompts, or policy for a judge by --policy and --judge-model. What was flagged and why is in the answer's field moderation." };
    private readonly Option<ModerationMode> _prompts = new("--moderate-prompts") { HelpName = "block|score", Description = "block keeps a flagged prompt from the model, score only says so.", DefaultValueFactory = _ => ModerationMode.Block };
    private readonly Option<ModerationMode> _answers = new("--moderate-answers") { HelpName = "block|score", Description = "block withholds a flagged answer (streams come when they are judged), score only says so.", DefaultValueFactory = _ => ModerationMode.Block };
    private readonly Option<double> _threshold = CommonOptions.Real("--moderate-threshold", "From which score on the classifier flags.", ClassifierModerator.UsualThreshold, 0.01, 1);
    private readonly Option<string?> _policy = new("--policy") { HelpName = "file", Description = "The policy that --moderate policy judges by: a file, the folder of a specification, or a shipped one (general); ours without it." };
    private readonly Option<string?> _judge = new("--judge-model") { HelpName = "model", Description = "Who judges for --moderate policy, and for monitors that are a model: PROVIDER:NAME of deliberate.yaml, a checkpoint." };
    private readonly Option<string[]> _monitors = new("--monitor") { HelpName = "name", Description = "Let a monitor of deliberate monitor list read the thoughts of live traffic; usual for those that need nothing. Counts are in /metrics. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _weights = new("--monitor-weights") { HelpName = "file", Description = "Weights of the monitor \"trained\", from deliberate monitor train." };
    private readonly Option<string?> _keep = new("--monitor-keep") { HelpName = "file", Description = "Add each flagged thought with its prompt and answer to this file; without it no contents are kept." };
    private readonly Option<string?> _gate = new("--gate") { HelpName = "policy", Description = "Serve only what deliberate gate lets out under this preparedness policy, signatures included: the weights, or with --moderate FILE the system of weights and filter; exit codes are the gate's." };
    private readonly Option<string[]> _evidence = new("--gate-evidence") { HelpName = "folder", Description = "Evaluations, signed records, the gate's own folder of results. May be given several times.", DefaultValueFactory = _ => [] };

    /// <summary>In the order that help shows them.</summary>
    public IEnumerable<Option> All => [_moderate, _prompts, _answers, _threshold, _policy, _judge, _monitors, _weights, _keep, _gate, _evidence];

    /// <returns>Adds what was named to the options of a server.</returns>
    public Func<ApiOptions, ApiOptions> Read(ParseResult parsed, ConfigurationOptions configuration)
    {
        Needs(parsed, _moderate, _policy);
        if (parsed.GetValue(_monitors) is not { Length: > 0 } && (parsed.GetValue(_keep) ?? parsed.GetValue(_weights)) is not null) throw new UserError("Nobody reads the thoughts.", field: parsed.GetValue(_keep) is not null ? _keep.Name : _weights.Name, advice: "Name a monitor too: --monitor usual.");
        if (parsed.GetValue(_gate) is null && parsed.GetValue(_evidence) is { Length: > 0 }) throw new UserError("There is no gate that evidence would be for.", field: _evidence.Name, advice: "Name its policy too: --gate FILE.");
        var now = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var moderation = Moderator(parsed, configuration) is { } moderator ? new ModerationSettings(moderator, parsed.GetValue(_prompts), parsed.GetValue(_answers)) { Filter = parsed.GetValue(_moderate) is { } file && file != ByPolicy ? ModeratingFilter.NameOf(file, parsed.GetValue(_threshold)) : null } : null;
        var watch = Watch(parsed, configuration);
        return options => options with
        {
            Moderation = moderation,
            Watch = watch,
            Gate = parsed.GetValue(_gate) is { } policy ? new WeightsGate(PolicyFile.Read(policy, now), parsed.GetValue(_evidence)!, TimeProvider.System) : null,
        };
    }

    private IModerator? Moderator(ParseResult parsed, ConfigurationOptions configuration)
    {
        if (parsed.GetValue(_moderate) is not { } named) return null;
        if (named != ByPolicy) return new ClassifierModerator(HarmfulPromptsFile.Read(named), parsed.GetValue(_threshold));
        var judge = parsed.GetValue(_judge) ?? throw new UserError("The policy is read by a model, and none is named.", field: _moderate.Name, advice: "Name it: --judge-model openai:NAME, or a checkpoint.");
        return new PolicyModerator(Open(parsed, configuration, judge), parsed.GetValue(_policy), PolicyModerator.UsualTimeout);
    }

    private WatchSettings? Watch(ParseResult parsed, ConfigurationOptions configuration)
    {
        string[] names = [.. parsed.GetValue(_monitors)!.SelectMany(n => n == "usual" ? MonitorList.Usual : [n])];
        if (names.Length == 0) return null;
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new UserError("A monitor is named twice.", field: _monitors.Name);
        var needsModel = names.Any(n => MonitorList.All.Any(k => k.Name == n && k.Needs == MonitorNeed.Model));
        var request = new MonitorRequest(needsModel && parsed.GetValue(_judge) is { } judge ? Open(parsed, configuration, judge) : null, parsed.GetValue(_weights));
        return new WatchSettings([.. names.Select(n => MonitorList.Create(n, request))], parsed.GetValue(_keep), Monitoring.UsualTimeout);
    }

    /// <summary>A judging model; it lives as long as the server.</summary>
    private static EvaluationModel Open(ParseResult parsed, ConfigurationOptions configuration, string name)
    {
        var loaded = configuration.Load(parsed);
        var models = new EvaluationModels(loaded, new ProviderHandlers(loaded)) { Checkpoint = path => EvaluationSession.Checkpoint(path, threads: 0) };
        models.CheckAsync([name], CancellationToken.None).GetAwaiter().GetResult();
        return models.Open(name);
    }

    private static void Needs(ParseResult parsed, Option<string?> of, Option<string?> named)
    {
        if (parsed.GetValue(named) is not null && parsed.GetValue(of) != ByPolicy) throw new UserError("Nothing is judged by the policy.", field: named.Name, advice: $"Name who is to read it too: {of.Name} {ByPolicy} --judge-model MODEL.");
    }
}
