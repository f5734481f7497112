namespace Deliberate.Safety;

/// <summary>A change between two specifications.</summary>
/// <param name="What">Which part: a class, a category, a style.</param>
/// <param name="Change">added, removed, rule, title, text.</param>
/// <param name="Before">Null where it was not there.</param>
/// <param name="After">Null where it no longer is.</param>
/// <param name="TurnsRule">Whether a decision is another one: what a model has to be trained anew for.</param>
internal sealed record SpecificationChange(string What, string Change, string? Before, string? After, bool TurnsRule = false);

/// <summary>What is different between two specifications, by ids: the order of files, categories and classes is no difference.</summary>
internal static class SpecificationDifference
{
    public static IReadOnlyList<SpecificationChange> Of(Specification before, Specification after)
    {
        var changes = new List<SpecificationChange>();
        Text("version", before.Version, after.Version);
        Text("title", before.Title, after.Title);
        Text("principles", before.Principles, after.Principles);
        Text("style of complying", before.Complying, after.Complying);
        Text("style of refusing", before.Refusing, after.Refusing);
        foreach (var id in before.Categories.Concat(after.Categories).Select(c => c.Id).Distinct(StringComparer.Ordinal))
        {
            var (old, now) = (before.Find(id), after.Find(id));
            if (old is null || now is null)
            {
                changes.Add(new SpecificationChange($"category {id}", old is null ? "added" : "removed", old?.Title, now?.Title));
                continue;
            }

            Text($"category {id}, summary", old.Summary, now.Summary);
            Text($"category {id}, definitions", old.Definitions, now.Definitions);
            Text($"category {id}, style of safe completion", old.SafeCompletion, now.SafeCompletion);
        }

        var (oldClasses, newClasses) = (before.Classes.ToDictionary(c => c.Class.Id, c => c, StringComparer.Ordinal), after.Classes.ToDictionary(c => c.Class.Id, c => c, StringComparer.Ordinal));
        foreach (var id in oldClasses.Keys.Concat(newClasses.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (was, isThere) = (oldClasses.TryGetValue(id, out var old), newClasses.TryGetValue(id, out var now));
            if (!was || !isThere)
            {
                var one = was ? old.Class : now.Class;
                changes.Add(new SpecificationChange($"class {id}", isThere ? "added" : "removed", was ? $"{one.RuleWord}: {one.Title}" : null, isThere ? $"{one.RuleWord}: {one.Title}" : null, TurnsRule: true));
                continue;
            }

            if (old.Category.Id != now.Category.Id) changes.Add(new SpecificationChange($"class {id}", "category", old.Category.Id, now.Category.Id));
            if (old.Class.Rule != now.Class.Rule) changes.Add(new SpecificationChange($"class {id}", "rule", old.Class.RuleWord, now.Class.RuleWord, TurnsRule: true));
            Text($"class {id}, title", old.Class.Title, now.Class.Title);
            Text($"class {id}", old.Class.Text, now.Class.Text);
        }

        return changes;

        void Text(string what, string old, string now)
        {
            if (old != now) changes.Add(new SpecificationChange(what, old.Length == 0 ? "added" : now.Length == 0 ? "removed" : "text", old, now));
        }
    }
}
