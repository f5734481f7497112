using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Reads what is to be labelled, for the commands that add it, and says what came of it.</summary>
internal sealed class LabelInput
{
    private const int MostShown = 20;

    private readonly Option<bool> _skipBad = new("--skip-bad") { Description = "Leave bad lines out, and name them; without it nothing is taken where one is bad." };
    private readonly Option<int?> _generation = CommonOptions.OptionalWhole("--generation", "Which round of collecting the items are of; what the file says if left out.", 0, 1000);
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Take the first so many.", 1);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _skipBad, _generation, _limit }) command.Add(option);
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="files">In their order.</param>
    /// <param name="kind">Of the project.</param>
    /// <param name="isKnown">Whether they are questions, of which all are taken as they are.</param>
    public IReadOnlyList<NewItem> Read(ParseResult parsed, IReadOnlyList<string> files, LabellingKind kind, bool isKnown = false)
    {
        List<UserError> bad = [];
        var items = files.SelectMany(file => ItemReader.Read(file, kind, parsed.GetValue(_skipBad) ? bad.Add : null));
        if (!isKnown && parsed.GetValue(_limit) is { } limit) items = items.Take(limit);
        if (!isKnown && parsed.GetValue(_generation) is { } generation) items = items.Select(i => i with { Generation = generation });
        NewItem[] read = [.. items];
        foreach (var error in bad.Take(MostShown)) Console.Error.WriteLine("left out: " + error.Message);
        if (bad.Count > MostShown) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"left out: {bad.Count - MostShown} more"));
        return read;
    }

    public async Task AddAsync(LabellingDatabase database, LabellingProject project, IReadOnlyList<NewItem> items, ItemPurpose purpose, CancellationToken cancellation)
    {
        if (items.Count == 0) return;
        var added = await database.Projects.AddAsync(project, items, purpose, cancellation);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{project.Name}: {added.Added} {(purpose == ItemPurpose.Ordinary ? "items to label" : purpose == ItemPurpose.Screening ? "questions that everybody answers first" : "questions that are mixed in")}{(added.Known > 0 ? $", {added.Known} were there already" : "")}."));
    }
}
