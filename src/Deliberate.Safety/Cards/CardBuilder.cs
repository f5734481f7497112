using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>What a card is made from.</summary>
/// <param name="Models">Whose card it is, before its mitigations and behind its filters: a column for each that was named.</param>
/// <param name="Evidence">Logs and attested files.</param>
/// <param name="Run">The run that trained it; null where none is at hand.</param>
/// <param name="Gate">A gate's result; null for none.</param>
/// <param name="Folder">Where the card will lie.</param>
/// <param name="Command">What makes it.</param>
internal sealed record CardInput(GateModels Models, GateEvidence Evidence, RunEvidence? Run, WrittenGateResult? Gate, string Folder, string Command)
{
    public GateModel Model => Models.Post;
}

/// <summary>Makes a card of what there is, and says of every place that stays empty what would fill it.</summary>
internal static class CardBuilder
{
    /// <summary>Why the evidence may not be used; null where it may.</summary>
    public static string? Invalid(CardInput input)
    {
        if (input.Evidence.Logs.FirstOrDefault(l => l.Damage is not null) is { Damage: { } damage }) return damage;
        if (input.Gate is { } gate && gate.Says("model") != input.Model.Id) return $"The gate's result is of other weights: {gate.Says("model")[..Math.Min(12, gate.Says("model").Length)]}, not {input.Model.Id[..12]}.";
        if (input.Models.Deployed is { } deployed && input.Gate?.Says("model_behind_filters") is { Length: > 0 } behind && behind != deployed.Id) return $"The gate's result is of the model behind another filter: {behind[..Math.Min(12, behind.Length)]}, not {deployed.Id[..12]} ({deployed.Filter}).";
        return null;
    }

    public static SystemCard Build(CardInput input, DateTimeOffset now)
    {
        var figures = new List<CardFigure>();
        var gaps = new List<CardGap>();
        foreach (var section in CardSections.All)
            foreach (var slot in section.Slots) Fill(input, section, slot, figures, gaps);
        Further(input, figures);
        if (input.Gate is null) gaps.Add(new CardGap("preparedness", "Preparedness scorecard", $"not measured: run deliberate gate {ShellCommand.Word(input.Model.Name)} --policy POLICY --evidence FOLDER --out FOLDER, and name its result with --gate"));
        if (input.Run is null) gaps.Add(new CardGap("training", "Model data and training", "not known: name the run that trained the model with --run"));
        SignedRecord[] external = [.. input.Evidence.Signed.Where(s => s.Kind == SignedKind.External && s.Model == input.Model.Id)];
        if (external.Length == 0) gaps.AddRange(CardSections.External.Select(row => new CardGap("external", row, "not measured: what is done outside is added as an attested file (deliberate approve attest)")));
        var card = new SystemCard
        {
            Models = input.Models,
            At = now,
            Program = EvaluationRunner.Program,
            RunName = input.Run?.Facts.Name,
            Training = input.Run is { } run ? [.. CardTraining.Of(run)] : [],
            Figures = figures,
            Gaps = gaps,
            LeftOut = [.. LeftOut(input)],
            External = external,
            Gate = input.Gate,
            Claims = [],
            Command = input.Command,
        };
        return card with { Claims = [.. CardClaims.Of(card)] };
    }

    /// <summary>The deployed system of a card whose filter nobody named: the gate's, else the one that there is evidence of.</summary>
    /// <returns>The models, with it where there is one.</returns>
    /// <exception cref="UserError">There is evidence of several, and no gate chose.</exception>
    public static GateModels WithDeployed(GateModels models, GateEvidence evidence, WrittenGateResult? gate)
    {
        if (models.Deployed is not null) return models;
        GateModel[] found = [.. evidence.Logs.Select(l => l.Head?.Model).OfType<ModelDescription>().Select(m => FilteredConnection.FilterOf(models.Post.Id, m)).OfType<string>().Distinct(StringComparer.Ordinal).Select(f => new GateModel($"{models.Post.Name} behind {f}", FilteredConnection.IdentityOf(models.Post.Id, f), models.Post.Weights) { Filter = f })];
        if (gate?.Says("model_behind_filters") is { Length: > 0 } chosen) found = [.. found.Where(m => m.Id == chosen)];
        if (found.Length > 1) throw new UserError($"There is evidence of the model behind several filters: {string.Join("; ", found.Select(m => m.Filter))}.", field: "--filters", advice: "Name the one that it goes out behind.");
        return models with { Deployed = found.FirstOrDefault() };
    }

