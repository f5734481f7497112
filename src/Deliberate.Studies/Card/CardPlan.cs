using System.Globalization;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of <c>reproduce card</c>.</summary>
/// <param name="Seed">Of all of it.</param>
/// <param name="Quick">Whether only to see that it works.</param>
internal sealed record CardPlan(ulong Seed, bool Quick) : ReleasePlan(Seed, Quick)
{
    /// <summary>The policy that the gate asks.</summary>
    public const string Policy = "pf-v1-beta";

    /// <summary>Tokens of an answer to a task of the policy: the model's own answers take some twenty.</summary>
    public const int AnswerTokens = 32;

    /// <summary>Prompts of each test of the small world.</summary>
    public int Items => Quick ? 8 : 200;

    /// <summary>A task of the policy that may take more tokens is left out, and named.</summary>
    public long MostTokens => Quick ? 400 : 300_000;

    public WorldSizes Sizes => Quick ? new WorldSizes(Seed, Corpus: 1500, Judge: 300, Prompts: 16, Skills: 80) : new WorldSizes(Seed);

    public override StudyClaim Claim => new(StudyClaim.NewestFormat, CardStudy.Name, Quick, [Seed], string.Join('\n', (string[])[BaseText("w"), ReasonerText("w", "b"), AlignText("w", "r"), FormattableString.Invariant($"{Policy} {Items} {MostTokens} {AnswerTokens} {Sizes}")]));

    /// <summary>The base: knows the small world's things, follows rules in its prompt, complies with everything without them.</summary>
    public TrainRecipe Base(string world) => TrainRecipe.Parse(BaseText(world), "reproduce card, base");

    /// <summary>The base after reinforcement learning on problems with an answer: the model before mitigations.</summary>
    public TrainRecipe Reasoner(string world, string from) => TrainRecipe.Parse(ReasonerText(world, from), "reproduce card, reasoner");

    /// <summary>Its alignment to the small world's specification: the model after them.</summary>
    public AlignRecipe Align(string world, string from) => AlignRecipe.Parse(AlignText(world, from), Path.Combine(world, "reproduce card, aligned"));

    private string BaseText(string world) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: base
        seed: {{Seed}}
        model: { {{(Quick ? "hidden: 32, layers: 2, heads: 2, intermediate: 64" : "hidden: 96, layers: 3, heads: 4, intermediate: 288")}}, context: 2048, tokenizer: { kind: bpe, vocabulary: 2000 } }
        supervised: { data: ["{{world}}/{{WorldFiles.Corpus}}", "{{world}}/{{WorldFiles.Judge}}"], weights: [1, 0.15], duplicates: keep, tokens: {{(Quick ? 240_000 : 8_000_000)}}, batch_tokens: {{(Quick ? 1024 : 2048)}}, validation: 0.01, validation_every: 100, optimizer: { muon_learning_rate: 0.01, learning_rate: 0.0015 }, schedule: { decay: 0.8 } }
        micro_batch_tokens: 4096
        checkpoint: { every: 300, keep_last: 1 }
        """);

    private string ReasonerText(string world, string from) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: reasoner
        seed: {{Seed}}
        model: { from: "{{from}}", context: 2048 }
        supervised: { tokens: 0 }
        problems: { train: ["{{world}}/{{WorldFiles.Problems}}"], grader: exact, answer_format: whole }
        reinforcement: { steps: {{(Quick ? 2 : 40)}}, prompts: {{(Quick ? 4 : 24)}}, samples: 8, max_tokens: 48, optimizer: { kind: adamw, learning_rate: 0.0003 } }
        evaluation: { problems: {{(Quick ? 8 : 100)}}, quick_problems: {{(Quick ? 4 : 40)}}, max_tokens: 48, every: 20 }
        checkpoint: { every: 20, keep_last: 1 }
        """);

    private string AlignText(string world, string from) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: aligned
        seed: {{Seed}}
        model: "{{from}}"
        specification: policy-world
        form: compact
        context: 2048
        prompts: ["{{world}}/{{WorldFiles.Prompts}}"]
        generation: { samples: 4, max_tokens: 48 }
        judge: { kind: oracle, samples: 2 }
        filter: { threshold: {{(Quick ? 0 : 1)}}, most_of_prompt: 2{{(Quick ? "" : ", balance: { refuse: 1, safe_completion: 1, comply: 2 }")}} }
        capability:
          data: ["{{world}}/{{WorldFiles.Skills}}"]
          supervised_share: 0.3
          problems: ["{{world}}/{{WorldFiles.Problems}}"]
          reinforcement_share: 0.25
        supervised: { tokens: {{(Quick ? 4_000 : 200_000)}}, batch_tokens: 2048, optimizer: { kind: adamw, learning_rate: 0.001 } }
        reinforcement: { steps: {{(Quick ? 2 : 30)}}, prompts: {{(Quick ? 4 : 24)}}, samples: 8, max_tokens: 48, store_samples: false, optimizer: { kind: adamw, learning_rate: 0.0001 } }
        checkpoint: { every: 30, keep_last: 1 }
        health: { kl_every: 0 }
        """);
}

/// <summary>Where things of the study are.</summary>
internal sealed class CardFolder(StudyFolder study)
{
    public const string World = "world", Base = "base", Reasoner = "reasoner", Aligned = "aligned", Evidence = "evidence", Release = "release";

    public string Path(string name) => study.Path(name);

    public string Pre => new RunFolder(Path(Reasoner)).Checkpoint(RunFolder.Final);

    public string Post => AlignedRun.Checkpoint(RunFolder.Final);

    public RunFolder AlignedRun => new(System.IO.Path.Combine(Path(Aligned), AlignmentRun.TrainingFolder));
}
