using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>What a model gave of the alternatives that it was asked for.</summary>
/// <param name="Texts">Different ones, in the order of their samples; those that came in time. None, without a problem, where every sample ends the solution.</param>
/// <param name="Problem">Why there is none, for the page.</param>
internal sealed record SampledSteps(IReadOnlyList<string> Texts, string? Problem);

/// <summary>
/// Asks models for alternatives while people label. Samples are drawn at temperature 1 with a key of
/// problem and path, so that the same model writes the same again. What does not come in time, fails or is no step is left out.
/// </summary>
internal sealed class LiveModels(OpenModels models)
{
    private const int ProbeTokens = 8;

    private readonly ConcurrentDictionary<string, Lazy<Task<(string Opening, bool Thinks)>>> _thoughts = new(StringComparer.Ordinal);

    /// <param name="project">Names the model and its bounds.</param>
    /// <param name="content">What is solved.</param>
    /// <param name="steps">So far.</param>
    /// <param name="limit">Ends the asking.</param>
    public async Task<SampledSteps> NextAsync(LabellingProject project, ItemContent content, IReadOnlyList<string> steps, CancellationToken limit)
    {
        try
        {
            // Reading weights takes a while and no thread that answers pages.
            var model = await Task.Run(() => models.Of(project.LiveModel!), CancellationToken.None).WaitAsync(limit).ConfigureAwait(false);
            var key = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(content.Hash() + SampledAlternatives.PathOf(steps))));
            var asked = Enumerable.Range(0, project.LiveCandidates).Select(i => OneAsync(model, project, content.Problem, steps, (key, i), limit)).ToArray();
            await Task.WhenAll(asked.Select(a => (Task)a)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var came = asked.Where(a => a.IsCompletedSuccessfully).Select(a => a.Result).OfType<string>().ToArray();
            string[] texts = [.. came.Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];
            if (came.Length > 0) return new SampledSteps(texts, null);
            return new SampledSteps([], limit.IsCancellationRequested ? InTime(project) : asked.Any(a => a.IsFaulted) ? "The model could not be asked." : "What the model wrote was no step.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new SampledSteps([], InTime(project));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Its name and place are no matter of labellers.
            return new SampledSteps([], "The model could not be asked.");
        }
    }

    private static string InTime(LabellingProject project) => FormattableString.Invariant($"The model wrote nothing within {project.LiveSeconds} seconds.");

    private async Task<string?> OneAsync(EvaluationModel model, LabellingProject project, string problem, IReadOnlyList<string> steps, (long Problem, long Sample) stream, CancellationToken limit)
    {
        var wish = new ModelOptions { MaxTokens = NextStep.MostTokens, Temperature = 1, Stream = stream };
        if (model.Connection is not CheckpointConnection)
        {
            var told = await model.AskAsync(NextStep.Told(problem, steps), wish, limit).WaitAsync(limit).ConfigureAwait(false);
            return Clean(told.IsBlocked ? null : NextStep.OfTold(told.Text, told.IsCut));
        }

        var (opening, thinks) = await ThoughtAsync(model, project.LiveModel!, problem, limit).ConfigureAwait(false);
        if (!thinks) wish = wish with { Stop = [project.StepSeparator] };
        var asked = NextStep.Continued(problem, steps, project.StepSeparator, opening);
        var answer = await model.AskAsync(asked, wish, limit).WaitAsync(limit).ConfigureAwait(false);
        if (!thinks && steps.Count > 0 && answer.Text.Length == 0)
        {
            // Paragraphs, where lines were looked for: the empty line between two is no end.
            answer = await model.AskAsync([.. asked.SkipLast(1), asked[^1] with { Content = asked[^1].Content + project.StepSeparator }], wish, limit).WaitAsync(limit).ConfigureAwait(false);
        }

        return Clean(NextStep.Of(answer.Completion, project.StepSeparator, thinks, answer.IsCut));
    }

    /// <summary>Whether the model thinks before it answers, and what it opens its thought with: asked once, of the first problem that it can be asked of.</summary>
    private async Task<(string Opening, bool Thinks)> ThoughtAsync(EvaluationModel model, string name, string problem, CancellationToken limit)
    {
        var thought = _thoughts.GetOrAdd(name, _ => new Lazy<Task<(string, bool)>>(async () =>
        {
            var first = await model.AskAsync([new ChatMessage("user", problem)], new ModelOptions { MaxTokens = ProbeTokens, Temperature = 0 }, CancellationToken.None).ConfigureAwait(false);
            if (first.ThoughtOpenedBy.Length > 0) return ("", true);
            foreach (var tags in ThinkingTags.All)
                if (first.Completion.TrimStart().StartsWith(tags.Open, StringComparison.Ordinal)) return (tags.Open + "\n", true);
            return ("", false);
        }));
        try
        {
            return await thought.Value.WaitAsync(limit).ConfigureAwait(false);
        }
        catch when (thought.Value.IsFaulted)
        {
            _thoughts.TryRemove(KeyValuePair.Create(name, thought));
            throw;
        }
    }

    private static string? Clean(string? text) => text?.Replace("\0", "", StringComparison.Ordinal).Trim() is { } clean ? clean.Length <= LabelRules.LongestText ? clean : null : null;
}
