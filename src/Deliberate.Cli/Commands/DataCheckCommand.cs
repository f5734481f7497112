using System.CommandLine;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Reads data files to their ends: good and bad lines, what repeats, lengths in tokens. Exit code 2 where any line is bad.</summary>
internal sealed class DataCheckCommand : CliCommand
{
    private readonly Argument<string[]> _files = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "JSON Lines of examples (messages, or prompt and completion) or problems (prompt and answer)." };
    private readonly Option<DataKind> _kind = ChoiceOption.Of<DataKind>("--kind", "What the file holds; auto tells it from the first line.");
    private readonly Option<string?> _model = new("--model") { HelpName = "model", Description = "Count tokens with this model's tokenizer and chat template; else with one trained on the file." };
    private readonly Option<int> _context = CommonOptions.Whole("--context", "Count the lines that are longer than a context of so many tokens; 0 for none.", 0, 0, 1 << 20);
    private readonly Option<string> _grader = new("--grader") { HelpName = "name", Description = $"Grader of problems that name none: {string.Join(", ", AnswerGraders.All.Select(g => g.Name))}; none where a verifier of yours decides.", DefaultValueFactory = _ => AnswerGraders.Default };
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "file", Description = "Of problems: the recipe whose problems.fields and problems.system they are read with." };
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public DataCheckCommand()
        : base(
            "check",
            "Check data files: counts, bad lines with file, line and field, lengths in tokens. Exit code 2 where a line is bad.",
            "deliberate data check recipes/examples/chats.jsonl",
            "deliberate data check train.jsonl --model SmolLM2-135M-Instruct --context 2048",
            "deliberate data check problems.jsonl --grader none        # a verifier of yours decides")
    {
        Add(_files);
        foreach (var option in new Option[] { _kind, _model, _context, _grader, _recipe, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var named = parsed.GetRequiredValue(_grader);
        var grader = named == "none" ? null : AnswerGraders.Get(named);
        var format = parsed.GetValue(_model) is { } model ? CheckpointChoice.TextOf(model) : null;
        var tokenizer = parsed.GetValue(_model) is { } name ? $"the tokenizer of {name}" : "a tokenizer trained on the file";
        var context = parsed.GetValue(_context);
        var shape = parsed.GetValue(_recipe) is { } recipe ? TrainRecipe.Read(ShippedRecipes.Named(recipe)).Problems?.Shape : null;
        var checks = parsed.GetRequiredValue(_files).Select(file => DataCheck.Of(file, parsed.GetValue(_kind), grader, format, shape)).ToList();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Files = checks.Select(c => DataCheckView.Json(c, tokenizer, context)) });
        }
        else
        {
            foreach (var check in checks)
            {
                if (check != checks[0]) Console.Out.WriteLine();
                DataCheckView.Write(check, tokenizer, context);
            }
        }

        return checks.TrueForAll(c => c.Bad == 0) ? ExitCode.Success : ExitCode.UserMistake;
    }
}
