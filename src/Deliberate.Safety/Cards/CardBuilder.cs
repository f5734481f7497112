using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>What a card is made from.</summary>
/// <param name="Model">Whose card it is.</param>
/// <param name="Pre">Before the mitigations; null for none.</param>
/// <param name="Evidence">Logs and attested files.</param>
/// <param name="Run">The run that trained it; null where none is at hand.</param>
/// <param name="Gate">A gate's result; null for none.</param>
/// <param name="Folder">Where the card will lie.</param>
/// <param name="Command">What makes it.</param>
internal sealed record CardInput(GateModel Model, GateModel? Pre, GateEvidence Evidence, RunEvidence? Run, WrittenGateResult? Gate, string Folder, string Command);

/// <summary>Makes a card of what there is, and says of every place that stays empty what would fill it.</summary>
internal static class CardBuilder
{
    /// <summary>Why the evidence may not be used; null where it may.</summary>
    public static string? Invalid(CardInput input)
    {
        if (input.Evidence.Logs.FirstOrDefault(l => l.Damage is not null) is { Damage: { } damage }) return damage;
        if (input.Gate is { } gate && gate.Says("model") != input.Model.Id) return $"The gate's result is of other weights: {gate.Says("model")[..Math.Min(12, gate.Says("model").Length)]}, not {input.Model.Id[..12]}.";
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
            Model = input.Model,
            Pre = input.Pre,
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

    private static void Fill(CardInput input, CardSection section, CardSlot slot, List<CardFigure> figures, List<CardGap> gaps)
    {
        var isFilled = false;
        foreach (var (state, model) in Models(input))
        {
            // The newest of several.
            foreach (var log in input.Evidence.Logs.Where(l => l.Head?.Task == slot.Task && l.Head.Model.Hash == model.Id).OrderByDescending(l => l.Finished))
            {
                if (FigureOf(input, section.Id, slot.Row, log, state, slot.Metric, slot.Slice) is not { } figure) continue;
                figures.Add(figure);
                isFilled |= state == ModelState.Post;
                break;
            }
        }

        if (isFilled) return;
        if (input.Evidence.Logs.FirstOrDefault(l => l.Head?.Task == slot.Task && l.Head.Model.Hash == input.Model.Id && l.Result!.MissingShare > 0.5) is { Result: { } asked } empty)
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
        foreach (var (state, model) in Models(input))
        {
            foreach (var log in input.Evidence.Logs.Where(l => l.Head is { } head && head.Model.Hash == model.Id && !asked.Contains(head.Task)).OrderBy(l => l.Head!.Task, StringComparer.Ordinal))
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

    private static IEnumerable<(ModelState State, GateModel Model)> Models(CardInput input)
    {
        if (input.Pre is { } pre) yield return (ModelState.Pre, pre);
        yield return (ModelState.Post, input.Model);
    }

    private static IEnumerable<string> LeftOut(CardInput input) => input.Evidence.Logs
        .Where(l => l.Head is { } head && head.Model.Hash != input.Model.Id && head.Model.Hash != input.Pre?.Id)
        .Select(l => $"{l.Name} is of {(l.Head!.Model.Hash is { } hash ? $"other weights ({hash[..12]})" : $"{l.Head.Model.Name}, whose weights nobody here can see")}")
        .Concat(input.Evidence.Signed.Where(s => s.Kind == SignedKind.External && s.Model != input.Model.Id).Select(s => $"{Path.GetFileName(s.File)} is of other weights"));
}

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
