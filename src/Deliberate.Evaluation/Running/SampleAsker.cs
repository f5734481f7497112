using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// One sample from its item to its verdict. It ends in exactly one of the eight outcomes, whatever the model, the provider, the solver
/// and the scorer do: the model's own text is judged, a cut thought is none, a filter's refusal is the provider's, and what failed
/// elsewhere is a harness error in words. Only what concerns all samples alike (a wrong key, no such model) ends the run.
/// </summary>
internal sealed class SampleAsker(EvaluationTask task, EvaluationModel model, ModelOptions options, RunSettings settings, SearchSetting? search, ScoringQueue scoring)
{
    public async Task<EvaluatedSample> AskAsync(EvaluationItem item, int epoch, CancellationToken cancellation)
    {
        var asking = new SolverContext(item, epoch, model, options) { TokenLimit = settings.TokenLimit, Search = search, Task = task };
        var began = Stopwatch.GetTimestamp();
        using var limit = settings.TimeLimit is null ? null : new CancellationTokenSource(TimeSpan.FromSeconds(settings.TimeLimit.Value));
        using var both = limit is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var token = both?.Token ?? cancellation;
        Sample? sample = null;
        Verdict verdict;
        double asked = 0;
        try
        {
            await task.Solver.SolveAsync(asking, token).ConfigureAwait(false);
            asked = Seconds(began);
            sample = SampleOf(item, epoch, asking);
            verdict = asking.Found ?? Early(asking, sample) ?? await scoring.ScoreAsync(sample, token).ConfigureAwait(false);
        }
        catch (TokenLimitReached)
        {
            verdict = Verdict.Unscored(FormattableString.Invariant($"the sample took its limit of {settings.TokenLimit} tokens before there was an answer"));
        }
        catch (OperationCanceledException) when (limit is { IsCancellationRequested: true } && !cancellation.IsCancellationRequested)
        {
            verdict = Verdict.HarnessError(FormattableString.Invariant($"the time limit of {settings.TimeLimit:0.##} s was over, {(sample is null ? "waiting for the model" : "waiting for the scorer")}"));
        }
        catch (ProviderFailure failure) when (!failure.IsMistake || failure.Kind is ProviderFailureKind.Malformed or ProviderFailureKind.Refused)
        {
            verdict = Verdict.HarnessError(failure.Message);
        }
        catch (ProviderFailure failure)
        {
            throw ProviderModel.Refused(failure);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // A client's own time limit looks like a cancellation, and is none of ours.
            verdict = Verdict.HarnessError(Secrets.Redact(error is UserError or InvalidDataException ? error.Message : $"{error.GetType().Name}: {error.Message}"));
        }

        var isAnswered = sample is not null;
        sample ??= SampleOf(item, epoch, asking);
        return new EvaluatedSample(verdict.Read is { } read ? sample with { Answer = read } : sample, verdict)
        {
            Cluster = item.Cluster,
            Tags = item.Tags,
            FinishReason = asking.Answer?.FinishReason ?? "",
            ReportedModel = asking.Answer?.ReportedModel ?? "",
            Usage = asking.Usage,
            Timing = new SampleTiming(isAnswered ? asked : Seconds(began), isAnswered ? Seconds(began) - asked : 0),
        };
    }

    /// <summary>The verdict where no scorer is to be asked; null where one is.</summary>
    private Verdict? Early(SolverContext asking, Sample sample)
    {
        if (asking.Answer is not { } answer) return Verdict.HarnessError($"the solver {task.Solver.Name} left no answer");
        if (answer.IsBlocked) return Verdict.Of(SampleOutcome.ProviderBlocked, 0, "the provider's filter held the answer back");
        if (sample.IsUnfinished && sample.Truncated) return Verdict.Unfinished(truncated: true);
        return answer.ToolCalls.Count > 0 && string.IsNullOrWhiteSpace(answer.Text) ? Verdict.Unscored($"the model asks for the tool {answer.ToolCalls[0].Name}, and says nothing else") : null;
    }

    private Sample SampleOf(EvaluationItem item, int epoch, SolverContext asking)
    {
        var answer = asking.Answer;
        var (completion, opened, isCut) = (answer?.Completion ?? "", answer?.ThoughtOpenedBy ?? "", answer?.IsCut ?? false);
        return new Sample
        {
            Problem = item.ToProblem(task),
            Attempt = epoch,
            Messages = asking.Asked.Count > 0 ? asking.Asked : item.Messages,
            Completion = completion,
            Answer = task.AnswerOf(completion, isCut, opened),
            Truncated = isCut,
            ThoughtOpenedBy = opened,
            CompletionTokens = (int)(answer?.Usage.OutputTokens ?? 0),
            ThoughtTokens = answer is null ? null : (int)answer.Usage.ReasoningTokens,
        };
    }

    private static double Seconds(long began) => Stopwatch.GetElapsedTime(began).TotalSeconds;
}
