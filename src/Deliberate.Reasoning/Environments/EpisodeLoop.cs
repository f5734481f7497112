using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>
/// From problems to scored samples of several turns: all episodes that go on draw their next turn in one batch, their environments
/// reply, several at a time, and so on until all have ended. Tokens go in as they came out: a reply is put behind them. An episode
/// depends on its problem, weights, stream and its environment's replies alone, never on which others are played beside it. An
/// environment that throws, hangs or will not start fails that episode (a harness error), and no other.
/// </summary>
/// <param name="sampler">Of the model.</param>
/// <param name="encoder">Of its text format.</param>
/// <param name="set">Where the problems are from, and who judges those that are answered in one turn.</param>
/// <param name="environments">Of the problems.</param>
/// <param name="limits">Of an episode.</param>
/// <param name="role">Of replies in a conversation.</param>
/// <param name="notice">Told of the first failures.</param>
internal sealed class EpisodeLoop(IRolloutEngine sampler, ProblemEncoder encoder, ProblemSet set, EnvironmentSet environments, EnvironmentLimits limits, string role = "user", Action<string>? notice = null) : ISampleLoop
{
    /// <summary>What errors of an environment name as their place.</summary>
    public const string Field = "environment";

    private const int MostNotices = 3;

    private readonly EpisodeText _text = new(encoder, role);
    private int _told;

    /// <inheritdoc/>
    public SampleGroup[] Run(IReadOnlyList<Problem> problems, int samples, int maxTokens, SamplingOptions options, Func<int, int, RandomStream> stream, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        int[][] prompts = [.. problems.Select(encoder.Prompt)];
        string[] opened = [.. problems.Select(encoder.ThoughtOpenedBy)];
        var drafts = new EpisodeDraft[problems.Count * samples];
        for (var n = 0; n < drafts.Length; n++) drafts[n] = new EpisodeDraft(problems[n / samples], n % samples, stream(n / samples, n % samples));
        var single = new Dictionary<EpisodeDraft, Rollout>();
        try
        {
            Each(drafts, Start, cancellation);
            var live = Enumerable.Range(0, drafts.Length).Where(n => drafts[n].Verdict is null).ToList();
            for (var turn = 0; live.Count > 0; turn++)
            {
                // The first turns of a problem share its prompt; later ones have each their own.
                var requests = live.GroupBy(n => turn == 0 ? n / samples : n).Select(same => Request(prompts[same.First() / samples], [.. same.Select(n => drafts[n])], opened[same.First() / samples], turn, maxTokens)).ToArray();
                var drawn = sampler.Sample(requests, options, encoder.StopIds, cancellation: cancellation).SelectMany(r => r).ToArray();
                for (var i = 0; i < live.Count; i++) Say(drafts[live[i]], drawn[i], turn == 0 ? opened[live[i] / samples] : _text.ThoughtOpenedBy, single);
                Each([.. live.Select(n => drafts[n]).Where(d => !single.ContainsKey(d))], (draft, stop) => Step(draft, maxTokens, stop), cancellation);
                live.RemoveAll(n => drafts[n].Verdict is not null || single.ContainsKey(drafts[n]));
                progress?.Report(drafts.Length - live.Count);
            }
        }
        finally
        {
            foreach (var draft in drafts) End(draft);
        }

        var scored = Judged(problems, drafts, opened, samples, single, cancellation);
        Complain(scored);
        return [.. problems.Select((problem, i) => new SampleGroup(problem, prompts[i], scored[(i * samples)..((i + 1) * samples)]))];
    }

    /// <summary>The samples in the order of the drafts; those of one turn are read and judged as everywhere else.</summary>
    private ScoredSample[] Judged(IReadOnlyList<Problem> problems, EpisodeDraft[] drafts, string[] opened, int samples, Dictionary<EpisodeDraft, Rollout> single, CancellationToken cancellation)
    {
        var scored = new ScoredSample[drafts.Length];
        var reader = new SampleReader(encoder, set);
        var plain = new List<(int Place, Sample Sample)>();
        for (var i = 0; i < problems.Count; i++)
        {
            int[] places = [.. Enumerable.Range(i * samples, samples).Where(n => single.ContainsKey(drafts[n]))];
            plain.AddRange(reader.Read(problems[i], [.. places.Select(n => single[drafts[n]])]).Select((sample, at) => (places[at], sample with { Attempt = drafts[places[at]].Attempt })));
        }

        if (plain.Count > 0)
        {
            var verdicts = set.Scorer.ScoreAsync([.. plain.Select(p => p.Sample)], cancellation).AsTask().GetAwaiter().GetResult();
            for (var p = 0; p < plain.Count; p++) scored[plain[p].Place] = new ScoredSample(plain[p].Sample, verdicts[p]);
        }

        for (var n = 0; n < drafts.Length; n++) scored[n] ??= new ScoredSample(drafts[n].Sample(encoder, opened[n / samples]), drafts[n].Verdict!);
        return scored;
    }

