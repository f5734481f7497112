namespace Deliberate.Reasoning;

/// <summary>
/// Decides what a completion is worth: implement it to train on problems that no grader of ours can judge. Register it under a
/// name with <see cref="VerifierRegistry.Register"/>, and name it in a recipe (<c>problems.verifier.name</c>).
/// <para>
/// Calls come from several threads at once, as many as the recipe's <c>parallel</c> says, in no particular order: keep no state
/// between them, or guard it. The same sample must get the same verdict whenever it is asked, or a resumed run is not the run
/// that was stopped. A call that throws, or takes longer than the recipe's time limit, is made again, as often as the recipe's
/// <c>retries</c> say; if it still fails its sample is a harness error, which is counted and reported, never taken for a wrong
/// answer; so throw freely where something is broken, and return <see cref="Verdict.Unscored"/> where the answer is unreadable. The code runs in this process and is not sandboxed: do not
/// run what a model wrote in it.
/// </para>
/// <para>A verifier that also implements <see cref="IDisposable"/> is disposed at the end of the run.</para>
/// </summary>
public interface IVerifier
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <param name="sample">The problem and what the model wrote.</param>
    /// <param name="cancellationToken">Cancelled at the time limit, and where the run stops.</param>
    ValueTask<Verdict> VerifyAsync(VerifierSample sample, CancellationToken cancellationToken);
}
