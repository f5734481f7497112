namespace Deliberate.Training;

/// <summary>
/// Files that a recipe names: relative to the recipe's folder, or, where there is none of that name, to the current one (as
/// <c>--set</c> is meant). Absolute afterwards, so that a run's own recipe works from anywhere.
/// </summary>
internal static class RecipePaths
{
    public static TrainRecipe Rooted(TrainRecipe recipe, string recipeFile)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(recipeFile))!;
        return recipe with
        {
            Family = recipe.Family with { Assembly = One(recipe.Family.Assembly), Parts = recipe.Family.Parts.Count == 0 ? recipe.Family.Parts : [.. recipe.Family.Parts.Select(part => part with { Assembly = One(part.Assembly) })] },
            Reinforcement = recipe.Reinforcement with { Assembly = One(recipe.Reinforcement.Assembly) },
            Environment = recipe.Environment is not { } played ? null : played with
            {
                Assembly = One(played.Assembly),
                Folder = played.Command.Count == 0 ? null : played.Folder is { } own ? Find(own, folder) : folder,
                Visible = [.. played.Visible.Select(p => Find(Home(p), folder))],
            },
            Supervised = recipe.Supervised with { Data = All(recipe.Supervised.Data) },
            Problems = recipe.Problems is not { } problems ? null : problems with
            {
                Train = All(problems.Train),
                Test = All(problems.Test),
                Verifier = problems.Verifier is { } verifier ? Rooted(verifier, folder) : null,
            },
        };

        string? One(string? path) => path is null ? null : Find(path, folder);

        IReadOnlyList<string> All(IReadOnlyList<string> paths) => [.. paths.Select(p => Find(p, folder))];
    }

    /// <summary>The verifier's own files, and the folder that it starts in.</summary>
    public static VerifierRecipe Rooted(VerifierRecipe verifier, string folder) => verifier with
    {
        Assembly = verifier.Assembly is { } assembly ? Find(assembly, folder) : null,
        Folder = verifier.Command.Count == 0 ? null : verifier.Folder is { } own ? Find(own, folder) : folder,
        Visible = [.. verifier.Visible.Select(p => Find(Home(p), folder))],
    };

    /// <summary>In the recipe's folder, or in the current one where only that has it.</summary>
    public static string Find(string path, string folder)
    {
        var there = Path.GetFullPath(path, folder);
        var here = Path.GetFullPath(path);
        return !Path.Exists(there) && Path.Exists(here) ? here : there;
    }

    private static string Home(string path) => path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..] : path;
}
