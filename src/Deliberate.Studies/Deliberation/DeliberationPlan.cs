using System.Globalization;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of the study: its seeds, and whether only to see that it works.</summary>
internal sealed record DeliberationPlan(IReadOnlyList<ulong> Seeds, bool Quick)
{
    /// <summary>Learning rates of imitation that are tried, for ours and for the control alike; chosen on the development split.</summary>
    public static IReadOnlyList<double> Rates { get; } = [2e-3, 1e-3];

    /// <summary>Prompts of each test.</summary>
    public int Items => Quick ? 8 : 320;

    /// <summary>Tokens of thought that ours is given, besides all that it takes.</summary>
    public static IReadOnlyList<int> Budgets { get; } = [0, 4, 8, 12, 16];

    /// <summary>Of a test; skills have twice as many, for a test of no loss needs more.</summary>
    public int ItemsOf(string task) => task == WorldTasks.SkillsName ? 2 * Items : task == WorldTasks.Hints ? Quick ? 8 : 160 : Items;

    /// <summary>Samples of a prompt: of planted hints, whose effect is measured by prompt, twenty.</summary>
    public int EpochsOf(string task) => task == WorldTasks.Hints ? Quick ? 5 : 20 : 1;

    /// <summary>Prompts of the development split that settings are chosen on, of each of its two tests.</summary>
    public int DevelopmentItems => Quick ? 8 : 160;

    public WorldSizes Sizes(ulong seed) => Quick ? new WorldSizes(seed, Corpus: 1500, Judge: 300, Prompts: 16, Skills: 80) : new WorldSizes(seed);

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyClaim Claim => new(StudyClaim.NewestFormat, DeliberationStudy.Name, Quick, Seeds, string.Join('\n', (string[])[BaseText(1, "w"), JudgeText(1, "w", "b"), AlignText(DeliberationModel.Ours, 1, "w", "b", "j", Rates[0]), FormattableString.Invariant($"{Items} {DevelopmentItems} {Sizes(1)}")]));

    public TrainRecipe Base(ulong seed, string world) => TrainRecipe.Parse(BaseText(seed, world), $"{DeliberationStudy.Name}, base");

    public TrainRecipe Judge(ulong seed, string world, string from) => TrainRecipe.Parse(JudgeText(seed, world, from), $"{DeliberationStudy.Name}, judge");

    /// <summary>The recipe of an ablation.</summary>
    /// <param name="model">Which one.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="world">Folder of the data.</param>
    /// <param name="from">The base's run.</param>
    /// <param name="judge">The judge's run.</param>
    /// <param name="rate">Of imitation.</param>
    public AlignRecipe Align(DeliberationModel model, ulong seed, string world, string from, string judge, double rate) =>
        AlignRecipe.Parse(AlignText(model, seed, world, from, judge, rate), Path.Combine(world, $"{DeliberationStudy.Name}, {model.Key}"));

    private string BaseText(ulong seed, string world) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: base
        seed: {{seed}}
        model: { {{(Quick ? "hidden: 32, layers: 2, heads: 2, intermediate: 64" : "hidden: 96, layers: 3, heads: 4, intermediate: 288")}}, context: 128, tokenizer: { kind: bpe, vocabulary: 2000 } }
        supervised: { data: ["{{world}}/{{WorldFiles.Corpus}}", "{{world}}/{{WorldFiles.Judge}}"], weights: [1, 0.15], duplicates: keep, tokens: {{(Quick ? 240_000 : 12_000_000)}}, batch_tokens: {{(Quick ? 1024 : 2048)}}, validation: 0.01, validation_every: 100, optimizer: { muon_learning_rate: 0.01, learning_rate: 0.0015 }, schedule: { decay: 0.8 } }
        micro_batch_tokens: 4096
        checkpoint: { every: 300, keep_last: 1 }
        """);

    private string JudgeText(ulong seed, string world, string from) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: judge
        seed: {{seed}}
        model: { from: "{{from}}", context: 128 }
        supervised: { data: ["{{world}}/{{WorldFiles.Judge}}"], tokens: {{(Quick ? 20_000 : 1_200_000)}}, batch_tokens: 2048, validation: 0.01, validation_every: 100, optimizer: { muon_learning_rate: 0.005, learning_rate: 0.00075 }, schedule: { decay: 0.8 } }
        micro_batch_tokens: 4096
        checkpoint: { every: 300, keep_last: 1 }
        """);

    private string AlignText(DeliberationModel model, ulong seed, string world, string from, string judge, double rate) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        name: {{model.Key}}
        seed: {{seed}}
        model: "{{from}}"
        specification: policy-world
        form: compact
        context: 128
        prompts: ["{{world}}/{{WorldFiles.Prompts}}"]
        thought: {{(model.Thinks ? "true" : "false")}}
        generation: { samples: 4, max_tokens: 48 }
        judge: {{(Quick ? "{ kind: oracle, samples: 2 }" : $"{{ kind: checkpoint, from: \"{judge}\", samples: 4, temperature: 0.3 }}")}}
        filter: { threshold: {{(Quick ? 0 : 1)}}, most_of_prompt: 2{{(Quick ? "" : ", balance: { refuse: 1, safe_completion: 1, comply: 2 }")}} }
        capability:
          data: ["{{world}}/{{WorldFiles.Skills}}"]
          supervised_share: 0.17
          problems: ["{{world}}/{{WorldFiles.Problems}}"]
          reinforcement_share: {{(model.IsOnlyCapability ? "1" : "0.25")}}
        supervised: { tokens: {{(!model.Imitates ? 0 : Quick ? 4_000 : 200_000)}}, batch_tokens: 2048, optimizer: { kind: adamw, learning_rate: {{rate}} } }
        reinforcement: { steps: {{(!model.Reinforces ? 0 : Quick ? 2 : 30)}}, prompts: {{(Quick ? 4 : 24)}}, samples: 8, max_tokens: 48, store_samples: false{{(model.IsBrief ? ", rewards: [{ kind: correct }, { kind: kimi_length, weight: 0.5 }]" : "")}}, optimizer: { kind: adamw, learning_rate: 0.0001 } }
        checkpoint: { every: 30, keep_last: 1 }
        health: { kl_every: 0 }
        """);
}
