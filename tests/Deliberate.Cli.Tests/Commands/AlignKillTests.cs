namespace Deliberate.Cli.Tests;

/// <summary>An alignment whose process is killed in each of its stages, one kill after the other in one folder, ends in the same bits as one that nobody stopped.</summary>
public sealed class AlignKillTests : IDisposable
{
    /// <summary>A stage, the file that shows that it is under way, and what stands in it then.</summary>
    private static readonly (string Stage, string File, string Holds)[] Stages =
    [
        ("generation", "generations.jsonl", "\n"),
        ("filter", "judgements.jsonl", "\n"),
        ("supervised", "training/metrics.jsonl", "sft/loss"),
        ("reinforcement", "training/metrics.jsonl", "rl/reward_mean"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_in_each_stage_it_ends_in_the_same_bits()
    {
        CliProcess.Run(_folder.Root, "spec", "world", "world", "--corpus", "1500", "--judge", "200", "--prompts", "192").ShouldSucceed();
        _folder.File(
            "base.yaml",
            """
            name: base
            model: { hidden: 32, layers: 2, heads: 2, intermediate: 64, context: 128, tokenizer: { kind: bpe, vocabulary: 2000 } }
            supervised: { data: [world/corpus.jsonl], tokens: 60000, batch_tokens: 1024, validation: 0 }
            """);
        CliProcess.Run(_folder.Root, "train", "base.yaml").ShouldSucceed();
        _folder.File(
            "align.yaml",
            """
            name: aligned
            model: runs/base
            specification: policy-world
            form: compact
            prompts: [world/prompts.jsonl]
            context: 128
            generation: { samples: 8, max_tokens: 40 }
            judge: { kind: oracle, samples: 4 }
            filter: { threshold: 0 }
            capability: { data: [world/skills.jsonl], supervised_share: 0.3, problems: [world/skill-problems.jsonl], reinforcement_share: 0.25 }
            supervised: { tokens: 40000, batch_tokens: 512 }
            reinforcement: { steps: 12, prompts: 4, samples: 4, max_tokens: 40 }
            checkpoint: { every: 5, keep_last: 1 }
            """);
        string[] align = ["align", "align.yaml", "--output", "killed"];
        foreach (var (stage, file, holds) in Stages)
        {
            using var process = CliProcess.Start(_folder.Root, align);
            for (var tries = 0; !Holds(file, holds); tries++)
            {
                if (tries > 15_000) Assert.Fail($"{stage} never began: {process.Error}");
                Thread.Sleep(2);
            }

            process.Signal(CliProcess.Kill9);
            process.Wait().ExitCode.ShouldBe(137, stage);
        }

        CliProcess.Run(_folder.Root, align).ShouldSucceed();
        CliProcess.Run(_folder.Root, "align", "align.yaml", "--output", "whole").ShouldSucceed();
        foreach (var file in (string[])["generations.jsonl", "judgements.jsonl", "filter.jsonl", "supervised.jsonl", "problems.jsonl", "alignment.json", "training/metrics.jsonl", "training/checkpoints/final/model.safetensors"])
            File.ReadAllBytes(Path.Combine(_folder.Root, "killed", file)).ShouldBe(File.ReadAllBytes(Path.Combine(_folder.Root, "whole", file)), file);
    }

    private bool Holds(string file, string text)
    {
        var path = Path.Combine(_folder.Root, "killed", file);
        if (!File.Exists(path)) return false;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Contains(text, StringComparison.Ordinal);
    }
}
