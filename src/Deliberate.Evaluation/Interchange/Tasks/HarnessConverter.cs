using System.Globalization;
using Deliberate.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// Task files of EleutherAI's lm-evaluation-harness: its templates (Jinja) are filled in with each document of a file of JSON Lines, which is
/// named in the task (dataset_path json) or on the command line. What is measured by likelihoods there is here too, in the same cuts
/// (<see cref="LikelihoodReader"/>); choices may be asked for by letter instead, with figures that cannot be compared then.
/// </summary>
internal static class HarnessConverter
{
    private static readonly string[] Known =
    [
        "task", "task_alias", "dataset_path", "dataset_name", "dataset_kwargs", "test_split", "validation_split", "training_split", "fewshot_split", "output_type", "doc_to_text", "doc_to_target", "doc_to_choice", "generation_kwargs", "metric_list", "filter_list", "num_fewshot", "fewshot_config", "fewshot_delimiter", "repeats", "description", "metadata", "tag", "group", "target_delimiter",
    ];

    /// <summary>What the harness calls what is measured, and what we do.</summary>
    private static readonly Dictionary<string, LikelihoodOf?> Outputs = new(StringComparer.Ordinal)
    {
        ["generate_until"] = null,
        ["multiple_choice"] = LikelihoodOf.Choices,
        ["loglikelihood"] = LikelihoodOf.Answer,
        ["loglikelihood_rolling"] = LikelihoodOf.Text,
    };

    public static bool Fits(YamlNode root) => YamlTree.Find(root, "task") is not null && (YamlTree.Find(root, "doc_to_text") is not null || YamlTree.Find(root, "include") is not null || YamlTree.Find(root, "dataset_path") is not null);

    public static IReadOnlyList<ConvertedTask> Convert(YamlTree tree, ConversionOptions options)
    {
        var root = tree.Root;
        var unsupported = new List<string>();
        foreach (var (key, node, value) in YamlTree.Entries(root))
        {
            if (value is YamlScalarNode && value.Tag is { IsEmpty: false } tag && tag.Value.StartsWith('!')) throw tree.Error(value, "is a function of Python, which is not run here.", key, "Write the field as a template, or its result into the data.");
            if (!Known.Contains(key)) unsupported.Add(tree.At(node, key, "has no counterpart, and is left out"));
        }

        if (YamlTree.Text(root, "include") is { } included) throw tree.Error(root, $"The task builds on {included}.", "include", "Write out what it takes from there.");
        var output = YamlTree.Text(root, "output_type") ?? "generate_until";
        if (!Outputs.TryGetValue(output, out var of)) throw tree.Error(YamlTree.Find(root, "output_type")!, $"There is no output type {output}.", "output_type", NearestName.Suggest(output, [.. Outputs.Keys]));
        var isByLetter = of == LikelihoodOf.Choices && options.ByLetter;
        if (isByLetter) unsupported.Add(tree.At(root, "output_type multiple_choice", "is asked for by letter: the harness compares likelihoods of continuations, and its figures cannot be compared with these"));
        if (options.ByLetter && !isByLetter) throw tree.Error(root, $"A task of {output} has no choices to be asked for.", "output_type", "Leave --by-letter out.");
        var name = YamlTree.Text(root, "task") ?? throw tree.Error(root, "The task has no name.", "task");
        var documents = new HarnessDocuments(tree, of, isByLetter);
        var items = documents.Items(options.Data);
        var generation = YamlTree.Find(root, "generation_kwargs");
        foreach (var (key, node, _) in YamlTree.Entries(generation))
            if (key is not ("max_gen_toks" or "temperature" or "do_sample")) unsupported.Add(tree.At(node, $"generation_kwargs.{key}", key == "until" ? "stop texts are left out: in a model that thinks they would cut its thought" : "has no counterpart, and is left out"));
        var before = (YamlTree.Text(root, "description") ?? "") + documents.Examples(options.Examples, unsupported);
        var solvers = new List<WrittenSolver>();
        if (before.Length > 0) solvers.Add(new WrittenTemplate { Text = before + TemplateSolver.Prompt });
        if (isByLetter) solvers.Add(new WrittenMultipleChoice());
        var repeats = Whole(YamlTree.Text(root, "repeats"));
        var measured = isByLetter ? null : of;
        if (measured is not null && repeats > 1) unsupported.Add(tree.At(YamlTree.Find(root, "repeats")!, "repeats", "is left out: a likelihood is the same each time"));
        return
        [
            new ConvertedTask(
                new WrittenTask
                {
                    Name = ConvertedTask.NameOf(name),
                    Title = YamlTree.Text(root, "task_alias") ?? name,
                    Version = (int)Math.Clamp(Math.Floor(Number(YamlTree.Text(YamlTree.Find(root, "metadata"), "version")) ?? 1), 1, 1_000_000),
                    Items = items,
                    Solvers = solvers,
                    Scorers = measured is { } likelihood ? [new WrittenLikelihood { Of = likelihood, Delimiter = documents.Delimiter }] : Scorers(tree, isByLetter, unsupported),
                    Metrics = measured is { } asked ? Metrics(tree, asked, unsupported) : [],
                    Epochs = measured is null ? Math.Clamp(repeats, 1, 1024) : 1,
                    MaxTokens = Whole(YamlTree.Text(generation, "max_gen_toks")) is > 0 and var budget ? budget : 2048,
                    Temperature = YamlTree.Text(generation, "do_sample") is "false" or "False" ? 0 : Number(YamlTree.Text(generation, "temperature")),
                },
                unsupported),
        ];
    }

    /// <summary>Of likelihoods; those of ours where none that is named is known here.</summary>
    private static string[] Metrics(YamlTree tree, LikelihoodOf of, List<string> unsupported)
    {
        var known = new List<string>();
        foreach (var metric in YamlTree.List(YamlTree.Find(tree.Root, "metric_list")))
        {
            var name = YamlTree.Text(metric, "metric") ?? "";
            if (LikelihoodMetrics.Names(of).Contains(name)) known.Add(name);
            else unsupported.Add(tree.At(metric, $"metric_list {name}", "has no counterpart, and is left out"));
        }

        return [.. known.Count > 0 ? known : LikelihoodMetrics.Usual(of)];
    }

    private static List<WrittenScorer> Scorers(YamlTree tree, bool isByLetter, List<string> unsupported)
    {
        foreach (var metric in YamlTree.List(YamlTree.Find(tree.Root, "metric_list")))
            if (YamlTree.Text(metric, "metric") is var name && name is not ("exact_match" or "acc")) unsupported.Add(tree.At(metric, $"metric_list {name}", "has no counterpart, and is left out"));
        if (isByLetter) return [new WrittenChoice()];
        foreach (var filter in YamlTree.List(YamlTree.Find(tree.Root, "filter_list")))
        {
            foreach (var step in YamlTree.List(YamlTree.Find(filter, "filter")))
            {
                if (YamlTree.Text(step, "function") == "regex" && YamlTree.Text(step, "regex_pattern") is { } pattern)
                {
                    unsupported.Add(tree.At(step, "filter_list regex", "of several matches the last one is read, where the harness reads the first unless told otherwise"));
                    return [new WrittenPattern { Pattern = pattern }];
                }

                if (YamlTree.Text(step, "function") is var function && function is not ("take_first" or "remove_whitespace")) unsupported.Add(tree.At(step, $"filter_list {function}", "has no counterpart, and is left out"));
            }
        }

        return [new WrittenExact()];
    }

    internal static int Whole(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;
}
