using System.Text;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// A recipe that is being written: keys with values, each with a comment that says where it is from; sections in the order in which
/// recipes have them.
/// </summary>
internal sealed class RecipeDraft
{
    private readonly Section _top = new();

    /// <summary>Whether a key is set already.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>What a key is set to; null where it is not set.</summary>
    public object? Value(string path) => Find(path)?.Value;

    private Item? Find(string path)
    {
        var keys = path.Split('.');
        var at = _top;
        foreach (var key in keys[..^1])
            if (at.Items.TryGetValue(key, out var item) && item.Value is Section inner) at = inner;
            else return null;
        return at.Items.GetValueOrDefault(keys[^1]);
    }

    /// <param name="path">Dotted.</param>
    /// <param name="value">A single value, a list of them, or a list of terms, each a list of keys and values.</param>
    /// <param name="comment">Behind it; nothing if null.</param>
    public void Set(string path, object? value, string? comment = null)
    {
        var keys = path.Split('.');
        var at = _top;
        foreach (var key in keys[..^1])
        {
            if (!at.Items.TryGetValue(key, out var item)) at.Items[key] = item = new Item(new Section(), null);
            at = (Section)item.Value!;
        }

        at.Items[keys[^1]] = new Item(value, comment);
    }

    /// <summary>Takes a key or a section out, if it is there.</summary>
    public void Remove(string path)
    {
        var keys = path.Split('.');
        var at = _top;
        foreach (var key in keys[..^1])
            if (at.Items.TryGetValue(key, out var item) && item.Value is Section inner) at = inner;
            else return;
        at.Items.Remove(keys[^1]);
    }

    /// <param name="heading">Lines of comment above it.</param>
    public string Yaml(IEnumerable<string> heading)
    {
        var text = new StringBuilder();
        foreach (var line in heading) text.Append(line.Length == 0 ? "#" : "# ").Append(line).Append('\n');
        text.Append('\n');
        Write(text, _top, typeof(TrainRecipe), 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Section section, Type? type, int indent)
    {
        var fields = type is null || RecipeType.IsSingle(type) || RecipeType.DictionaryValue(type) is not null ? null : RecipeType.Of(type).Fields;
        var order = section.Items.Keys.OrderBy(key => fields is null ? 0 : (uint)fields.ToList().FindIndex(f => f.Key == key)).ToArray();
        foreach (var key in order)
        {
            var (value, comment) = section.Items[key];
            text.Append(' ', indent).Append(key).Append(':');
            if (value is Section inner)
            {
                text.Append('\n');
                Write(text, inner, fields?.FirstOrDefault(f => f.Key == key)?.Type, indent + 2);
                continue;
            }

            if (value is IReadOnlyList<RewardTerm> terms)
            {
                if (comment is not null) text.Append("  # ").Append(comment);
                text.Append('\n');
                foreach (var term in terms)
                {
                    text.Append(' ', indent + 2).Append("- { ").AppendJoin(", ", term.Keys.Select(pair => $"{pair.Key}: {RecipeWriter.Scalar(pair.Value)}")).Append(" }");
                    if (term.Comment is { } why) text.Append("  # ").Append(why);
                    text.Append('\n');
                }

                continue;
            }

            text.Append(' ').Append(value is IReadOnlyList<object> list ? $"[{string.Join(", ", list.Select(RecipeWriter.Scalar))}]" : RecipeWriter.Scalar(value));
            if (comment is not null) text.Append("  # ").Append(comment);
            text.Append('\n');
        }
    }

    /// <summary>A term of <c>reinforcement.rewards</c>.</summary>
    public sealed record RewardTerm(IReadOnlyList<(string Key, object Value)> Keys, string? Comment = null);

    private sealed record Item(object? Value, string? Comment);

    private sealed class Section
    {
        public Dictionary<string, Item> Items { get; } = new(StringComparer.Ordinal);
    }
}
