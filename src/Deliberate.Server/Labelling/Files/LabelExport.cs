using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Microsoft.EntityFrameworkCore;

namespace Deliberate.Server;

/// <summary>The forms that a project's labels are written in.</summary>
internal enum ExportForm
{
    /// <summary>A label a line, in PRM800K's schema; of pairs there are none.</summary>
    Prm800k,

    /// <summary>Pairs: <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, which train recipes/preferences and reward models of preferences.</summary>
    Preferences,

    /// <summary>Label Studio's tasks with annotations.</summary>
    LabelStudio,

    /// <summary>A rating a line with who wrote what was rated, and what it belongs to.</summary>
    Ratings,

    /// <summary>All there is of each label: with the time of each step, what was said of the mistake, whether a model's view was looked at.</summary>
    Full,
}

/// <summary>Which labels are written.</summary>
/// <param name="Form">As what.</param>
/// <param name="Agreed">One an item: the one that a reviewer let stand, else the first.</param>
/// <param name="WithKnown">The answers to known questions too.</param>
internal sealed record ExportChoice(ExportForm Form, bool Agreed = false, bool WithKnown = false)
{
    /// <summary>Hashes of the items whose labels are written; null for all.</summary>
    public IReadOnlySet<string>? Only { get; init; }
}

/// <summary>
/// Writes labels while more of them are made: item by item in their order, what was finished when its page was read. A label is one
/// row, so that none is half there.
/// </summary>
internal sealed class LabelExport(IDbContextFactory<LabellingContext> contexts)
{
    private const int Batch = 200;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The usual name of a file.</summary>
    public static string FileName(LabellingProject project, ExportForm form) => $"{project.Name}{(form == ExportForm.LabelStudio ? "-label-studio.json" : form == ExportForm.Full ? "-full.jsonl" : ".jsonl")}";

    /// <summary>The form that goes with what is asked of labellers.</summary>
    public static ExportForm Usual(LabellingKind kind) => kind switch { LabellingKind.Preference => ExportForm.Preferences, LabellingKind.Rating => ExportForm.Ratings, _ => ExportForm.Prm800k };

    /// <returns>How many labels were written.</returns>
    /// <exception cref="UserError">The form does not go with the project.</exception>
    public async Task<int> WriteAsync(LabellingProject project, ExportChoice choice, Stream stream, CancellationToken cancellation = default)
    {
        if (project.Kind == LabellingKind.Rating != (choice.Form == ExportForm.Ratings) && choice.Form != ExportForm.Full) throw new UserError(project.Kind == LabellingKind.Rating ? "Ratings are no steps and no pairs." : "There are no ratings of answers here.", field: "--to", advice: $"Write {RecipeWriter.Scalar(Usual(project.Kind))}.");
        if (project.Kind == LabellingKind.Preference && choice.Form == ExportForm.Prm800k) throw new UserError("Pairs have no steps.", field: "--to", advice: "Write preferences.");
        if (project.Kind != LabellingKind.Preference && choice.Form == ExportForm.Preferences) throw new UserError("Labels of steps are no pairs.", field: "--to", advice: "Write prm800k.");
        if (project.Kind == LabellingKind.Phase1 && choice.Form == ExportForm.LabelStudio) throw new UserError("Label Studio's tasks hold whole solutions, and phase 1 has alternatives.", field: "--to", advice: "Write prm800k.");
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await using var json = choice.Form == ExportForm.LabelStudio ? LabelStudioTasks.Writer(stream) : null;
        json?.WriteStartArray();
        var written = 0;
        for (var after = 0; ;)
        {
            var begin = after;
            var page = await context.Items.AsNoTracking().Where(i => i.ProjectId == project.Id && i.Number > begin && (choice.WithKnown || i.Purpose == ItemPurpose.Ordinary)).OrderBy(i => i.Number).Take(Batch).ToListAsync(cancellation);
            if (page.Count == 0) break;
            var ids = page.Select(i => i.Id).ToArray();
            var sampled = choice.Form == ExportForm.Full && project.LiveModel is not null ? (await context.Alternatives.AsNoTracking().Where(a => ids.Contains(a.ItemId)).ToListAsync(cancellation)).ToDictionary(a => a.Id) : [];
            var labels = (await context.Assignments.AsNoTracking().Where(a => ids.Contains(a.ItemId) && a.State == AssignmentState.Done).OrderBy(a => a.Id).ToListAsync(cancellation)).ToLookup(a => a.ItemId);
            foreach (var item in page)
            {
                if (choice.Only?.Contains(item.Hash) == false) continue;
                var chosen = Choose(item, [.. labels[item.Id]], choice.Agreed);
                if (json is not null) LabelStudioTasks.Write(json, item, ItemContent.Read(item.Content), chosen);
                foreach (var label in chosen) written += await LineAsync(stream, choice.Form, item, label, sampled, cancellation) ? 1 : 0;
            }

            if (json is not null) await json.FlushAsync(cancellation);
            after = page[^1].Number;
        }

        json?.WriteEndArray();
        if (json is not null) await json.FlushAsync(cancellation);
        return written;
    }

