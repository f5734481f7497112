using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Whether a model may be developed further, used, deployed or given away under a policy: exit code 0 yes, 1 no, 3 cannot be told, 4 invalid evidence.</summary>
internal sealed class GateCommand : CliCommand
{
    private readonly Argument<string?> _model = new("MODEL") { Arity = ArgumentArity.ZeroOrOne, Description = "A checkpoint, a run folder, or a model from elsewhere: the weights that are to go out." };
    private readonly Option<string?> _policy = new("--policy") { HelpName = "file", Description = "The policy, or the name of one that comes with deliberate: pf-v1-beta, pf-v2, frontier-framework." };
    private readonly ModelStateOptions _states = new();
    private readonly Option<string[]> _evidence = new("--evidence") { HelpName = "folder", Description = "Evaluations, signed records, validations of judges; folders below it are looked through. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<GateAction> _for = ActionOption();
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Write gate.json and gate.html there; approvals that lie there are read." };
    private readonly Option<string?> _explain = new("--explain") { HelpName = "test", Description = "All about one indicator: what it measures, what was found, what would settle it." };
    private readonly Option<bool> _plan = new("--plan") { Description = "Say what has to be run, and decide nothing." };
    private readonly Option<double?> _speed = CommonOptions.OptionalReal("--tokens-per-second", "For --plan: what the model generates in all, for the time that it takes.", 0.001, 1e9);
    private readonly Option<bool> _json = CommonOptions.Json("the result");
    private readonly GateQuickSession _quick = new();

    public GateCommand()
        : base(
            "gate",
            "Hold a model against a preparedness policy: which levels its evidence shows, whether it may go out, what decided, who must sign.",
            "deliberate gate runs/my-model --policy pf-v1-beta --plan                                           # what has to be run",
            "deliberate gate runs/my-model --policy policies/pf-v2.yaml --evidence evaluations --out release/gate # 0 yes, 1 no, 3 cannot be told, 4 invalid evidence",
            "deliberate gate runs/my-model --policy frontier-framework --evidence evaluations --for open_weights --json",
            "deliberate gate runs/my-model --policy frontier-framework --evidence evaluations --explain search-warning",
            "deliberate gate runs/my-model --policy mine.yaml --filters filter.json --evidence evaluations        # with the system as it goes out",
            "deliberate gate runs/my-model --policy pf-v1-beta --quick --minutes 40 --out release/gate             # measures first what can be in the time")
    {
        Add(_model);
        foreach (var option in (Option[])[_policy, .. _states.All, _evidence, _for, _out, _explain, _plan, _speed, _json]) Add(option);
        _quick.AddTo(this);
        Subcommands.Add(new GatePoliciesCommand());
        Subcommands.Add(new GateCheckCommand());
        Subcommands.Add(new GateElicitCommand());
        Subcommands.Add(new SchemaCommand<PreparednessPolicy>("gate", "Deliberate preparedness policy", "policies", "policy", tells: "says"));
    }

    /// <summary>Spelled as in policies; with a hyphen, too.</summary>
    public static Option<GateAction> ActionOption() => new("--for")
    {
        HelpName = "develop|internal|deploy|open-weights",
        Description = "What is asked for.",
        DefaultValueFactory = _ => GateAction.Deploy,
        CustomParser = result =>
        {
            var given = result.Tokens.Count == 1 ? result.Tokens[0].Value.Replace('-', '_') : "";
            foreach (var action in Enum.GetValues<GateAction>())
                if (RecipeWriter.Scalar(action) == given) return action;
            result.AddError($"--for: \"{given}\" is not one of develop, internal, deploy, open-weights.");
            return default;
        },
    };

    public static int CodeOf(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Pass => ExitCode.Success,
        GateVerdict.Fail => ExitCode.RequirementFailed,
        GateVerdict.Inconclusive => ExitCode.Inconclusive,
        _ => ExitCode.InvalidEvidence,
    };

    /// <summary>A model by its weights: one behind an endpoint has none that could be looked at.</summary>
    public static GateModel Model(string name, CancellationToken cancellation)
    {
        if (name.StartsWith("mock", StringComparison.Ordinal) || (name.Contains(':', StringComparison.Ordinal) && !Path.Exists(name) && !HubName(name)))
            throw new UserError("A gate is about weights, and a model behind an endpoint may be changed without anybody seeing it.", name, advice: "Name a checkpoint, a folder or a file.");
        return Gate.ModelOf(name, CheckpointChoice.Find(name).Location, cancellation);
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetValue(_model) ?? throw new UserError("Which model?", field: "MODEL", advice: "deliberate gate MODEL --policy FILE; deliberate gate policies lists policies.");
        var policyName = parsed.GetValue(_policy) ?? throw new UserError("By which policy?", field: "--policy", advice: $"Name a file, or one of {string.Join(", ", ShippedPolicies.Files.Select(f => Path.GetFileNameWithoutExtension(f)))}.");
        var now = TimeProvider.System.GetUtcNow();
        var policy = PolicyFile.Read(policyName, DateOnly.FromDateTime(now.UtcDateTime));
        if (parsed.GetValue(_explain) is { } wanted && policy.Policy.Tests.All(t => t.Id != wanted))
            throw new UserError($"The policy has no test \"{wanted}\".", policyName, field: "--explain", advice: NearestName.Suggest(wanted, [.. policy.Policy.Tests.Select(t => t.Id)]));
        using var stop = new StopSignal("Stopping.");
        var models = _states.Read(parsed, name, stop.Token);
        if (parsed.GetValue(_plan)) return Plan(policy, models, parsed.GetValue(_speed), parsed.GetValue(_json));
        if (File.Exists(parsed.GetValue(_out))) throw new UserError("This is a file, not a folder.", parsed.GetValue(_out), field: "--out");
        if (_quick.IsAsked(parsed)) _quick.Run(parsed, policy, models, parsed.GetValue(_out), stop.Token);
        var result = Gate.Run(policy, parsed.GetValue(_for), models, GateEvidence.Read(parsed.GetValue(_evidence) ?? [], parsed.GetValue(_out)), _quick.IsAsked(parsed) ? TimeProvider.System.GetUtcNow() : now);
        if (parsed.GetValue(_out) is { } folder) result.Write(folder, CommandOf(parsed, name, policyName));
        if (parsed.GetValue(_json)) Console.Out.WriteLine(Secrets.Redact(result.ToText()));
        else if (parsed.GetValue(_explain) is { } id) GateView.Explain(result, id);
        else GateView.Write(result, parsed.GetValue(_out));
        return CodeOf(result.Outcome);
    }

    private string CommandOf(ParseResult parsed, string name, string policy) => ShellCommand.Of(
    [
        "deliberate", "gate", name, "--policy", policy, .. _states.Words(parsed), .. (parsed.GetValue(_evidence) ?? []).SelectMany(e => new[] { "--evidence", e }),
        "--for", RecipeWriter.Scalar(parsed.GetValue(_for)).Replace('_', '-'), "--out", parsed.GetValue(_out)!,
    ]);

    private static int Plan(PolicyFile policy, GateModels models, double? speed, bool json)
    {
        var plan = GatePlan.Of(policy, models);
        var tokens = plan.Sum(p => p.Tokens ?? 0);
        if (json)
        {
            JsonOutput.Write(new { Policy = policy.Policy.Policy, Tests = plan.Select(p => new { Test = p.Test.Id, p.State, p.Test.MinN, p.Command, p.Tokens, p.Note }), Tokens = tokens, Seconds = speed is { } rate ? tokens / rate : (double?)null });
            return ExitCode.Success;
        }

        foreach (var one in plan.Where(p => p.Command.Length > 0))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Command}   # {one.Test.Id}, n ≥ {one.Test.MinN}{(one.Tokens is { } most ? $", at most {Quantity.Count(most)} tokens{(speed is { } rate ? $", {Quantity.Duration(TimeSpan.FromSeconds(most / rate))}" : "")}" : "")}{(one.Note.Length > 0 ? $"; {one.Note}" : "")}"));
        foreach (var one in plan.Where(p => p.Command.Length == 0)) Console.Out.WriteLine($"# {one.Test.Id} ({RecipeWriter.Scalar(one.State)}): {one.Note}");
        Console.Out.WriteLine(speed is { } perSecond
            ? $"In all at most {Quantity.Count(tokens)} tokens, {Quantity.Duration(TimeSpan.FromSeconds(tokens / perSecond))} at {Quantity.Rate(perSecond, "tokens")}."
            : $"In all at most {Quantity.Count(tokens)} tokens of answers. --tokens-per-second N says how long that takes; deliberate perplexity and generate print a model's speed.");
        return ExitCode.Success;
    }

    private static bool HubName(string name) => name.StartsWith("hf:", StringComparison.Ordinal);
}
