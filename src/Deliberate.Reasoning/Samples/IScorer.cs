namespace Deliberate.Reasoning;

/// <summary>
/// Decides what completions are worth: the rules of a family, a grader that compares answers, a command, a judging model. Implement
/// it to train on problems that nothing of ours can judge; register it under a name with <see cref="VerifierRegistry.Register"/>,
/// and name it in a recipe (<c>problems.verifier.name</c>).
/// <para>
/// Calls come from several threads at once, as many as the recipe's <c>parallel</c> says, in no particular order: keep no state
/// between them, or guard it. The same sample must get the same verdict whenever it is asked, or a resumed run is not the run
/// that was stopped. A call that throws, or takes longer than the recipe's time limit, is made again, sample by sample and as often
/// as the recipe's <c>retries</c> say; one that still fails is a harness error, which is counted and reported, never taken for a wrong
/// answer; so throw freely where something is broken, and return <see cref="Verdict.Unscored"/> where an answer is unreadable. The
/// code runs in this process and is not sandboxed: do not run what a model wrote in it.
/// </para>
/// <para>One that also implements <see cref="IDisposable"/> is disposed at the end of the run.</para>
/// </summary>
public interface IScorer
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>
    /// How many samples a call may be given: 1, unless it gains from more. A failure or a time limit strikes all samples of a call.
    /// </summary>
    int BatchSize => 1;

    /// <param name="samples">What the model wrote, with its problems; at most <see cref="BatchSize"/>.</param>
    /// <param name="cancellationToken">Cancelled at the time limit, and where the run stops.</param>
    /// <returns>One verdict a sample, in their order.</returns>
    ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken);
}
