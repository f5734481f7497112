using Deliberate.Models;
using Deliberate.Training;

namespace Deliberate.Safety.Tests;

/// <summary>One tiny model of the small world for all tests: it writes thoughts and answers, mostly wrong ones.</summary>
internal static class TinyWorld
{
    private static readonly Lazy<(TemporaryFolder Folder, string Model)> Made = new(() =>
    {
        var folder = new TemporaryFolder();
        WorldFiles.Write(folder.Root, new WorldSizes(1, Corpus: 1500, Judge: 400, Prompts: 16, Skills: 80));
        var recipe = TrainRecipe.Parse(
            """
            name: tiny
            model: { hidden: 32, layers: 2, heads: 2, intermediate: 64, context: 160, tokenizer: { kind: bpe, vocabulary: 2000 } }
            supervised: { data: [corpus.jsonl, judge.jsonl], weights: [1, 0.5], tokens: 120000, batch_tokens: 1024, validation: 0 }
            micro_batch_tokens: 1024
            """, folder.Path("tiny.yaml"));
        using var run = TrainingRun.Start(recipe, folder.Path("tiny"), threads: 1);
        run.Execute();
        return (folder, folder.Path("tiny"));
    });

    public static string Folder => Made.Value.Folder.Root;

    /// <summary>A run's folder.</summary>
    public static string Model => Made.Value.Model;

    public static TextFormat Format
    {
        get
        {
            using var opened = PretrainedModel.Open(AlignmentModel.Find(Model));
            return opened.Text;
        }
    }

    /// <summary>A recipe over it, judged by the oracle, every well-formed answer kept.</summary>
    public static AlignRecipe Recipe(string more = "", string judge = "{ kind: oracle, samples: 2 }") => AlignRecipe.Parse(
        $$"""
        name: tiny-aligned
        model: tiny
        specification: policy-world
        form: compact
        prompts: [prompts.jsonl]
        context: 160
        generation: { samples: 2, max_tokens: 40 }
        judge: {{judge}}
        filter: { threshold: 0 }
        capability: { data: [skills.jsonl], supervised_share: 0.3, problems: [skill-problems.jsonl], reinforcement_share: 0.25 }
        supervised: { tokens: 3000, batch_tokens: 512 }
        reinforcement: { steps: 3, prompts: 4, samples: 4, max_tokens: 40 }
        micro_batch_tokens: 1024
        checkpoint: { every: 2, keep_last: 1 }
        {{more}}
        """, Path.Combine(Folder, "align.yaml"));
}
