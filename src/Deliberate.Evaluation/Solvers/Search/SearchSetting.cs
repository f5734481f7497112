using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A search at test time in the place of one sample: what a checkpoint's answers are looked for by.</summary>
/// <param name="Method">Of <see cref="SearchMethods"/>.</param>
/// <param name="N">What it may spend on an answer, in solutions.</param>
/// <param name="Scorer">A reward model's folder, or <c>ask:MODEL</c>; null where the method asks nobody.</param>
internal sealed record SearchSetting(string Method, int N, string? Scorer = null)
{
    public const int MostSolutions = 4096;

    private const string Form = "METHOD:N or METHOD:N:SCORER, as majority:16 or best-of-n:16:runs/prm";

    public SearchOptions Options => new() { N = N };

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Method}:{N}{(Scorer is null ? "" : $":{Scorer}")}");

    public string Name => string.Create(CultureInfo.InvariantCulture, $"search({Method}, {N}{(Scorer is null ? "" : $", {Path.GetFileName(Path.TrimEndingDirectorySeparator(Scorer))}")})");

    /// <param name="text">METHOD:N or METHOD:N:SCORER.</param>
    /// <param name="field">Where it was written.</param>
    /// <exception cref="UserError">It is none, or lacks its scorer.</exception>
    public static SearchSetting Parse(string text, string field)
    {
        var parts = text.Split(':', 3);
        if (parts.Length < 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n))
            throw new UserError($"\"{text}\" is no search.", field: field, advice: $"Write {Form}.");
        var setting = new SearchSetting(parts[0], n, parts.Length > 2 && parts[2].Length > 0 ? parts[2] : null);
        foreach (var problem in setting.Problems()) throw new UserError(problem, field: field, advice: $"Write {Form}.");
        return setting;
    }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<string> Problems()
    {
        if (N is < 1 or > MostSolutions) yield return $"A search spends from 1 to {MostSolutions} solutions, not {N}.";
        if (!SearchMethods.Names.Contains(Method))
        {
            yield return $"There is no search method \"{Method}\". {NearestName.Suggest(Method, [.. SearchMethods.Names]) ?? $"There are {string.Join(", ", SearchMethods.Names)}."}";
            yield break;
        }

        if (Scorer is null && SearchMethods.Get(Method, Options).NeedsScores) yield return $"{Method} chooses by scores of steps, and nobody is named to give them.";
    }
}
