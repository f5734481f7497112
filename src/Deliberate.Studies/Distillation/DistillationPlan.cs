using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of the study: its seeds, and whether only to see that it works.</summary>
internal sealed record DistillationPlan(IReadOnlyList<ulong> Seeds, bool Quick)
{
    /// <summary>Held-out problems, the same for every model.</summary>
    public int Problems => Quick ? 10 : 300;

    /// <summary>Tokens that the larger model imitates; the smaller one half of them.</summary>
    public int Tokens => Quick ? 6_000 : 800_000;

    /// <summary>Problems that the teacher answers, four times each.</summary>
    public int Prompts => Quick ? 8 : 512;

    /// <summary>Rounds of learning on samples of the student's own.</summary>
    public int Rounds => Quick ? 2 : 8;

    /// <summary>Steps of the comparison, which share as many samples.</summary>
    public int Steps => 4 * Rounds;

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyClaim Claim => new(StudyClaim.NewestFormat, DistillationStudy.Name, Quick, Seeds, string.Join('\n', DistilledModel.All.Select(m => $"{m.Key}: {m.Sections(this)}")));

    /// <summary>The recipe of a model.</summary>
    /// <param name="model">Which one.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="checkpoint">Where that of another model of the seed is.</param>
    public TrainRecipe Recipe(DistilledModel model, ulong seed, Func<string, string> checkpoint)
    {
        var from = model.From is null ? "" : $"model: {{ from: \"{checkpoint(model.From)}\" }}\n";
        var teacher = model.IsTaught ? $"teacher: {{ from: \"{checkpoint(DistilledModel.Larger.Key)}\" }}\nsupervised: {{ tokens: 0 }}\n" : "";
        return TrainRecipe.Parse(
            $$"""
            name: {{model.Key}}
            seed: {{seed}}
            family: { name: arithmetic, levels: [2] }
            evaluation: { problems: {{Problems}}, max_tokens: 64 }
            health: { kl_every: 0 }
            checkpoint: { every: 100000, keep_last: 1 }
            {{from}}{{teacher}}{{model.Sections(this)}}
            """, $"{DistillationStudy.Name}, {model.Key}");
    }
}