    private static void Fill(CardInput input, CardSection section, CardSlot slot, List<CardFigure> figures, List<CardGap> gaps)
    {
        var isFilled = false;
        foreach (var (state, model) in input.Models.Named)
        {
            // The newest of several.
            foreach (var log in input.Evidence.Evaluations.Where(l => l.Head?.Task == slot.Task && l.Head.Model.Hash == model.Id).OrderByDescending(l => l.Finished))
            {
                if (FigureOf(input, section.Id, slot.Row, log, state, slot.Metric, slot.Slice) is not { } figure) continue;
                figures.Add(figure);
                isFilled |= state == ModelState.Post;
                break;
            }
        }

        if (isFilled) return;
        if (input.Evidence.Evaluations.FirstOrDefault(l => l.Head?.Task == slot.Task && l.Head.Model.Hash == input.Model.Id && l.Result!.MissingShare > 0.5) is { Result: { } asked } empty)
        {
            gaps.Add(new CardGap(section.Id, slot.Row, string.Create(CultureInfo.InvariantCulture, $"asked, and nothing was found out: {asked.NotAsked + asked.Samples.Count(s => s.IsMissing)} of {asked.Planned} samples are missing ({empty.Name})")));
            return;
        }

        gaps.Add(new CardGap(section.Id, slot.Row, slot.Empty.Length > 0 ? $"not measured: {slot.Empty}" : $"not measured: run {ShellCommand.Of(["deliberate", "eval", slot.Task, "--model", input.Model.Name, .. slot.IsJudged ? ["--judge", "JUDGE"] : Array.Empty<string>()])}"));
    }

    /// <summary>Tasks that no section asks for: what was measured is shown.</summary>
    private static void Further(CardInput input, List<CardFigure> figures)
    {
        var asked = CardSections.All.SelectMany(s => s.Slots).Select(s => s.Task).ToHashSet(StringComparer.Ordinal);
        foreach (var (state, model) in input.Models.Named)
        {
            foreach (var log in input.Evidence.Evaluations.Where(l => l.Head is { } head && head.Model.Hash == model.Id && !asked.Contains(head.Task)).OrderBy(l => l.Head!.Task, StringComparer.Ordinal))
            {
                var headline = log.Result!.Headline;
                if (FigureOf(input, "further", $"{log.Result.Task.Title}, {headline.Metric.Title}", log, state, headline.Metric.Name, "") is { } figure) figures.Add(figure);
            }
        }
    }

    private static CardFigure? FigureOf(CardInput input, string section, string row, EvidenceLog log, ModelState state, string metric, string slice)
    {
        var result = log.Result!;
        if (result.Metrics.FirstOrDefault(m => m.Metric.Name == metric && m.Slice == slice) is not { } measured) return null;
        var estimate = measured.Estimate;
        // Such as what only a judge whose errors are known can say.
        if (!estimate.IsMeasured) return null;
        var (low, high) = ((measured.Lowest ?? estimate).Low, (measured.Highest ?? estimate).High);
        return new CardFigure
        {
            Section = section,
            Row = row,
            Task = log.Head!.Task,
            TaskVersion = log.Head.Version,
            Metric = metric,
            Slice = slice,
            State = state,
            Figure = new TestFigure(estimate.Value, low, high, estimate.N, estimate.Samples, measured.Missing + (slice.Length == 0 ? result.NotAsked : 0), estimate.Method.Words()),
            Items = log.Head.ItemsHash,
            LogHash = result.LogHash,
            Log = GateReport.Relative(log.Path, input.Folder),
            Published = [.. result.Task.Published.Where(p => p.Metric == metric && (slice.Length == 0 || p.Source.Contains(slice, StringComparison.Ordinal)))],
            Differences = result.Task.Differences,
        };
    }

    private static IEnumerable<string> LeftOut(CardInput input) => input.Evidence.Logs
        .Where(l => l.Head is { } head && input.Models.Named.All(m => m.Model.Id != head.Model.Hash))
        .Select(l => $"{l.Name} is of {(l.Head!.Model.Hash is { } hash ? $"other weights ({hash[..12]})" : $"{l.Head.Model.Name}, whose weights nobody here can see")}")
        .Concat(input.Evidence.Signed.Where(s => s.Kind == SignedKind.External && s.Model != input.Model.Id).Select(s => $"{Path.GetFileName(s.File)} is of other weights"));
}
