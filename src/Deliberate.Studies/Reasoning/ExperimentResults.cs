using System.Text.Json;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>results.json</c>: every number of the experiment as an estimate, with its successes and seeds, for whoever computes further.
/// Rates are shares from 0 to 1, differences those of shares.
/// </summary>
internal static class ExperimentResults
{
    private const int Format = 2;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, string command, ExperimentSummary summary) => AtomicFile.WriteJson(path, Of(command, summary), Options);

    private static object Of(string command, ExperimentSummary summary)
    {
        var (plan, evidence) = (summary.Plan, summary.Evidence);
        return new
        {
            FormatVersion = Format,
            IsResult = !plan.Quick,
            Warning = plan.Quick ? ExperimentFindings.QuickWarning : null,
            Command = command,
            DeliberateVersion = RunInfo.ProgramVersion,
            evidence.Device,
            evidence.Started,
            Seconds = Math.Round(evidence.Time.Seconds, 1),
            SecondsAreAll = evidence.Time.IsWhole,
            plan.Seeds,
            ProblemsPerFamily = plan.Recipe.Problems,
            Families = plan.Recipe.Tests.Select(t => new { Name = t.Family, plan.Train.Family.Parts.First(p => p.Name == t.Family).Levels, DeeperLevel = t.Deeper }),
            Cells = plan.Cells.Select(c => new { c.Name, c.Seed, Model = ExperimentModels.Key(c.Model), c.LeftOut, StartsFrom = c.From }),
            // Of --quick there are no numbers: they would be taken for some.
            Scores = plan.Quick ? [] : ExperimentSummary.Subjects.SelectMany(s => summary.FamiliesAndAll.SelectMany(f => Enum.GetValues<Metric>().Select(m => Score(summary, s, f, m)))).OfType<object>(),
            Questions = plan.Quick ? [] : ExperimentQuestion.All.SelectMany(q => summary.FamiliesAndAll.Select(f => Contrast(summary, q, f))).OfType<object>(),
            Aims = plan.Quick ? [] : ExperimentAims.Of(summary),
        };
    }

    private static object? Score(ExperimentSummary summary, Subject subject, string? family, Metric metric)
    {
        if (metric == Metric.EveryStepRight && !ExperimentModels.Thinks(subject.Model)) return null;
        if (summary.Score(subject, family, metric) is not { } score) return null;
        IReadOnlyList<string> families = family is null ? summary.Families : [family];
        return new
        {
            Model = subject.Key,
            Family = family ?? "all",
            Metric = RecipeWriter.Scalar(metric),
            score.Successes,
            score.Rate,
            Tokens = ExperimentScores.Tokens(summary.Evidence, subject, families),
            Truncated = families.SelectMany(f => summary.Evidence.Seeds(subject, f).Select(s => summary.Evidence.Find(subject, f, s)!.Truncated)).Sum(),
            Seeds = score.Seeds.Select(s => new { s.Seed, s.Successes, s.Rate }),
        };
    }

    private static object? Contrast(ExperimentSummary summary, ExperimentQuestion question, string? family)
    {
        if (summary.Contrast(question, family) is not { } contrast) return null;
        return new
        {
            Question = question.Key,
            question.Asks,
            Family = family ?? "all",
            FromModel = question.From.Key,
            ToModel = question.To.Key,
            contrast.From,
            contrast.To,
            contrast.Difference,
            Finding = RecipeWriter.Scalar(contrast.Finding),
            Seeds = contrast.Seeds.Select(s => new { s.Seed, s.Difference }),
        };
    }
}
