using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Server;

/// <summary>
/// What may be judged when, and what label it comes to: the procedure of PRM800K's labellers as pure functions of item and draft. Phase 1
/// rates every candidate of a step before one is gone on with; phase 2 rates the steps in order and ends at the first wrong one.
/// </summary>
internal static class LabelRules
{
    /// <summary>Of what a labeller writes.</summary>
    public const int LongestText = 10_000;

    public const int MostProgress = 2;

    /// <summary>Of an answer, as in ChangeMyView's ratings.</summary>
    public const int MostRating = 5;

    private static readonly JsonSerializerOptions Text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The candidates of a step, where the draft has come to it.</summary>
    public static IReadOnlyList<string> Candidates(LabellingKind kind, ItemContent content, Draft draft, int step)
    {
        if (kind == LabellingKind.Phase2) return step < content.Steps.Count ? [content.Steps[step], .. content.Alternatives.TryGetValue(step, out var others) ? others : []] : [];
        var nodes = content.Tree;
        for (var i = 0; i < step; i++)
        {
            nodes = draft.Step(i).Chosen is { } chosen && chosen < nodes.Count ? nodes[chosen].Next : [];
        }

        // What nobody prepared a model may have written.
        return nodes.Count > 0 ? [.. nodes.Select(n => n.Text)] : draft.Step(step).Alternatives is { } sampled && content.Sampled.TryGetValue(sampled, out var written) ? written.Texts : [];
    }

    /// <summary>Phase 1: the steps that were gone on with, in their order.</summary>
    public static IReadOnlyList<string> Path(ItemContent content, Draft draft) =>
        [.. draft.Steps.TakeWhile(s => s.IsEnded).Select((step, i) => step.Chosen is { } chosen ? Candidates(LabellingKind.Phase1, content, draft, i)[chosen] : step.Written!)];

    /// <summary>The first step that is rated wrong, in phase 2; null where none is.</summary>
    public static int? FirstMistake(Draft draft)
    {
        for (var i = 0; i < draft.Steps.Count; i++)
            if (draft.Steps[i].Rating(0) == -1) return i;
        return null;
    }

    /// <summary>The draft with the judgement in it.</summary>
    /// <exception cref="UserError">There is no such step or candidate, or the value is none.</exception>
    public static Draft Apply(LabellingKind kind, ItemContent content, Draft draft, DraftChange change, bool isSwapped)
    {
        if (change.Mistake is { } mistake)
        {
            var step = FirstMistake(draft) ?? throw new UserError("No step is rated wrong.", field: "mistake");
            Check(mistake.Progress is null or (>= 0 and <= MostProgress), "mistake.progress", $"Progress is 0 to {MostProgress}.");
            var count = content.Explanations.TryGetValue(step, out var said) ? said.Count : 0;
            Check(mistake.Explanations.Count <= count && mistake.Explanations.All(IsRating), "mistake.explanations", "A rating is -1, 0 or 1, of an explanation that there is.");
            CheckText(mistake.Written, "mistake.written");
            return draft with { Mistake = mistake with { Written = Trimmed(mistake.Written) } };
        }

        if (kind == LabellingKind.Preference)
        {
            Check(change.Preferred is null or (>= -1 and <= 1), "preferred", "The better answer is 0, 1 or -1.");
            return draft with { Preferred = change.Preferred is >= 0 and var shown && isSwapped ? 1 - shown : change.Preferred };
        }

        if (kind == LabellingKind.Rating)
        {
            Check(change.Rating is null or (>= 1 and <= MostRating), "rating", $"A rating is 1 to {MostRating}.");
            return draft with { Rating = change.Rating };
        }

        if (change is not { Index: { } index, Step: { } judged }) throw new UserError("Nothing is judged.", field: "step");
        var limit = kind == LabellingKind.Phase2 ? content.Steps.Count - 1 : draft.Steps.TakeWhile(s => s.IsEnded).Count();
        Check(index >= 0 && index <= limit, "index", "There is no such step yet.");
        if (judged.Alternatives is { } sampled) Check(kind == LabellingKind.Phase1 && content.Sampled.TryGetValue(sampled, out var written) && written.Path == SampledAlternatives.PathOf([.. Path(content, draft).Take(index)]), "step.alternatives", "No model wrote these for this step.");
        var candidates = Candidates(kind, content, draft.With(index, judged), index);
        Check(judged.Ratings.Count <= candidates.Count && judged.Ratings.All(IsRating), "step.ratings", "A rating is -1, 0 or 1, of a candidate that there is.");
        Check(judged.Flags.Count <= candidates.Count, "step.flags", "There are not so many candidates.");
        Check(judged.Milliseconds is >= 0 and <= 86_400_000, "step.milliseconds", "This is no time that a step takes.");
        if (kind == LabellingKind.Phase2)
        {
            Check(!judged.IsEnded, "step.chosen", "In phase 2 nothing is chosen or written.");
            return draft.With(index, judged);
        }

        CheckText(judged.Written, "step.written");
        Check(judged.Chosen is null || (judged.Chosen >= 0 && judged.Chosen < candidates.Count), "step.chosen", "There is no such candidate.");
        Check(judged.Chosen is not { } chosen || judged.Rating(chosen) is not -1, "step.chosen", "A wrong step is not gone on with.");
        Check(!judged.IsEnded || Enumerable.Range(0, candidates.Count).All(judged.Judged), "step.ratings", "Every candidate is rated before one is gone on with.");
        judged = judged with { Written = judged.Chosen is null ? Trimmed(judged.Written) : null };
        var before = draft.Step(index);
        var next = draft.With(index, judged);
        return before.Chosen == judged.Chosen && before.Written == judged.Written ? next : next.CutAfter(index);
    }

