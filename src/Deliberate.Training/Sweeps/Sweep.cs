using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A run of a sweep.</summary>
/// <param name="Name">Of its folder within the sweep's.</param>
/// <param name="Seed">Of everything random in it.</param>
/// <param name="Settings">What it has otherwise than the recipe, by key.</param>
internal sealed record SweepRun(string Name, ulong Seed, IReadOnlyDictionary<string, string> Settings);

/// <summary>
/// A recipe trained several times: with several seeds, with several values of some of its keys, or both, every combination a run. Which
/// runs there are is known, and each recipe read, before anything is trained.
/// </summary>
internal sealed record Sweep
{
    /// <summary>More runs than anybody looks at are refused.</summary>
    public const int MostRuns = 1000;

    /// <summary>More runs than this are to be asked for.</summary>
    public const int MostUnasked = 24;

    public required string Name { get; init; }

    public required IReadOnlyList<ulong> Seeds { get; init; }

    public required IReadOnlyList<SweepAxis> Axes { get; init; }

    /// <summary>Settings in turn, of each all seeds.</summary>
    public IReadOnlyList<SweepRun> Runs => field ??= Combine();

    /// <summary>How many runs there are, without making them.</summary>
    public double Count => Axes.Aggregate((double)Seeds.Count, (count, axis) => count * axis.Values.Count);

    /// <summary>What is combined, in words: 3 values of reinforcement.samples x 5 seeds (1 to 5).</summary>
    public string Words => string.Join(" x ", [.. Axes.Select(axis => $"{axis.Values.Count} values of {axis.Key}"), Seeds.Count == 1 ? $"seed {Seeds[0]}" : $"{Seeds.Count} seeds ({Seeds[0]} to {Seeds[^1]})"]);

    /// <summary>The same for a page's title, keys by their last part.</summary>
    public string Title => string.Join(" x ", [.. Axes.Select(axis => $"{axis.Values.Count} values of {axis.Short}"), Seeds.Count == 1 ? $"seed {Seeds[0]}" : $"{Seeds.Count} seeds"]);

    /// <param name="recipe">With the seed that the first run has.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="axes">None for seeds alone.</param>
    public static Sweep Of(TrainRecipe recipe, int seeds, IReadOnlyList<SweepAxis> axes)
    {
        if (axes.GroupBy(axis => axis.Key).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new UserError("The key is swept twice.", "--sweep", field: twice.Key, advice: "Name all of its values at once.");
        return new Sweep { Name = recipe.Name, Seeds = [.. Enumerable.Range(0, seeds).Select(i => recipe.Seed + (ulong)i)], Axes = axes };
    }

    /// <summary>The recipe of a run, with all that it says resolved.</summary>
    /// <param name="file">The recipe that is swept.</param>
    /// <param name="overrides">Those of the command line.</param>
    /// <param name="run">Of the sweep.</param>
    /// <exception cref="UserError">A value does not fit its key.</exception>
    public TrainRecipe RecipeOf(string file, IReadOnlyList<string> overrides, SweepRun run) => TrainRecipe.Read(file,
    [
        .. overrides, .. run.Settings.Select(setting => $"{setting.Key}={setting.Value}"), FormattableString.Invariant($"seed={run.Seed}"), $"name=\"{Shortened($"{Name}-{run.Name}")}\"",
    ]);

    private List<SweepRun> Combine()
    {
        var settings = new List<Dictionary<string, string>> { new(StringComparer.Ordinal) };
        foreach (var axis in Axes) settings = [.. settings.SelectMany(before => axis.Values.Select(value => new Dictionary<string, string>(before, StringComparer.Ordinal) { [axis.Key] = value }))];
        var runs = new List<SweepRun>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (at, setting) in settings.Index())
        {
            foreach (var seed in Seeds)
            {
                var name = string.Join('-', [.. Axes.Select(axis => $"{axis.Short}-{setting[axis.Key]}"), .. Seeds.Count > 1 || Axes.Count == 0 ? (string[])[FormattableString.Invariant($"seed-{seed}")] : []]);
                name = Shortened(Plain(name));
                if (!names.Add(name)) names.Add(name = string.Create(CultureInfo.InvariantCulture, $"{at + 1}-{name}"));
                runs.Add(new SweepRun(name, seed, setting));
            }
        }

        return runs;
    }

    /// <summary>What can be part of a folder's name anywhere.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text) plain.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_');
        return plain.ToString();
    }

    private static string Shortened(string name) => name.Length <= 80 ? name : name[..40] + ".." + name[^38..];
}
