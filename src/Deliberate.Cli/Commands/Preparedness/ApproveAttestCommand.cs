using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Signs a figure of an external indicator, or a document that a gate asks for.</summary>
internal sealed class ApproveAttestCommand : CliCommand
{
    private readonly Argument<string> _subject = new("SUBJECT") { Description = "An external test of the policy, or a document that its gates ask for." };
    private readonly Option<string> _model = new("--model") { HelpName = "model", Description = "Of which model.", Required = true };
    private readonly Option<ModelState?> _state = ChoiceOption.Optional<ModelState>("--state", "In which state of the model; any if left out.");
    private readonly Option<double?> _value = CommonOptions.OptionalReal("--value", "The figure.", -1e9, 1e9);
    private readonly Option<double?> _low = CommonOptions.OptionalReal("--low", "Lower end of its 95% interval.", -1e9, 1e9);
    private readonly Option<double?> _high = CommonOptions.OptionalReal("--high", "Upper end.", -1e9, 1e9);
    private readonly Option<int?> _n = CommonOptions.OptionalWhole("--n", "Items or people.", 1);
    private readonly Option<string[]> _caveats = new("--caveat") { HelpName = "text", Description = "What has to be known of it. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _document = new("--document") { HelpName = "file", Description = "What it rests on: its hash is signed, too." };
    private readonly SigningOptions _signing = new();

    public ApproveAttestCommand()
        : base(
            "attest",
            "Sign evidence from outside: a study's figure with its interval, n and caveats, or a document that a gate asks for.",
            "deliberate approve attest uplift-critical --model runs/my-model --value 0.51 --low 0.44 --high 0.58 --n 60 --caveat \"novices only\" --document study.pdf --policy mine.yaml --role evaluator --key lab.pem --name \"A. Lab\" --out evidence",
            "deliberate approve attest capabilities-report --model runs/my-model --document report.pdf --policy mine.yaml --role evaluator --key lab.pem --name \"A. Lab\" --out evidence")
    {
        Add(_subject);
        foreach (var option in new Option[] { _model, _state, _value, _low, _high, _n, _caveats, _document }) Add(option);
        _signing.AddTo(this, hasFolder: true);
    }

    protected override int Run(ParseResult parsed)
    {
        var policy = _signing.Policy(parsed);
        var subject = parsed.GetRequiredValue(_subject);
        var test = policy.Policy.Tests.FirstOrDefault(t => t.Id == subject);
        string[] documents = [.. policy.Policy.Gates.SelectMany(g => g.Artefacts).Distinct()];
        if (test is null && !documents.Contains(subject)) throw new UserError($"The policy has no external test and asks for no document \"{subject}\".", policy.Path, field: "SUBJECT", advice: NearestName.Suggest(subject, [.. policy.Policy.Tests.Where(t => t.Measure.External is not null).Select(t => t.Id), .. documents]));
        if (test is { Measure.External: null }) throw new UserError($"{subject} is measured by a task: its evidence is a log, not a signature.", policy.Path, field: "SUBJECT");
        var body = new JsonObject();
        if (test is not null)
        {
            var (value, low, high) = (Needed(parsed.GetValue(_value), "--value"), Needed(parsed.GetValue(_low), "--low"), Needed(parsed.GetValue(_high), "--high"));
            if (low > value || value > high) throw new UserError("The figure does not lie in its interval.", field: "--value");
            body["indicator"] = subject;
            body["value"] = value;
            body["low"] = low;
            body["high"] = high;
            body["n"] = parsed.GetValue(_n) ?? throw new UserError("A figure needs its n.", field: "--n");
        }
        else body["artefact"] = subject;
        if (parsed.GetValue(_state) is { } state) body["state"] = RecipeWriter.Scalar(state);
        body["caveats"] = new JsonArray([.. (parsed.GetValue(_caveats) ?? []).Select(c => (JsonNode)c)]);
        Document(parsed, body, isNeeded: test is null);
        using var stop = new StopSignal("Stopping.");
        Console.Out.WriteLine(_signing.Sign(parsed, policy, SignedKind.External, GateCommand.Model(parsed.GetRequiredValue(_model), stop.Token).Id, body, _signing.Folder(parsed)));
        return ExitCode.Success;
    }

    private void Document(ParseResult parsed, JsonObject body, bool isNeeded)
    {
        if (parsed.GetValue(_document) is not { } document)
        {
            if (isNeeded) throw new UserError("Which document?", field: "--document");
            return;
        }

        if (!File.Exists(document)) throw new UserError("There is no such document.", document, field: "--document");
        using var stream = File.OpenRead(document);
        body["document"] = Path.GetFileName(document);
        body["document_sha256"] = Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static double Needed(double? value, string field) => value ?? throw new UserError("A figure needs its value and both ends of its interval.", field: field);
}
