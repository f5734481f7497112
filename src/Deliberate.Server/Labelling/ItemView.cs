namespace Deliberate.Server;

/// <summary>An item as the page shows it: texts as HTML, and what was judged so far.</summary>
internal static class ItemView
{
    public static object Of(LabellingProject project, Assignment assignment, ItemContent content)
    {
        var item = assignment.Item!;
        var draft = Draft.Read(assignment.Draft);
        string[] responses = [.. content.Responses.Select(SaidText.Html)];
        if (assignment.IsSwapped) Array.Reverse(responses);
        return new
        {
            assignment.Lease,
            assignment.Revision,
            // A known question looks like any other.
            item.Number,
            Kind = project.Kind.ToString().ToLowerInvariant(),
            assignment.IsReview,
            // Whether a model writes what nobody prepared.
            Live = project is { Kind: LabellingKind.Phase1, LiveModel: not null },
            CanDrop = item.Purpose == ItemPurpose.Ordinary && !assignment.IsReview,
            Problem = SaidText.Html(content.Problem),
            Reference = content.ReferenceAnswer is { } answer ? SaidText.Html(answer) : null,
            Steps = content.Steps.Select((step, i) => new
            {
                Html = SaidText.Html(step),
                Alternatives = content.Alternatives.TryGetValue(i, out var others) ? others.Select(SaidText.Html) : [],
                Explanations = content.Explanations.TryGetValue(i, out var said) ? said.Select(SaidText.Html) : [],
            }),
            Candidates = Candidates(project, content, draft),
            Written = draft.Steps.Select(s => s.Written is { } own ? SaidText.Html(own) : null),
            Responses = responses,
            Draft = Shown(draft, assignment.IsSwapped),
            HasAnnotations = item.Annotations is not null,
            Annotations = assignment.SawAnnotations && item.Annotations is { } annotations ? StepAnnotations.Read(annotations) : null,
        };
    }

    /// <summary>What the page has to know after a judgement.</summary>
    public static object Saved(LabellingProject project, Assignment assignment, ItemContent content)
    {
        if (project.Kind != LabellingKind.Phase1) return new { assignment.Revision };
        var draft = Draft.Read(assignment.Draft);
        return new { assignment.Revision, Candidates = Candidates(project, content, draft), Written = draft.Steps.Select(s => s.Written is { } own ? SaidText.Html(own) : null), Draft = draft };
    }

    /// <summary>The alternatives of the open step, as HTML.</summary>
    public static object Of(OpenAlternatives open) => new { open.Index, open.Sampled, Candidates = open.Candidates.Select(SaidText.Html), open.Ended, open.Problem };

    private static Draft Shown(Draft draft, bool isSwapped) => isSwapped && draft.Preferred is >= 0 and var preferred ? draft with { Preferred = 1 - preferred } : draft;

    /// <summary>Phase 1: of each step that was gone through, and of the one that is open.</summary>
    private static IReadOnlyList<string>[] Candidates(LabellingProject project, ItemContent content, Draft draft)
    {
        if (project.Kind != LabellingKind.Phase1) return [];
        var count = draft.Steps.TakeWhile(s => s.IsEnded).Count() + 1;
        return [.. Enumerable.Range(0, count).Select(i => (IReadOnlyList<string>)[.. LabelRules.Candidates(LabellingKind.Phase1, content, draft, i).Select(SaidText.Html)])];
    }
}
