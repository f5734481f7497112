using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Reads another program's task file as tasks of ours.</summary>
internal sealed class EvalConvertCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "promptfooconfig.yaml, a seed set of PyRIT, or a task file of lm-evaluation-harness." };
    private readonly Option<string> _output = new("--output", "-o") { HelpName = "folder", Description = "Where the tasks are written; here unless named.", DefaultValueFactory = _ => "." };
    private readonly Option<string?> _data = new("--data") { HelpName = "file", Description = "For lm-evaluation-harness: the documents, an object a line, instead of those on a hub." };
    private readonly Option<string?> _examples = new("--examples") { HelpName = "file", Description = "For lm-evaluation-harness: the documents that worked examples (num_fewshot) are taken from, an object a line." };
    private readonly Option<bool> _byLetter = new("--by-letter") { Description = "For lm-evaluation-harness: ask for the letter of a choice, which any model can be asked for, instead of comparing likelihoods." };
    private readonly Option<bool> _json = CommonOptions.Json("what was written, and what was left out");

    public EvalConvertCommand()
        : base(
            "convert",
            "Write another program's task file as YAML of ours, and name every key that has no counterpart.",
            "deliberate eval convert promptfooconfig.yaml --output tasks",
            "deliberate eval convert illegal.prompt",
            "deliberate eval convert gsm8k.yaml --data gsm8k-test.jsonl",
            "deliberate eval convert mmlu.yaml --data test.jsonl --examples dev.jsonl --by-letter")
    {
        Add(_file);
        foreach (var option in new Option[] { _output, _data, _examples, _byLetter, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (program, tasks) = TaskConverters.Read(parsed.GetRequiredValue(_file), new ConversionOptions(parsed.GetValue(_data), parsed.GetValue(_examples), parsed.GetValue(_byLetter)));
        var written = new List<(ConvertedTask Task, IReadOnlyList<string> Files)>();
        foreach (var task in tasks) written.Add((task, task.Write(parsed.GetRequiredValue(_output))));
        string[] unsupported = [.. tasks.SelectMany(t => t.Unsupported)];
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Program = program, Tasks = written.Select(w => new { w.Task.Task.Name, Items = w.Task.Task.Items.Count, w.Files }), Unsupported = unsupported });
            return ExitCode.Success;
        }

        foreach (var (task, files) in written) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", files)}: {task.Task.Items.Count} {(task.Task.Items.Count == 1 ? "item" : "items")}."));
        foreach (var line in unsupported) Console.Error.WriteLine(line);
        Console.Out.WriteLine($"deliberate eval {written[0].Files[0]} --model MODEL runs it{(unsupported.Length > 0 ? "; what has no counterpart is told above" : "")}.");
        return ExitCode.Success;
    }
}
