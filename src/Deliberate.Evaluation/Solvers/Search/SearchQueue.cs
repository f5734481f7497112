using System.Threading.Channels;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Evaluation;

/// <summary>
/// Searches for many samples of an evaluation at once: whoever asks waits, and those that wait are searched for in one batch. An answer
/// does not depend on what shares its batch.
/// </summary>
internal sealed class SearchQueue : IAsyncDisposable
{
    /// <summary>Solutions in flight that keep the processor busy.</summary>
    private const int MostSlots = 128;

    private const int StepTokens = 128;

    private readonly Channel<SearchWish> _wishes = Channel.CreateUnbounded<SearchWish>();
    private readonly CancellationTokenSource _stop = new();
    private readonly LanguageModel _model;
    private readonly Adapter? _adapter;
    private readonly ISearchMethod _method;
    private readonly IStepScorer? _scorer;
    private readonly int _together, _slots;
    private readonly Task _work;

    /// <param name="model">The policy; not owned.</param>
    /// <param name="adapter">Beside it; null for none.</param>
    /// <param name="encoder">Of its text format.</param>
    /// <param name="positions">Longest prompt and solution, in tokens.</param>
    /// <param name="setting">What to search by.</param>
    /// <param name="location">Where the policy was read from.</param>
    /// <exception cref="UserError">There is no such scorer, or it does not go with the policy.</exception>
    public SearchQueue(LanguageModel model, Adapter? adapter, ProblemEncoder encoder, int positions, SearchSetting setting, string location)
    {
        (_model, _adapter) = (model, adapter);
        var policy = new PolicyInMemory(model, location);
        _method = SearchMethods.Get(setting.Method, setting.Options);
        _together = Math.Clamp(2 * MostSlots / setting.N, 1, MostSlots);
        _slots = (int)Math.Clamp((long)_together * setting.N, 1, MostSlots);
        _scorer = !_method.NeedsScores ? null
            : setting.Scorer!.StartsWith(RewardScorers.Asked, StringComparison.Ordinal) ? RewardScorers.Ask(setting.Scorer[RewardScorers.Asked.Length..], model.Device, positions, policy)
            : setting.Scorer.StartsWith(SolutionJudges.LabelFree, StringComparison.Ordinal) ? throw new UserError("A verifier without labels is fitted to a batch of solutions, and an evaluation asks for one at a time.", field: "--search", advice: "Search with it: deliberate search --scorer free:MODEL. Or train a reward model on what it says: deliberate labels select --labeller free:MODEL.")
            : RewardScorers.Open(FolderOf(setting.Scorer), encoder, model.Device, positions, default, policy);
        _work = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Task<SearchTree> FindAsync(SearchWish wish, CancellationToken cancellation) =>
        _wishes.Writer.TryWrite(wish) ? wish.Found.Task.WaitAsync(cancellation) : throw new ObjectDisposedException(nameof(SearchQueue));

    public async ValueTask DisposeAsync()
    {
        _wishes.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        (_scorer as IDisposable)?.Dispose();
        _stop.Dispose();
    }

    /// <summary>A run's newest checkpoint where a run is named.</summary>
    private static string FolderOf(string path) => !Directory.Exists(path) || PretrainedModel.IsIn(path) ? path : new RunFolder(path).Newest() ?? path;

    private void Work()
    {
        while (Next() is { } first)
        {
            List<SearchWish> batch = [first];
            while (batch.Count < _together && _wishes.Reader.TryPeek(out var next) && next.GoesWith(first) && _wishes.Reader.TryRead(out var taken)) batch.Add(taken);
            try
            {
                Search(batch);
            }
            catch (Exception error)
            {
                foreach (var wish in batch) wish.Found.TrySetException(error);
            }
        }
    }

    /// <summary>Null when there will be none any more.</summary>
    private SearchWish? Next()
    {
        SearchWish? wish;
        while (!_wishes.Reader.TryRead(out wish))
            if (!_wishes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) return null;
        return wish;
    }

    private void Search(List<SearchWish> batch)
    {
        var (first, wishOf) = (batch[0], new Dictionary<SearchTree, SearchWish>());
        foreach (var wish in batch) wishOf.Add(new SearchTree(wish.Problem, wish.Key) { Prompt = wish.Prompt }, wish);
        _scorer?.Forget();
        using var space = new ModelSearchSpace(
            _model, first.Encoder, (tree, text) => AnswerOf(tree, wishOf[tree].AnswerOf(text)), _scorer,
            new SearchDrawing(first.MaxTokens, Math.Min(StepTokens, first.MaxTokens), first.Sampling, "\n", first.Seed), _slots, batch.Max(w => w.Prompt.Length), _adapter);
        SearchRunner.Run(_method, space, [.. wishOf.Keys], done: tree => wishOf[tree].Found.TrySetResult(tree), cancellation: _stop.Token);
    }

    /// <summary>As it was first written, so that equal ones are one in a vote; a family's stay as they are, for of two expressions of one value only one may be allowed.</summary>
    private static string? AnswerOf(SearchTree tree, string? answer) =>
        answer is null || !OwnProblem.IsLine(tree.Problem) ? answer : tree.Representative(answer, AnswerGraders.Get(OwnProblem.GraderOf(tree.Problem) ?? AnswerGraders.Default));
}