    private static IReadOnlyList<Assignment> Choose(LabellingItem item, IReadOnlyList<Assignment> labels, bool agreed)
    {
        if (!agreed) return [.. labels.Where(l => !l.IsReview || l.Id == item.StandsId)];
        return (labels.FirstOrDefault(l => l.Id == item.StandsId) ?? labels.FirstOrDefault(l => !l.IsReview)) is { } one ? [one] : [];
    }

    private static async Task<bool> LineAsync(Stream stream, ExportForm form, LabellingItem item, Assignment label, IReadOnlyDictionary<long, SampledAlternatives> sampled, CancellationToken cancellation)
    {
        if (form == ExportForm.LabelStudio) return true;
        var line = form switch
        {
            ExportForm.Prm800k => label.Result!,
            ExportForm.Ratings => Rating(item, label),
            ExportForm.Preferences => Pair(ItemContent.Read(item.Content), label),
            _ => JsonSerializer.Serialize(
                new
                {
                    item = item.Number,
                    item.Purpose,
                    item.Priority,
                    labeler = label.AccountId,
                    is_review = label.IsReview,
                    stands = item.StandsId is null ? (bool?)null : item.StandsId == label.Id,
                    label.Finish,
                    label.Comment,
                    label.Started,
                    label.Finished,
                    label.Milliseconds,
                    label.SawAnnotations,
                    draft = Draft.Read(label.Draft),
                    // What a model wrote while they labelled, by the number that the draft names it by.
                    sampled = sampled.Count == 0 ? null : Draft.Read(label.Draft).Steps.Where(s => s.Alternatives is not null).Select(s => sampled[s.Alternatives!.Value]).DistinctBy(a => a.Id).Select(a => new { a.Id, a.Model, a.At, a.Milliseconds, Texts = a.Read() }),
                    result = JsonSerializer.Deserialize<JsonElement>(label.Result!),
                },
                Json),
        };
        if (line is null) return false;
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellation);
        return true;
    }

    /// <summary>Null where neither is better.</summary>
    /// <summary>With who wrote it: what <c>deliberate stats percentile</c> reads.</summary>
    private static string? Rating(LabellingItem item, Assignment label) => LabelComparison.Chosen(label.Result!) is { } rating && ItemContent.Read(item.Content) is var content
        ? JsonSerializer.Serialize(new { rating, source = content.Author, group = content.Group, item = item.Number, labeler = label.AccountId }, Json)
        : null;

    private static string? Pair(ItemContent content, Assignment label) => LabelComparison.Chosen(label.Result!) is { } better and >= 0
        ? JsonSerializer.Serialize(new { prompt = content.Problem, chosen = content.Responses[better], rejected = content.Responses[1 - better] }, Json)
        : null;
}
