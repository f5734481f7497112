using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// Shows what a model is trained on: generated problems of a family, the solution of each kind of writer with every step marked
/// by the checker, and how good each writer is, measured on many problems.
/// </summary>
internal sealed class ProblemsCommand : CliCommand
{
    private readonly Argument<string?> _family = new("FAMILY") { Arity = ArgumentArity.ZeroOrOne, Description = $"A task family: {string.Join(", ", FamilyRegistry.All.Select(f => f.Name))}. Left out: a list of them. Or a JSON Lines file of problems of your own." };
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of difficulty; 0 for the one that the quickstart uses.", 0, 0, 1000);
    private readonly Option<int> _count = CommonOptions.Whole("--count", "Problems to show.", 2, 0, 10_000);
    private readonly Option<int> _measure = CommonOptions.Whole("--measure", "Problems to measure each writer on; 0 for no table.", 200, 0, 1_000_000);
    private readonly Option<bool> _test = new("--test") { Description = "Show held-out problems instead of those trained on." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "file", Description = "Of a file of your own: the recipe whose problems.fields and problems.system it is read with, and whose model is asked." };
    private readonly Option<string?> _model = new("--model") { HelpName = "model", Description = "Of a file of your own: show each problem as this model reads it, its chat template and system message included." };
    private readonly Option<bool> _json = CommonOptions.Json("problems, solutions and measurements");

    public ProblemsCommand()
        : base(
            "problems",
            "Show generated problems of a task family and the solutions of each kind of writer.",
            "deliberate problems                                 # the families",
            "deliberate problems arithmetic --level 4",
            "deliberate problems countdown --count 10 --test --json",
            "deliberate problems recipes/examples/larger-problems.jsonl   # of your own",
            "deliberate problems gsm8k.jsonl --recipe mine.yaml --model models/SmolLM2-135M-Instruct   # as the model reads them")
    {
        Add(_family);
        foreach (var option in new Option[] { _level, _count, _measure, _test, _seed, _recipe, _model, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var json = parsed.GetValue(_json);
        if (parsed.GetValue(_family) is not { } name)
        {
            ListFamilies(json);
            return ExitCode.Success;
        }

        if (OwnProblemsView.IsFile(name))
        {
            OwnProblemsView.Write(name, parsed.GetValue(_level), parsed.GetValue(_count), parsed.GetValue(_test) ? Split.Test : Split.Train, parsed.GetValue(_seed), json, Recipe(parsed)?.Problems?.Shape, Model(parsed));
            return ExitCode.Success;
        }

        var family = FamilyNames.Get(name);
        var level = FamilyNames.Level(family, parsed.GetValue(_level));
        var seed = parsed.GetValue(_seed);
        var split = parsed.GetValue(_test) ? Split.Test : Split.Train;
        var problems = Enumerable.Range(0, parsed.GetValue(_count)).Select(i => family.Generate(split, level, seed, i)).ToArray();
        var measured = parsed.GetValue(_measure);
        var statistics = measured == 0 ? [] : Enum.GetValues<Writer>().Select(w => CorpusStatistics.Measure(family, level, w, seed, measured)).ToArray();
        if (json)
        {
            WriteJson(family, level, seed, problems, statistics);
            return ExitCode.Success;
        }

        foreach (var problem in problems) Console.Out.WriteLine(ProblemPreview.Render(family, problem, seed));
        if (statistics.Length > 0) WriteTable(family, level, statistics);
        return ExitCode.Success;
    }

    private TrainRecipe? Recipe(ParseResult parsed) => parsed.GetValue(_recipe) is { } file ? TrainRecipe.Read(ShippedRecipes.Named(file)) : null;

    /// <summary>The model that is named, else the recipe's where it is there.</summary>
    private TextFormat? Model(ParseResult parsed)
    {
        var named = parsed.GetValue(_model) ?? (Recipe(parsed)?.Model.From is { } from && Path.Exists(from) ? from : null);
        return named is null ? null : CheckpointChoice.TextOf(named);
    }

    private static void ListFamilies(bool json)
    {
        if (json) JsonOutput.Write(new { Families = FamilyRegistry.All.Select(f => new { f.Name, f.Description, f.Levels }) });
        else Terminal.WriteTable(null, ["family", "what it asks", "levels"], FamilyRegistry.All.Select(f => (string[])[f.Name, f.Description, string.Join(", ", f.Levels.Select(l => l.Number))]), words: 3);
    }

    private static void WriteJson(ITaskFamily family, int level, ulong seed, Problem[] problems, CorpusStatistics[] statistics) => JsonOutput.Write(new
    {
        Family = family.Name,
        family.Description,
        Level = level,
        Seed = seed,
        family.DefaultMixture,
        Problems = problems.Select(problem => new
        {
            problem.Index,
            problem.Split,
            problem.Prompt,
            problem.Answer,
            Solutions = Enum.GetValues<Writer>().Select(writer => Solution(family, problem, writer, seed)),
        }),
        Statistics = statistics,
    });

    private static object Solution(ITaskFamily family, Problem problem, Writer writer, ulong seed)
    {
        var random = new RandomStream(seed, StreamStage.Corpus, problem: problem.Index, sample: (long)writer);
        var solution = family.Write(problem, writer, ref random);
        using var set = new ProblemSet(family, problem.Level);
        return new { Writer = writer, solution.Completion, Grade = GradeJson.Of(set.Score(problem, solution.Completion)) };
    }

    private static void WriteTable(ITaskFamily family, int level, CorpusStatistics[] statistics)
    {
        Terminal.WriteTable(
            $"Writers of {family.Name}, level {level}, measured on {statistics[0].Problems} problems each, with 95% intervals ({EstimateText.Methods(statistics.SelectMany(s => new[] { s.Right, s.AllStepsRight, s.Steps, s.CompletionCharacters }))}):",
            ["writer", "share of corpus", "right answers", "every step right", "steps", "characters"],
            statistics.Select(s => (string[])
            [
                ProblemPreview.Name(s.Writer), family.DefaultMixture.Share(s.Writer).ToString("0.00", CultureInfo.InvariantCulture), s.Right.WithRange(NumberStyle.Share), s.AllStepsRight.WithRange(NumberStyle.Share),
                s.Steps.WithRange(NumberStyle.Tenths), s.CompletionCharacters.WithRange(NumberStyle.Tenths),
            ]));
    }
}
