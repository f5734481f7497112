using System.CommandLine;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Signs a gate's result for a role; below it, keys, precautionary classifications and figures from outside.</summary>
internal sealed class ApproveCommand : CliCommand
{
    private readonly Argument<string?> _result = new("RESULT") { Arity = ArgumentArity.ZeroOrOne, Description = "gate.json, or its folder." };
    private readonly SigningOptions _signing = new();

    public ApproveCommand()
        : base(
            "approve",
            "Sign a gate's result for a role of its policy: ECDSA over its hash, so that the signature holds for this result alone.",
            "deliberate approve keys --out safety.pem                                                              # prints the public key for the policy",
            "deliberate approve release/gate --policy policies/mine.yaml --role safety_council --key safety.pem --name \"A. Person\"",
            "deliberate approve precaution runs/my-model --category persuasion --equal-to-pre --because \"the refusals were not elicited around\" --policy policies/mine.yaml --role safety_council --key safety.pem --name \"A. Person\" --out release/gate")
    {
        Add(_result);
        _signing.AddTo(this, hasFolder: false);
        Subcommands.Add(new ApproveKeysCommand());
        Subcommands.Add(new ApprovePrecautionCommand());
        Subcommands.Add(new ApproveAttestCommand());
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_result) ?? throw new UserError("Which result?", field: "RESULT", advice: "deliberate approve gate.json --policy FILE --role ROLE --key FILE --name NAME");
        var policy = _signing.Policy(parsed);
        if (WrittenGateResult.Read(path) is not { } result)
        {
            Console.Error.WriteLine($"error: {path}: The statement of this result is not the one that its hash was made of: it was changed.");
            return ExitCode.InvalidEvidence;
        }

        if (result.Says("policy_sha256") != policy.Sha256) throw new UserError("The result is of another text of the policy.", path, field: "--policy", advice: "Run the gate anew, and sign that.");
        if (result.Says("verdict") != "pass") throw new UserError($"The evidence does not let this through ({result.Says("verdict")}): there is nothing to approve.", path, advice: result.Text("why"));
        var action = result.Says("action");
        var role = _signing.Role(parsed);
        var roles = policy.Policy.Gates.Where(g => RecipeWriter.Scalar(g.Action) == action).SelectMany(g => g.Approvals).Distinct().ToArray();
        if (policy.Policy.Roles.ContainsKey(role) && !roles.Contains(role)) throw new UserError($"The gate {action} does not ask for {role}.", policy.Path, field: "--role", advice: roles.Length > 0 ? $"It asks for {string.Join(", ", roles)}." : "It asks for nobody.");
        var body = new JsonObject { ["result"] = result.Hash, ["action"] = action };
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        Console.Out.WriteLine(_signing.Sign(parsed, policy, SignedKind.Approval, result.Says("model"), body, folder));
        return ExitCode.Success;
    }
}

/// <summary>Who signs, with what, for which policy.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string> _policy = new("--policy") { HelpName = "file", Description = "The policy, which names the role's public key.", Required = true };
    private readonly Option<string> _role = new("--role") { HelpName = "role", Description = "For which role of the policy.", Required = true };
    private readonly Option<string> _key = new("--key") { HelpName = "file", Description = "The role's private key.", Required = true };
    private readonly Option<string> _name = new("--name") { HelpName = "name", Description = "Who signs.", Required = true };
    private readonly Option<string> _out = new("--out") { HelpName = "folder", Description = "Where the signed record goes: the folder of the evidence, or of the gate's result.", Required = true };

    public void AddTo(Command command, bool hasFolder)
    {
        foreach (var option in new Option[] { _policy, _role, _key, _name }) command.Add(option);
        if (hasFolder) command.Add(_out);
    }

    public string Role(ParseResult parsed) => parsed.GetRequiredValue(_role);

    public string Folder(ParseResult parsed) => parsed.GetRequiredValue(_out);

    public PolicyFile Policy(ParseResult parsed) => PolicyFile.Read(parsed.GetRequiredValue(_policy), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));

    /// <returns>The record's file.</returns>
    public string Sign(ParseResult parsed, PolicyFile policy, SignedKind kind, string model, JsonObject body, string folder) => new SignedRecord
    {
        Kind = kind,
        Policy = policy.Policy.Policy,
        PolicyVersion = policy.Policy.Version,
        Model = model,
        Role = Role(parsed),
        Name = parsed.GetRequiredValue(_name),
        At = TimeProvider.System.GetUtcNow(),
        Body = body,
    }.SignInto(folder, policy, parsed.GetRequiredValue(_key));
}
