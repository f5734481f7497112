using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>How a model was made, from what its run recorded: data and filters, objectives and rewards, sizes and time.</summary>
internal static class CardTraining
{
    public static IEnumerable<(string Name, string Text)> Of(RunEvidence run)
    {
        yield return ("Run", $"{run.Facts.Name}, begun {run.Info.Started.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} by deliberate {run.Info.DeliberateVersion}");
        if (!run.HasFacts)
        {
            yield return ("Records", RunHeading.Unknown(run));
            yield break;
        }

        var facts = run.Facts;
        yield return ("Start", facts.Start.Path is null ? "random weights" : $"{facts.Start.Given}{(facts.Start.Identity is { } id ? $", identity {id[..12]}" : "")}");
        yield return ("Sizes", RunHeading.Sizes(run));
        if (facts.Teacher is { } teacher) yield return ("Teacher", $"{teacher.Path}, identity {teacher.Identity[..Math.Min(12, teacher.Identity.Length)]}");
        if (facts.Problems is { } problems)
            yield return ("Problems", string.Create(CultureInfo.InvariantCulture, $"{problems.Name}{(problems.Levels.Count > 0 ? $", levels {string.Join(", ", problems.Levels)}" : "")}{(problems.TrainFiles.Count > 0 ? $", from {string.Join(", ", problems.TrainFiles.Select(Path.GetFileName))}" : ", generated")}; judged by {problems.JudgedBy} ({RecipeWriter.Scalar(problems.Judge)}){(problems.HeldOut is { } held ? $"; {held} held out" : "")}"));
        if (facts.Imitation is { } imitation)
            yield return ("Imitation", string.Create(CultureInfo.InvariantCulture, $"{imitation.Tokens:N0} tokens in {imitation.Steps} steps; {(imitation.Files.Count > 0 ? string.Join(", ", imitation.Files.Select(Path.GetFileName)) : "no files")}{(imitation.CorpusShare > 0 ? $"; {100 * imitation.CorpusShare:0.#}% from a made-up corpus of {string.Join(", ", imitation.Corpus.Select(c => c.Family))}" : "")}"));
        if (facts.ExpertIteration is { } expert)
            yield return ("Expert iteration", string.Create(CultureInfo.InvariantCulture, $"{expert.Rounds} rounds of {expert.Prompts} problems with {expert.Samples} samples; kept: {RecipeWriter.Scalar(expert.Keep)}{(expert.EveryStepRight ? ", every step right" : "")}{(expert.Deduplicate ? ", without duplicates" : "")}"));
        if (facts.Reinforcement is { } rl)
        {
            yield return ("Reinforcement learning", string.Create(CultureInfo.InvariantCulture, $"{rl.Steps} steps of {rl.Prompts} problems with {rl.Samples} samples, up to {rl.MaxTokens} tokens; objective {rl.Objective}, advantage {rl.Advantage}, KL coefficient {rl.KlCoefficient}"));
            yield return ("Rewards", rl.Rewards.Count == 0 ? "none that weighs anything" : string.Join("; ", rl.Rewards.Select(r => r.Says.TrimEnd('.'))));
        }

        yield return ("Filters", Filters(facts));
        yield return ("Compute", $"{(run.Seconds > 0 ? Quantity.Duration(TimeSpan.FromSeconds(run.Seconds)) : "time not recorded")} on {run.Info.Device}");
        yield return ("Seeds", string.Create(CultureInfo.InvariantCulture, $"{facts.Seeds.Run}, held-out problems of {facts.Seeds.Evaluation}"));
    }

    private static string Filters(RunFacts facts)
    {
        var filters = (facts.Filters ?? []).Select(f => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(f.File)}: {f.Kept:N0} of {f.Lines:N0} lines kept of {Path.GetFileName(f.Input)}{(f.Dropped.Count > 0 ? $", dropped for {string.Join(", ", f.Dropped.Where(d => d.Value > 0).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Key} {d.Value:N0}")))}" : "")} (looked for: {string.Join(", ", f.Checks)})")).ToList();
        if (facts.ExpertIteration is { } expert) filters.Add($"samples kept by {RecipeWriter.Scalar(expert.Keep)}");
        if (facts.Reinforcement is { DynamicSampling: true }) filters.Add("groups whose samples all earn the same are drawn anew");
        return filters.Count > 0 ? string.Join("; ", filters) : "none that the run recorded: what its files were filtered by before is not in its records";
    }
}