    private SampleRequest Request(int[] prompt, EpisodeDraft[] drafts, string opened, int turn, int maxTokens)
    {
        var left = maxTokens - drafts[0].Tokens;
        // What is answered in one turn has the whole budget.
        var most = drafts[0].Episode is null ? left : Math.Min(limits.TurnTokens, left);
        return new SampleRequest(drafts[0].PromptWith(prompt), most, [.. drafts.Select(d => d.Stream)]) { Watch = AnswerReader.Watch(encoder.Format, turn == 0 ? opened : _text.ThoughtOpenedBy) };
    }

    private void Say(EpisodeDraft draft, Rollout drawn, string opened, Dictionary<EpisodeDraft, Rollout> single)
    {
        if (draft.Episode is null)
        {
            single[draft] = drawn;
            return;
        }

        var reader = new AnswerReader(encoder.Format, opened);
        foreach (var token in drawn.Tokens) reader.Push(token);
        reader.Finish();
        draft.Say(drawn, reader.Text.Trim(), reader.Thinking, reader.ThinkingTokens);
        if (drawn.FinishReason == FinishReason.Length) draft.Cut($"the budget of tokens ended turn {draft.Turns + 1}");
    }

    private async Task<Action> Start(EpisodeDraft draft, CancellationToken cancellation)
    {
        if (environments.Of(draft.Problem) is not { } environment) return () => { };
        var episode = await environment.StartAsync(draft.Problem, cancellation).ConfigureAwait(false);
        if (!cancellation.IsCancellationRequested) return () => draft.Episode = episode;
        await episode.DisposeAsync().ConfigureAwait(false);
        throw new OperationCanceledException(cancellation);
    }

    private async Task<Action> Step(EpisodeDraft draft, int maxTokens, CancellationToken cancellation)
    {
        if (draft.Verdict is not null) return () => { };
        var reply = await draft.Episode!.StepAsync(draft.Last.Said, cancellation).ConfigureAwait(false);
        return () => Take(draft, reply, maxTokens);
    }

    private void Take(EpisodeDraft draft, EpisodeReply reply, int maxTokens)
    {
        draft.Answer(reply);
        if (reply.IsOver) return;
        if (draft.Turns >= limits.Turns)
        {
            draft.Cut($"not done after {limits.Turns} turns");
            return;
        }

        var (tokens, text) = _text.Of(reply.Text, draft.LastToken, limits.ReplyTokens);
        if (draft.Tokens + tokens.Length >= maxTokens) draft.Cut($"the budget of tokens leaves no room behind the reply of turn {draft.Turns}");
        else draft.Give(tokens, text);
    }

    /// <summary>
    /// Asks for each episode, several at a time, and does what follows from the answer. What goes wrong or takes too long is that episode's
    /// own: of an answer that comes too late nothing follows.
    /// </summary>
    private void Each(EpisodeDraft[] drafts, Func<EpisodeDraft, CancellationToken, Task<Action>> ask, CancellationToken cancellation)
    {
        var degree = new ParallelOptions { MaxDegreeOfParallelism = limits.Parallel, CancellationToken = cancellation };
        Parallel.ForEachAsync(drafts, degree, async (draft, stop) =>
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
            try
            {
                // A thread of its own: an environment that computes without end must not hold up the others.
                var follows = await Task.Run(() => ask(draft, timeout.Token), stop).WaitAsync(limits.Timeout, stop).ConfigureAwait(false);
                follows();
            }
            catch (TimeoutException)
            {
                await timeout.CancelAsync().ConfigureAwait(false);
                draft.Break(FormattableString.Invariant($"the environment did not answer within {limits.Timeout.TotalSeconds:0.###} s"));
            }
            catch (Exception error) when (error is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                draft.Break($"the environment failed: {error.Message}");
            }
        }).GetAwaiter().GetResult();
    }

    private void End(EpisodeDraft draft)
    {
        if (draft.Episode is not { } episode) return;
        try
        {
            if (!episode.DisposeAsync().AsTask().Wait(limits.Timeout)) Tell($"{draft.Problem.Id}: the episode was not ended within {limits.Timeout.TotalSeconds:0.###} s");
        }
        catch (AggregateException error)
        {
            // What it did and said counts; that it does not end well is the environment's own.
            Tell($"{draft.Problem.Id}: {error.InnerException?.Message}");
        }
    }

    private void Complain(ScoredSample[] scored)
    {
        var failed = scored.Where(s => s.Sample.Episode is not null && !s.IsJudged).ToArray();
        foreach (var one in failed) Tell($"{one.Sample.Name}: {one.Verdict.Reason}");
        if (failed.Length <= limits.MaxErrorShare * scored.Length) return;
        throw new UserError(
            $"{failed.Length} of {scored.Length} episodes could not be played; the first: {failed[0].Sample.Name}: {failed[0].Verdict.Reason}.", field: Field,
            advice: "Training on the others would be training on another selection of samples. Mend the environment and resume, or raise environment.max_error_share.");
    }

    private void Tell(string failure)
    {
        if (_told++ < MostNotices) notice?.Invoke($"Environment: {failure}.{(_told == MostNotices ? " Further failures are only counted (harness_error_share)." : "")}");
    }
}
