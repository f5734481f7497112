using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Writes requests to align on from public sets, the training half of each.</summary>
internal sealed class SpecPromptsCommand : CliCommand
{
    private readonly Argument<string> _output = new("OUTPUT") { Description = "JSON Lines to write: prompt, category of the general specification, ideal." };
    private readonly Option<string> _data = new("--data") { HelpName = "folder", Description = "Folder that holds xstest and do_not_answer.", Required = true };
    private readonly Option<int> _most = CommonOptions.Whole("--most", "Requests to refuse at most, and as many to answer.", 96, 1, 1_000_000);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("what was written");

    public SpecPromptsCommand()
        : base(
            "prompts",
            "Write requests to align a real model on, from the training half of XSTest and Do-Not-Answer; deliberate eval xstest -T part=held-out asks the other half.",
            "deliberate spec prompts requests.jsonl --data data",
            "deliberate spec prompts requests.jsonl --data data --most 32")
    {
        Add(_output);
        foreach (var option in new Option[] { _data, _most, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var output = parsed.GetRequiredValue(_output);
        if (File.Exists(output)) throw new UserError("The file is there already.", output, advice: "Choose another name, or delete it.");
        using var stop = new StopSignal("Stopping; nothing is written.");
        var context = new TaskContext { DataFolder = parsed.GetRequiredValue(_data), Seed = parsed.GetValue(_seed) };
        var written = PublicRequests.WriteAsync(output, context, parsed.GetValue(_most), stop.Token).GetAwaiter().GetResult();
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Output = output, Written = written });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {string.Join(", ", written.Select(w => $"{w.Value} to {w.Key}"))}; the other half of each set is not in it (deliberate eval xstest -T part=held-out)"));
        return ExitCode.Success;
    }
}