    /// <summary>The label that the draft comes to.</summary>
    /// <param name="about">What stands in the label beside the steps.</param>
    /// <exception cref="UserError">Something is still to be judged.</exception>
    public static LabelledSolution Finish(LabellingKind kind, ItemContent content, Draft draft, LabelFinish finish, LabelledSolution about)
    {
        var steps = kind == LabellingKind.Phase1 ? PhaseOne(content, draft, finish) : PhaseTwo(content, draft, finish);
        return about with
        {
            Question = new LabelQuestion(content.Problem, content.ReferenceSolution, content.ReferenceAnswer, kind == LabellingKind.Phase2 ? content.Steps : null, content.FinalAnswer, content.VerifierScore),
            Steps = steps,
            Finish = finish,
        };
    }

    private static List<LabelledStep> PhaseTwo(ItemContent content, Draft draft, LabelFinish finish)
    {
        var mistake = FirstMistake(draft);
        Check(finish != LabelFinish.FoundError || mistake is not null, "finish", "No step is rated wrong.");
        Check(finish != LabelFinish.Solution || mistake is null, "finish", "A step is rated wrong: the solution ends there.");
        var end = finish switch
        {
            LabelFinish.FoundError => mistake!.Value,
            LabelFinish.Solution => content.Steps.Count - 1,
            _ => Math.Min(mistake ?? int.MaxValue, draft.Steps.Count - 1),
        };
        var steps = new List<LabelledStep>();
        for (var i = 0; i <= end; i++)
        {
            var judged = draft.Step(i);
            if (finish is LabelFinish.FoundError or LabelFinish.Solution) Check(judged.Judged(0), "finish", $"Step {i + 1} is not rated.");
            var isMistake = i == mistake;
            var candidates = Candidates(LabellingKind.Phase2, content, draft, i);
            steps.Add(new LabelledStep(
                [.. candidates.Take(isMistake ? candidates.Count : 1).Select((text, n) => new LabelledCompletion(text, judged.Rating(n), judged.Flagged(n)))],
                null, isMistake ? null : 0));
        }

        if (finish == LabelFinish.FoundError) Check(draft.Mistake.Progress is not null, "finish", "How far the solution had come is not rated.");
        return steps;
    }

    private static List<LabelledStep> PhaseOne(ItemContent content, Draft draft, LabelFinish finish)
    {
        Check(finish != LabelFinish.FoundError, "finish", "In phase 1 a mistake is not gone on with, and nothing ends at one.");
        var steps = new List<LabelledStep>();
        for (var i = 0; i < draft.Steps.Count; i++)
        {
            var judged = draft.Steps[i];
            if (finish == LabelFinish.Solution) Check(judged.IsEnded, "finish", $"Of step {i + 1} nothing is chosen.");
            // What was begun and not chosen of is the end of a labelling that was given up.
            steps.Add(new LabelledStep(
                [.. Candidates(LabellingKind.Phase1, content, draft, i).Select((text, n) => new LabelledCompletion(text, judged.Rating(n), judged.Flagged(n)))],
                judged.Chosen is null && judged.Written is { } written ? new HumanCompletion(written, JsonSerializer.Serialize(new { text = written }, Text)) : null, judged.Chosen));
            if (!judged.IsEnded) break;
        }

        if (finish == LabelFinish.Solution) Check(steps.Count > 0, "finish", "No step is chosen.");
        return steps;
    }

    private static bool IsRating(int? rating) => rating is null or (>= -1 and <= 1);

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static void CheckText(string? text, string field) => Check(text is null || text.Length <= LongestText, field, $"The text has more than {LongestText} characters.");

    private static void Check(bool holds, string field, string problem)
    {
        if (!holds) throw new UserError(problem, field: field);
    }
}
