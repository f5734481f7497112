using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Fits a verifier without labels to solutions that the policy of a search draws, before the search begins.</summary>
internal static class LabelFreeSearch
{
    /// <summary>Problems and solutions of each that it is fitted to.</summary>
    private const int Problems = 64, Samples = 8;

    /// <param name="judge">To be fitted.</param>
    /// <param name="policy">The searching model.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="set">Where problems are from: those to train on, or those to be solved where there are no others. Their answers are not looked at.</param>
    /// <param name="drawing">How steps are drawn.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    /// <exception cref="UserError">The policy finishes no solution.</exception>
    public static void Fit(LabelFreeJudge judge, LanguageModel policy, ProblemEncoder encoder, ProblemSet set, SearchDrawing drawing, CancellationToken cancellation)
    {
        var problems = set.Source.Count(Split.Train, set.Level) == 0 ? set.Draw(Split.Test, Problems, drawing.Seed) : set.Draw(Split.Train, Problems, drawing.Seed);
        problems = [.. problems.Where(p => encoder.Prompt(p).Length + drawing.MaxTokens <= policy.Configuration.MaxPositions)];
        if (problems.Length == 0) throw new UserError("no problem fits the model's context.", judge.Name);
        var (_, trees) = new SearchStudy(policy, encoder, set, null, drawing, problems.Max(p => encoder.Prompt(p).Length)).Run(new MajoritySearch(Samples), Samples, problems, cancellation: cancellation);
        judge.Fit([.. trees.SelectMany(t => t.Finished.Where(n => n.Answer is not null).Select(n => new StepPath(t.Problem, [], [.. n.Path.Select(p => p.Step)], 0)))], cancellation);
    }
}
