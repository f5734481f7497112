using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Writes a project's labels, or what is to be labelled.</summary>
internal sealed class LabelExportCommand : CliCommand
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Argument<string> _name = new("PROJECT") { Description = "The project." };
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The file to write." };
    private readonly Option<ExportForm?> _to = ChoiceOption.Optional<ExportForm>("--to", "prm800k; preferences (prompt, chosen, rejected); ratings (rating, source, group); label_studio; full (all there is of each label). The one that goes with the project if left out.");
    private readonly Option<bool> _agreed = new("--agreed") { Description = "One label an item: the one that a reviewer let stand, else the first." };
    private readonly Option<bool> _known = new("--known") { Description = "The answers to known questions too." };
    private readonly Option<bool> _open = new("--open") { Description = "Instead of labels the items that none is there of yet: item, problem, answer, steps; for a model that scores them." };
    private readonly LabellingOptions _database = new();

    public LabelExportCommand()
        : base(
            "export",
            "Write labels to a file, while more of them are made.",
            "deliberate label export arithmetic labels.jsonl",
            "deliberate label export arithmetic labels.jsonl --agreed && deliberate train recipes/prm.yaml --set supervised.data=[labels.jsonl]",
            "deliberate label export helpful preferences.jsonl   # trains recipes/preferences",
            "deliberate label export persuasion ratings.jsonl && deliberate stats percentile ratings.jsonl --rating rating --source source --cluster group",
            "deliberate label export arithmetic tasks.json --to label_studio",
            "deliberate label export arithmetic open.jsonl --open")
    {
        Add(_name);
        Add(_output);
        foreach (var option in new Option[] { _to, _agreed, _known, _open }) Add(option);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var project = await database.Projects.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        var output = parsed.GetRequiredValue(_output);
        var choice = new ExportChoice(parsed.GetValue(_to) ?? LabelExport.Usual(project.Kind), parsed.GetValue(_agreed), parsed.GetValue(_known));
        var written = 0;
        AtomicFile.Write(output, stream => written = parsed.GetValue(_open) ? WriteOpen(database, project, stream, cancellation).GetAwaiter().GetResult() : database.Export.WriteAsync(project, choice, stream, cancellation).GetAwaiter().GetResult());
        await database.Trail.AddAsync(Actor.CommandLine, "exported labels", project.Name, cancellation);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {written} {(parsed.GetValue(_open) ? "items that are to be labelled" : "labels")} of {project.Name}."));
        return ExitCode.Success;
    });

    private static async Task<int> WriteOpen(LabellingDatabase database, LabellingProject project, Stream stream, CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var item in database.Projects.ItemsAsync(project, openOnly: true, cancellation))
        {
            var content = ItemContent.Read(item.Content);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { item = item.Number, problem = content.Problem, answer = content.ReferenceAnswer, steps = content.Steps, responses = content.Responses, final_answer = content.FinalAnswer, priority = item.Priority }, Relaxed) + "\n"), cancellation);
            count++;
        }

        return count;
    }
}
