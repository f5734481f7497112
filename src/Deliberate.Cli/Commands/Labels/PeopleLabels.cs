using Deliberate.Core;
using Deliberate.Server;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>A labelling project as the labeller of a loop: what was chosen is put into its queue by priority, and taken out when all of it is labelled.</summary>
internal sealed class PeopleLabels(LabellerRecipe recipe) : IPeopleLabels
{
    public (int Done, int Of) Collect(string chosen, int generation, string labels, CancellationToken cancellation) =>
        CollectAsync(chosen, generation, labels, cancellation).GetAwaiter().GetResult();

    private async Task<(int Done, int Of)> CollectAsync(string chosen, int generation, string labels, CancellationToken cancellation)
    {
        await using var database = await LabellingDatabase.OpenAsync(LabellingOptions.Place(recipe.Database), mayMake: false, cancellation: cancellation);
        var project = await database.Projects.NeedAsync(recipe.Project!, cancellation);
        if (project.Kind != LabellingKind.Phase2) throw new UserError("Whole solutions are labelled in projects of phase 2.", project.Name, field: "labeller.project", advice: "Make one: deliberate label create NAME FILE.");
        NewItem[] items = [.. ItemReader.Read(chosen, project.Kind).Select(i => i with { Generation = generation })];
        // What is there already is not added again, so that a loop that was stopped does no harm; and what else is there is not the loop's.
        await database.Projects.AddAsync(project, items, ItemPurpose.Ordinary, cancellation);
        var ours = items.Select(i => i.Content.Hash()).ToHashSet(StringComparer.Ordinal);
        var (of, open) = (0, 0);
        await foreach (var item in database.Projects.ItemsAsync(project, openOnly: false, cancellation))
        {
            if (item.Purpose != ItemPurpose.Ordinary || !ours.Contains(item.Hash)) continue;
            of++;
            if (item.IsOpen) open++;
        }

        if (open == 0)
        {
            AtomicFile.Write(labels, stream => database.Export.WriteAsync(project, new ExportChoice(ExportForm.Prm800k, Agreed: true) { Only = ours }, stream, cancellation).GetAwaiter().GetResult());
            await database.Trail.AddAsync(Actor.CommandLine, "exported labels", project.Name, cancellation);
        }

        return (of - open, of);
    }
}
