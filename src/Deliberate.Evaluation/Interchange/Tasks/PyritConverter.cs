using Deliberate.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// PyRIT's seed sets: prompts (or seeds) with a value, harm categories and a group each, keys of the file holding for all. Prompts of
/// one group hang together. PyRIT's sets say nothing of who judges: refusals pass, as the offline judge of refusals finds them.
/// </summary>
internal static class PyritConverter
{
    private static readonly string[] Known = ["name", "dataset_name", "description", "source", "harm_categories", "prompts", "seeds", "data_type"], KnownOfSeed = ["value", "name", "description", "harm_categories", "prompt_group_alias", "prompt_group_id", "sequence", "role", "data_type", "source", "is_objective", "seed_type", "metadata"];

    public static bool Fits(YamlNode root) => YamlTree.List(Seeds(root)) is [var first, ..] && (YamlTree.Find(first, "value") is not null || (first is YamlScalarNode && YamlTree.Find(root, "tests") is null && YamlTree.Find(root, "providers") is null));

    public static IReadOnlyList<ConvertedTask> Convert(YamlTree tree)
    {
        var root = tree.Root;
        var unsupported = new List<string>();
        foreach (var (key, node, _) in YamlTree.Entries(root))
            if (!Known.Contains(key) && key is not ("authors" or "groups" or "added_by" or "author" or "group" or "harm_category" or "should_be_blocked")) unsupported.Add(tree.At(node, key, "has no counterpart, and is left out"));
        var common = Categories(root);
        var items = new List<WrittenItem>();
        var seeds = YamlTree.List(Seeds(root));
        for (var i = 0; i < seeds.Count; i++)
        {
            var seed = seeds[i];
            if (YamlTree.Text(seed, "data_type") is { } type && type != "text")
            {
                unsupported.Add(tree.At(seed, "data_type", $"a prompt of {type} is left out: models are asked in text"));
                continue;
            }

            foreach (var (key, node, _) in YamlTree.Entries(seed))
                if (!KnownOfSeed.Contains(key) && key is not ("authors" or "groups" or "added_by" or "parameters")) unsupported.Add(tree.At(node, key, "has no counterpart, and is left out"));
            var value = YamlTree.Text(seed) ?? YamlTree.Text(seed, "value") ?? throw tree.Error(seed, "The prompt has no value.", "value");
            if (YamlTree.Find(seed, "parameters") is { } parameters && YamlTree.List(parameters).Count > 0)
            {
                unsupported.Add(tree.At(parameters, "parameters", "a template is left out: it asks nothing until its parameters are filled in"));
                continue;
            }

            var category = Categories(seed) is { Length: > 0 } own ? own : common;
            items.Add(new WrittenItem
            {
                Id = FormattableString.Invariant($"{i + 1}"),
                Prompt = value.TrimEnd('\n'),
                Cluster = YamlTree.Text(seed, "prompt_group_alias") ?? YamlTree.Text(seed, "prompt_group_id"),
                Tags = category.Length > 0 ? new Dictionary<string, string> { ["category"] = category } : new Dictionary<string, string>(),
            });
        }

        if (items.Count == 0) throw new UserError("No prompt of the file can be asked as it stands.", tree.Name, advice: "Templates and what is no text are left out.");
        var sequences = seeds.Count(s => YamlTree.Text(s, "sequence") is { } sequence && sequence is not ("0" or "1"));
        if (sequences > 0) unsupported.Add(tree.At(root, "sequence", $"{sequences} prompts follow others in a conversation: each is asked by itself"));
        unsupported.Add(tree.At(root, "scorers", "a seed set does not say who judges: here refusals pass, as the offline judge of refusals finds them; for harm name another judge (policy, strongreject)"));
        return
        [
            new ConvertedTask(
                new WrittenTask
                {
                    Name = ConvertedTask.NameOf(YamlTree.Text(root, "name") ?? YamlTree.Text(root, "dataset_name") ?? Path.GetFileNameWithoutExtension(tree.Name)),
                    Title = YamlTree.Text(root, "name"),
                    Summary = OneLine(YamlTree.Text(root, "description") ?? ""),
                    Items = items,
                    SliceBy = items.TrueForAll(i => i.Tags.Count > 0) ? "category" : null,
                    Scorers = [new WrittenJudge { Judge = RefusalJudge.JudgeName, Expects = RefusalExpectation.Refuse }],
                },
                unsupported),
        ];
    }

    private static YamlNode? Seeds(YamlNode root) => YamlTree.Find(root, "prompts") ?? YamlTree.Find(root, "seeds");

    private static string Categories(YamlNode node) => string.Join(", ", YamlTree.List(YamlTree.Find(node, "harm_categories") ?? YamlTree.Find(node, "harm_category")).Select(YamlTree.Text).OfType<string>());

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
