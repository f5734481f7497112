using System.CommandLine;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Makes a project from what is to be labelled.</summary>
internal sealed class LabelCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Of the project: small letters, digits and -." };
    private readonly Argument<string[]> _files = new("FILE") { Description = "Solutions or pairs: step labels in any form, a pool of samples, prompt with chosen and rejected, prompt with response and source, Label Studio's JSON, or a run's folder.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<LabellingKind> _kind = ChoiceOption.Of("--kind", "phase2: one solution up to its first mistake; phase1: alternatives for each step; preference: the better of two; rating: one answer, from 1 to 5, its author hidden.", LabellingKind.Phase2);
    private readonly Option<AlternativesKind> _alternatives = ChoiceOption.Of("--alternatives", "Of phase 1: prepared, those of the files; live, where none are prepared --model writes the next step's while the labeller waits.", AlternativesKind.Prepared);
    private readonly Option<string?> _model = new("--model") { HelpName = "model", Description = "Who writes them live: a checkpoint, PROVIDER:NAME of deliberate.yaml, mock:TEXT. The server opens it." };
    private readonly Option<int> _candidates = CommonOptions.Whole("--candidates", "How many it writes for a step; the same text is shown once.", 4, 1, 16);
    private readonly Option<int> _wait = CommonOptions.Whole("--wait-seconds", "How long it may take; then what came is shown, and the labeller goes on without where nothing came.", 10, 1, 15);
    private readonly SeparatorOption _separator = new();
    private readonly Option<string?> _title = new("--title") { HelpName = "text", Description = "What labellers read; the name if left out." };
    private readonly Option<string?> _instructions = new("--instructions") { HelpName = "file.md", Description = "What labellers are told; those that the kind brings if left out." };
    private readonly Option<string?> _screening = new("--screening") { HelpName = "file", Description = "Labelled solutions that everybody answers first (PRM800K had 30)." };
    private readonly Option<string?> _quality = new("--quality") { HelpName = "file", Description = "Labelled solutions that are mixed in, unmarked, for everybody." };
    private readonly Option<double> _passMark = CommonOptions.Real("--pass-mark", "Share of the screening's ratings that must agree with the known ones.", 0.75, 0, 1);
    private readonly Option<int> _qualityEvery = CommonOptions.Whole("--quality-every", "A quality question behind so many solutions.", 12, 0, 10_000);
    private readonly Option<double> _double = CommonOptions.Real("--double", "Share of the items that two label, for the agreement.", 0.1, 0, 1);
    private readonly Option<int> _lease = CommonOptions.Whole("--lease-minutes", "How long an item is kept for whoever does nothing with it.", 30, 1, 24 * 60);
    private readonly LabellingOptions _database = new();
    private readonly LabelInput _input = new();

    public LabelCreateCommand()
        : base(
            "create",
            "Make a project: what is to be labelled, by which rules, with which known questions.",
            "deliberate label create arithmetic solutions.jsonl",
            "deliberate label create arithmetic solutions.jsonl --screening gold-30.jsonl --quality gold-20.jsonl --double 0.2",
            "deliberate label create dialogues phase1.jsonl --kind phase1",
            "deliberate label create talks problems.jsonl --kind phase1 --alternatives live --model runs/my-policy   # problem and answer a line",
            "deliberate label create helpful pairs.jsonl --kind preference   # labels train recipes/preferences",
            "deliberate label create persuasion replies.jsonl --kind rating --double 1   # ChangeMyView's ratings: prompt, response, source, group a line",
            "deliberate label create run-7 runs/my-arithmetic --database postgres://deliberate@db.example.org/labels")
    {
        Add(_name);
        Add(_files);
        foreach (var option in new Option[] { _kind, _title, _instructions, _screening, _quality, _passMark, _qualityEvery, _double, _lease, _alternatives, _model, _candidates, _wait, _separator.Option }) Add(option);
        _input.AddTo(this);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var project = new LabellingProject
        {
            Name = parsed.GetRequiredValue(_name),
            Title = parsed.GetValue(_title) ?? parsed.GetRequiredValue(_name),
            Kind = parsed.GetValue(_kind),
            Instructions = parsed.GetValue(_instructions) is { } file ? TextFile.Read(file)[0] : null,
            PassMark = parsed.GetValue(_passMark),
            QualityEvery = parsed.GetValue(_qualityEvery),
            DoubleShare = parsed.GetValue(_double),
            LeaseMinutes = parsed.GetValue(_lease),
            LiveModel = Model(parsed),
            LiveCandidates = parsed.GetValue(_candidates),
            LiveSeconds = parsed.GetValue(_wait),
            LiveSeparator = _separator.Of(parsed),
        };
        // Read before anything is made, so that a wrong line leaves nothing behind.
        var items = _input.Read(parsed, parsed.GetRequiredValue(_files), project.Kind);
        var (screening, quality) = (_input.Read(parsed, One(parsed.GetValue(_screening)), project.Kind, isKnown: true), _input.Read(parsed, One(parsed.GetValue(_quality)), project.Kind, isKnown: true));
        if (items.Count == 0) throw new UserError("There is nothing to label.", parsed.GetRequiredValue(_files)[0]);
        foreach (var item in items) ProjectStore.RefuseBare(project, item);
        if (screening.Concat(quality).Any(i => i.Gold is null)) throw new UserError("A question's labels must be known.", parsed.GetValue(_screening) ?? parsed.GetValue(_quality), advice: "Take labelled solutions, in PRM800K's schema.");
        return _database.Run(
            parsed,
            async (database, cancellation) =>
            {
                await database.Projects.CreateAsync(project, cancellation);
                await _input.AddAsync(database, project, screening, ItemPurpose.Screening, cancellation);
                await _input.AddAsync(database, project, quality, ItemPurpose.Quality, cancellation);
                await _input.AddAsync(database, project, items, ItemPurpose.Ordinary, cancellation);
                await database.Trail.AddAsync(Actor.CommandLine, "made a project", project.Name, cancellation);
                Console.Out.WriteLine("Next: deliberate label serve");
                return ExitCode.Success;
            },
            mayMake: true);
    }

    /// <summary>Who writes alternatives; a place on this machine as the server finds it wherever it is started.</summary>
    private string? Model(ParseResult parsed)
    {
        var model = parsed.GetValue(_model);
        if (parsed.GetValue(_alternatives) == AlternativesKind.Prepared) return model is null ? null : throw new UserError("Prepared alternatives need no model.", field: "--model", advice: "Add --alternatives live.");
        if (parsed.GetValue(_kind) != LabellingKind.Phase1) throw new UserError("Alternatives are of phase 1.", field: "--alternatives", advice: "Add --kind phase1.");
        if (model is null) throw new UserError("Nobody writes the alternatives.", field: "--model", advice: "Name a checkpoint, or PROVIDER:NAME of deliberate.yaml.");
        if (!Path.Exists(model) && !model.Contains(':', StringComparison.Ordinal) && model != "mock") throw new UserError($"There is no model \"{model}\".", field: "--model", advice: "Name a checkpoint's folder or file, or PROVIDER:NAME of deliberate.yaml.");
        return Path.Exists(model) ? Path.GetFullPath(model) : model;
    }

    private static string[] One(string? file) => file is null ? [] : [file];
}

/// <summary>Where the alternatives of phase 1 come from.</summary>
internal enum AlternativesKind
{
    /// <summary>From the files.</summary>
    Prepared,

    /// <summary>From a model, while a labeller waits, where the files have none.</summary>
    Live,
}
