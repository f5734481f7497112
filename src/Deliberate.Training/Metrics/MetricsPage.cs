using System.Text;

namespace Deliberate.Training;

/// <summary>The list as a page in Markdown: docs/metrics.md, which a test holds to the list.</summary>
internal static class MetricsPage
{
    public static string Markdown()
    {
        var page = new StringBuilder("""
            # Metrics

            <!-- Made by: deliberate metrics --output docs/metrics.md -->

            Every number that a run records: its name, unit, meaning, and what it is computed from. The names are the same in `metrics.jsonl`, `timings.jsonl`, TensorBoard, `checkpoint.best_metric` and `RunObserver`. `deliberate metrics` shows this list, `deliberate metrics NAME` a part of it; the files are described in [run-folder.md](run-folder.md).

            - A step is counted from 1 in each stage: `sft/` supervised training, `ei/` expert iteration, `rl/`, `policy/` and `critic/` reinforcement learning.
            - A mini-batch is the part of a batch that one optimizer step is made on.
            - Lengths are in tokens, without the prompt and without the token that ends a completion. TRL and verl count that token, so that theirs are larger by one wherever a completion ended by itself. The thought is what stands between its tags, the tags counted.
            - The reference policy is the one that reinforcement learning began with, or the one that it was renewed to (`kl.renew_every`).
            - Log-probabilities are natural: nats.
            - Names in braces stand for a part of the name: a level, a budget, the name of a component.
            - A verifier's components stand behind `components/`, so that they may have any name.

            """);
        foreach (var group in MetricList.Groups)
        {
            page.Append($"\n## {group.Title}\n\n{group.About}\n\n| metric | unit | meaning | source | recorded |\n|---|---|---|---|---|\n");
            foreach (var metric in group.Metrics) page.Append($"| `{metric.Name}` | {metric.Unit.Name} | {Cell(metric.Meaning)} | {Cell(metric.Source)} | {Cell(metric.When)} |\n");
        }

        page.Append("""

            ## Names of before

            Folders whose `run.json` says `format_version: 1` have other names for some of these. They are read as what they are called today, also where an alarm or a recipe names them; a run of before that is resumed goes on under the names of today, in the same file, and says format 2 from then on.

            | before | today |
            |---|---|

            """);
        foreach (var (old, conversion) in OldMetricNames.Converted) page.Append($"| `{old}`, {conversion.What} | {string.Join(", ", conversion.Today.Select(m => $"`{m.Name}`"))}, by the run's recipe |\n");
        foreach (var (old, metric) in OldMetricNames.Renamed) page.Append($"| `{old}` | `{metric.Name}` |\n");
        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
