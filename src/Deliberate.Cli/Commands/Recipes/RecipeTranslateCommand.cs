using System.CommandLine;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Makes a recipe of a training file of TRL or verl, and says what of it has no counterpart.</summary>
internal sealed class RecipeTranslateCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "YAML of trl's --config or of verl's configuration, a shell script that starts either, or a Python program with a GRPOConfig(...) in it." };
    private readonly Option<ForeignTrainer?> _trainer = ChoiceOption.Optional<ForeignTrainer>("--trainer", "Whose settings a YAML file holds, where it does not say.");
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write the recipe; standard output if left out." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there." };
    private readonly Option<bool> _json = CommonOptions.Json("the recipe, what has no counterpart, and what is left to do");

    public RecipeTranslateCommand()
        : base(
            "translate",
            "Make a recipe of a training file of TRL (GRPO, RLOO, SFT, DPO) or verl: same problems a step, samples, objective and rates. Keys without a counterpart are listed, with what they do there.",
            "deliberate recipe translate grpo.yaml --output mine.yaml",
            "deliberate recipe translate run_qwen2_5-0.5b.sh",
            "deliberate recipe translate train.py --output mine.yaml")
    {
        Add(_file);
        foreach (var option in new Option[] { _trainer, _output, _force, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var output = parsed.GetValue(_output);
        if (output is not null && File.Exists(output) && !parsed.GetValue(_force)) throw new UserError("The file is there already.", output, field: "--output", advice: "Choose another name, or replace it with --force.");
        var translation = RecipeTranslation.Of(ForeignSource.Read(parsed.GetRequiredValue(_file), parsed.GetValue(_trainer)));
        // Whatever is translated is a recipe of ours; what is wrong with one is the file's to mend.
        TrainRecipe.Parse(translation.Recipe, $"the recipe that {parsed.GetRequiredValue(_file)} amounts to");
        if (output is not null) AtomicFile.WriteText(output, translation.Recipe);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { translation.Program, Output = output, Recipe = output is null ? translation.Recipe : null, translation.ToDo, WithoutCounterpart = translation.Left });
            return ExitCode.Success;
        }

        if (output is null)
        {
            Console.Out.Write(translation.Recipe);
            return ExitCode.Success;
        }

        Console.Out.WriteLine($"{output} is the recipe, from {translation.Program}.");
        if (translation.Left.Count > 0) Terminal.WriteTable("Without a counterpart:", ["key", "value", "why"], translation.Left.Select(one => (string[])[one.Name, one.Value, one.Why]), words: 3);
        foreach (var line in translation.ToDo) Console.Out.WriteLine($"To do: {line}");
        Console.Out.WriteLine($"What it amounts to: deliberate train {output} --dry-run");
        return ExitCode.Success;
    }
}
