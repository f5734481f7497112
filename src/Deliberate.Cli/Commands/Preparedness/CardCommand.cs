using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Writes a model's system card, or says whether one still holds: exit code 4 where the weights, a log or the gate's result changed.</summary>
internal sealed class CardCommand : CliCommand
{
    private readonly Argument<string?> _model = new("MODEL") { Arity = ArgumentArity.ZeroOrOne, Description = "A checkpoint, a run folder, or a model from elsewhere." };
    private readonly Option<string[]> _evidence = new("--evidence") { HelpName = "folder", Description = "Evaluations and attested files; folders below it are looked through. May be given several times.", DefaultValueFactory = _ => [] };
    private readonly ModelStateOptions _states = new();
    private readonly Option<string?> _run = new("--run") { HelpName = "folder", Description = "The run that trained it; the checkpoint's own if left out." };
    private readonly Option<string?> _gate = new("--gate") { HelpName = "result", Description = "gate.json, or its folder." };
    private readonly Option<string> _output = new("--output") { HelpName = "file", Description = "card.html, card.md or card.json; the JSON is written beside the others.", DefaultValueFactory = _ => "card.html" };
    private readonly Option<string?> _check = new("--check") { HelpName = "card", Description = "Write nothing: say whether this card still holds of the model." };
    private readonly Option<bool> _json = CommonOptions.Json("the card, or what was found of it");

    public CardCommand()
        : base(
            "card",
            "Write a model's system card: how it was made, what was measured of it and what was not, each figure bound to the weights and linked to its log.",
            "deliberate card runs/my-model --evidence evaluations --gate release/gate --output release/card.html",
            "deliberate card runs/my-model --evidence evaluations --output README.md      # for a model repository",
            "deliberate card runs/my-model --filters filter.json --evidence evaluations    # with a column of the system as it goes out",
            "deliberate card runs/my-model --check release/card.html                      # in CI: exit code 4 where it does not hold any more",
            "deliberate card diff release/1/card.html release/2/card.html",
            "deliberate card family runs/larger runs/mini --evidence evaluations           # a model and the smaller one distilled from it")
    {
        Add(_model);
        foreach (var option in (Option[])[_evidence, .. _states.All, _run, _gate, _output, _check, _json]) Add(option);
        Subcommands.Add(new CardDiffCommand());
        Subcommands.Add(new CardFamilyCommand());
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetValue(_model) ?? throw new UserError("Whose card?", field: "MODEL", advice: "deliberate card MODEL --evidence FOLDER --output card.html; deliberate card diff A B.");
        using var stop = new StopSignal("Stopping.");
        if (parsed.GetValue(_check) is { } card) return Check(card, CardFile.Read(card), _states.Read(parsed, name, stop.Token), parsed.GetValue(_json));
        var output = parsed.GetRequiredValue(_output);
        if (!CardFile.IsKnown(output)) throw new UserError("A card is a page, Markdown or JSON.", output, field: "--output", advice: "End its name in .html, .md or .json.");
        if (Directory.Exists(output)) throw new UserError("This is a folder, not a file.", output, field: "--output");
        var models = _states.Read(parsed, name, stop.Token);
        var gate = parsed.GetValue(_gate) is { } result ? WrittenGateResult.Read(result) : null;
        if (parsed.GetValue(_gate) is { } changed && gate is null) return Refuse($"{changed}: The statement of this result is not the one that its hash was made of: it was changed.");
        var evidence = GateEvidence.Read(parsed.GetValue(_evidence) ?? []);
        var input = new CardInput(CardBuilder.WithDeployed(models, evidence, gate), evidence, RunOf(parsed.GetValue(_run), name), gate, Path.GetDirectoryName(Path.GetFullPath(output))!, CommandOf(parsed, name, output));
        if (CardBuilder.Invalid(input) is { } invalid) return Refuse(invalid);
        var made = CardBuilder.Build(input, TimeProvider.System.GetUtcNow());
        var files = CardFile.Write(made, output);
        if (parsed.GetValue(_json))
        {
            Console.Out.WriteLine(Secrets.Redact(made.Json().ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true })));
            return ExitCode.Success;
        }

        foreach (var gap in made.Gaps) Console.Out.WriteLine($"empty    {gap.Row}: {gap.Fill}");
        foreach (var left in made.LeftOut) Console.Out.WriteLine($"left out {left}");
        foreach (var claim in made.Claims.Where(c => c.IsEmpty)) Console.Out.WriteLine($"claim    the card does not state the {claim.Slot}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.Figures.Count} figures of {models.Post.Id[..12]}{(input.Models.Deployed is { } deployed ? $" (behind {deployed.Filter}: {made.Figures.Count(f => f.State == ModelState.Deployed)})" : "")}, {made.Gaps.Count} empty places, {made.Claims.Count(c => !c.IsEmpty)} of {made.Claims.Count} parts of the claim"));
        Console.Out.WriteLine($"Card  {string.Join(", ", files)}");
        return ExitCode.Success;
    }

    private static int Check(string path, System.Text.Json.Nodes.JsonObject card, GateModels models, bool json)
    {
        string[] stale = [.. CardFile.Stale(card, path, models)];
        if (json) JsonOutput.Write(new { Card = path, Model = models.Post.Id, Holds = stale.Length == 0, Stale = stale });
        else foreach (var line in stale.Length == 0 ? [$"{path} holds: the model, its logs and the gate's result are those that it was made from."] : stale) Console.Out.WriteLine(line);
        return stale.Length == 0 ? ExitCode.Success : ExitCode.InvalidEvidence;
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine($"error: {why}");
        return ExitCode.InvalidEvidence;
    }

    /// <summary>As named; else the one that the checkpoint lies in.</summary>
    private static RunEvidence? RunOf(string? named, string model)
    {
        if (named is not null) return RunEvidence.Read(RunNames.Existing(named));
        var location = CheckpointChoice.Find(model).Location;
        var run = new RunFolder(Path.GetFullPath(Path.Combine(location, "..", "..")));
        return Directory.Exists(location) && File.Exists(run.Recipe) && File.Exists(run.Info) ? RunEvidence.Read(run.Root) : null;
    }

    private string CommandOf(ParseResult parsed, string name, string output) => ShellCommand.Of(
    [
        "deliberate", "card", name, .. (parsed.GetValue(_evidence) ?? []).SelectMany(e => new[] { "--evidence", e }), .. _states.Words(parsed),
        .. parsed.GetValue(_run) is { } run ? ["--run", run] : Array.Empty<string>(), .. parsed.GetValue(_gate) is { } gate ? ["--gate", gate] : Array.Empty<string>(), "--output", output,
    ]);
}
