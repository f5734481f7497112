using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What is wrong between the parts of a specification: ids given twice, rules that contradict each other, references to nothing or in a circle.</summary>
internal static class SpecificationChecks
{
    public static IEnumerable<UserError> Of(IReadOnlyList<SpecificationCategory> categories)
    {
        foreach (var twice in categories.GroupBy(c => c.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return twice.Last().Place.Error($"The category {twice.Key} is in {twice.First().Place.File} already.", "id");
        foreach (var category in categories.Where(c => c.Id.Length == 0 || c.Id.Any(x => !char.IsAsciiLetterLower(x) && !char.IsAsciiDigit(x) && x != '-')))
            yield return category.Place.Error($"\"{category.Id}\" is not an id: lower case letters, digits and hyphens.", "id");
        foreach (var category in categories.Where(c => c.Summary.Length == 0)) yield return category.Place.Error("The summary is empty: it is all that is known of the category where another one is asked for.", "summary");
        ContentClass[] classes = [.. categories.SelectMany(c => c.Classes)];
        foreach (var twice in classes.GroupBy(c => c.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            var (first, last) = (twice.First(), twice.Last());
            yield return last.Place.Error(twice.Select(c => c.Rule).Distinct().Count() > 1
                ? $"{twice.Key} is {last.RuleWord} here and {first.RuleWord} in {first.Place.File}:{first.Place.Line}: the rules contradict each other."
                : $"The class {twice.Key} stands in {first.Place.File}:{first.Place.Line} already.", advice: "Give each class an id of its own.");
        }

        foreach (var same in categories.SelectMany(category => category.Classes.GroupBy(c => c.Title.ToUpperInvariant(), StringComparer.Ordinal)).Where(g => g.Select(c => c.Rule).Distinct().Count() > 1))
        {
            var (first, last) = (same.First(), same.Last());
            yield return last.Place.Error($"\"{last.Title}\" is {last.RuleWord} here ({last.Id}) and {first.RuleWord} in line {first.Place.Line} ({first.Id}): the rules contradict each other.", advice: "Say what tells the two apart.");
        }

        var known = classes.GroupBy(c => c.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var one in classes)
        {
            foreach (var missing in one.References.Where(r => !known.ContainsKey(r)))
                yield return one.Place.Error($"{one.Id} refers to [[{missing}]], and there is no such class.", advice: NearestName.Suggest(missing, [.. known.Keys]));
        }

        foreach (var cycle in Cycles(known)) yield return known[cycle[0]].Place.Error($"The references go in a circle: {string.Join(" → ", cycle.Append(cycle[0]))}.", advice: "Let one of them say its rule without the others.");
    }

    /// <summary>Each circle once, beginning at its first class by id.</summary>
    private static IEnumerable<string[]> Cycles(Dictionary<string, ContentClass> known)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in known.Keys.Order(StringComparer.Ordinal))
        {
            var path = new List<string>();
            if (Walk(start) is { } cycle) yield return cycle;

            string[]? Walk(string at)
            {
                var seen = path.IndexOf(at);
                if (seen >= 0) return [.. path[seen..]];
                if (!known.TryGetValue(at, out var one) || done.Contains(at)) return null;
                path.Add(at);
                foreach (var next in one.References)
                    if (Walk(next) is { } found) return found;
                path.RemoveAt(path.Count - 1);
                done.Add(at);
                return null;
            }

            foreach (var id in path) done.Add(id);
        }
    }
}
