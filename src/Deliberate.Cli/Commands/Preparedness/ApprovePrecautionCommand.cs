using System.CommandLine;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Records and signs a precautionary classification: a level that is taken as given without definitive evidence.</summary>
internal sealed class ApprovePrecautionCommand : CliCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The model that the gate is about." };
    private readonly Option<string> _category = new("--category") { HelpName = "id", Description = "Of which category.", Required = true };
    private readonly Option<ModelState> _state = ChoiceOption.Of("--state", "In which state of the model.", ModelState.Post);
    private readonly Option<string?> _level = new("--level") { HelpName = "level", Description = "The level that is taken as given; it can only raise what is shown." };
    private readonly Option<bool> _equal = new("--equal-to-pre") { Description = "The model after its mitigations is taken to be as it was before them." };
    private readonly Option<string> _because = new("--because") { HelpName = "text", Description = "Why.", Required = true };
    private readonly SigningOptions _signing = new();

    public ApprovePrecautionCommand()
        : base(
            "precaution",
            "Sign a precautionary classification: it binds gates and safeguards as a measured level does, and is shown as such everywhere.",
            "deliberate approve precaution runs/my-model --category cbrn --level high --because \"a study is under way\" --policy mine.yaml --role safety_council --key safety.pem --name \"A. Person\" --out evidence",
            "deliberate approve precaution runs/my-model --category persuasion --equal-to-pre --because \"no definitive evidence\" --policy mine.yaml --role safety_council --key safety.pem --name \"A. Person\" --out evidence")
    {
        Add(_model);
        foreach (var option in new Option[] { _category, _state, _level, _equal, _because }) Add(option);
        _signing.AddTo(this, hasFolder: true);
    }

    protected override int Run(ParseResult parsed)
    {
        var policy = _signing.Policy(parsed);
        var (category, level, equal) = (parsed.GetRequiredValue(_category), parsed.GetValue(_level), parsed.GetValue(_equal));
        if (policy.Policy.Categories.All(c => c.Id != category)) throw new UserError($"The policy has no category \"{category}\".", policy.Path, field: "--category", advice: NearestName.Suggest(category, [.. policy.Policy.Categories.Select(c => c.Id)]));
        if (level is null == !equal) throw new UserError("A classification is either a level or equal to pre.", field: "--level", advice: "Give --level LEVEL or --equal-to-pre.");
        if (level is not null && policy.Policy.Rank(level) < 0) throw new UserError($"The policy has no level \"{level}\".", policy.Path, field: "--level", advice: NearestName.Suggest(level, [.. policy.Policy.Levels]));
        var state = RecipeWriter.Scalar(parsed.GetValue(_state));
        if (Gate.WithoutEffect(policy.Policy, state, equal) is { } why)
            throw new UserError($"The classification would change nothing: {why}.", policy.Path, field: equal ? "--equal-to-pre" : "--state", advice: $"The policy looks at {string.Join(", ", Enum.GetValues<ModelState>().Where(policy.Policy.LooksAt).Select(s => RecipeWriter.Scalar(s)))}.");
        using var stop = new StopSignal("Stopping.");
        var body = new JsonObject { ["category"] = category, ["state"] = state, ["because"] = parsed.GetRequiredValue(_because) };
        if (equal) body["equal_to"] = "pre";
        else body["level"] = level;
        Console.Out.WriteLine(_signing.Sign(parsed, policy, SignedKind.Precaution, GateCommand.Model(parsed.GetRequiredValue(_model), stop.Token).Id, body, _signing.Folder(parsed)));
        return ExitCode.Success;
    }
}
