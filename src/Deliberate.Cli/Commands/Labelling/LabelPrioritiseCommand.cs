using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Orders a project's queue by scores from a file.</summary>
internal sealed class LabelPrioritiseCommand : CliCommand
{
    private readonly Argument<string> _name = new("PROJECT") { Description = "The project." };
    private readonly Argument<string> _file = new("FILE") { Description = "JSON Lines: \"item\" (its number) and \"priority\"; the highest is labelled next." };
    private readonly LabellingOptions _database = new();

    public LabelPrioritiseCommand()
        : base(
            "prioritise",
            "Order the queue: what has the highest priority is handed out next. Items that the file does not name keep theirs, which is 0 at first.",
            "deliberate label prioritise arithmetic scores.jsonl",
            "deliberate label prioritise arithmetic scores.jsonl --database /srv/labelling   # after: deliberate label export arithmetic open.jsonl --open")
    {
        Add(_name);
        Add(_file);
        _database.AddTo(this);
    }

    protected override int Run(ParseResult parsed) => _database.Run(parsed, async (database, cancellation) =>
    {
        var project = await database.Projects.NeedAsync(parsed.GetRequiredValue(_name), cancellation);
        KeyValuePair<int, double>[] priorities = [.. JsonLines.Read(parsed.GetRequiredValue(_file)).Select(line => KeyValuePair.Create(line.GetInt32("item"), line.GetDouble("priority")))];
        if (priorities.Length == 0) throw new UserError("The file names no item.", parsed.GetRequiredValue(_file));
        var changed = await database.Projects.PrioritiseAsync(project, priorities, cancellation);
        await database.Trail.AddAsync(Actor.CommandLine, "ordered the queue", project.Name, cancellation);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{project.Name}: {changed} of {priorities.Length} items have a new priority."));
        return ExitCode.Success;
    });
}
