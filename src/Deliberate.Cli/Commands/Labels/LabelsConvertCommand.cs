using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Brings step labels from one form into another; all of the file or nothing, unless bad lines are to be left out.</summary>
internal sealed class LabelsConvertCommand : CliCommand
{
    private readonly Argument<string> _input = new("INPUT") { Description = "JSON Lines in PRM800K's schema, or prompt, completions and labels, or ProcessBench's." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The file to write." };
    private readonly Option<LabelForm> _to = ChoiceOption.Of("--to", "The form to write.", LabelForm.Stepwise);
    private readonly Option<NeutralSteps> _neutral = ChoiceOption.Of<NeutralSteps>("--neutral", "What a neutral step counts as.");
    private readonly Option<bool> _skip = new("--skip-bad") { Description = "Leave bad lines out and say so; else nothing is written where there is one." };
    private readonly Option<bool> _json = CommonOptions.Json("what was written");

    public LabelsConvertCommand()
        : base(
            "convert",
            "Bring step labels into PRM800K's schema, into prompt, completions and labels, or into ProcessBench's form.",
            "deliberate labels convert phase2_train.jsonl steps.jsonl",
            "deliberate labels convert steps.jsonl bench.jsonl --to processbench --skip-bad")
    {
        Add(_input);
        Add(_output);
        foreach (var option in new Option[] { _to, _neutral, _skip, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (input, output, form) = (parsed.GetRequiredValue(_input), parsed.GetRequiredValue(_output), parsed.GetValue(_to));
        int written = 0, bad = 0, unknown = 0;
        Action<UserError>? onError = !parsed.GetValue(_skip) ? null : error =>
        {
            if (bad++ < 20) Console.Error.WriteLine("left out: " + error.Message);
        };
        AtomicFile.Write(output, stream =>
        {
            foreach (var line in LabelFile.Read(input, parsed.GetValue(_neutral), onError))
            {
                if (Write(stream, line, form, Path.GetFileName(input))) written++;
                else unknown++;
            }

            if (written == 0) throw new UserError("The file holds no labels that can be written.", input);
        });
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Output = output, Written = written, Bad = bad, Unknown = unknown });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {written} solutions{(bad > 0 ? $", {bad} bad lines left out" : "")}{(unknown > 0 ? $", {unknown} left out whose first mistake is not known" : "")}."));
        return ExitCode.Success;
    }

    private static bool Write(Stream stream, LabelLine line, LabelForm form, string source)
    {
        switch (form)
        {
            case LabelForm.Prm800k:
                Prm800kFile.Write(stream, line.Labelled ?? line.Example.ToLabelled(FamilyLabels.Labeler, "1970-01-01T00:00:00.000000"));
                return true;
            case LabelForm.Stepwise:
                line.Example.Write(stream);
                return true;
            default:
                var one = line.Case ?? ProcessBenchCase.Of(line.Example, string.Create(CultureInfo.InvariantCulture, $"{source}-{line.Line}"), source);
                one?.Write(stream);
                return one is not null;
        }
    }
}
