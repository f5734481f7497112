namespace Deliberate.Models;

/// <summary>
/// Guesses how a sample goes on, so that the model reads several tokens in one pass. A guess decides nothing: each token is drawn from the
/// model with the sample's own random number, and a guess that was another ends there. One for each loop.
/// </summary>
internal interface IDrafter : IDisposable
{
    /// <param name="slot">The sample, whose last token has been drawn and not read.</param>
    /// <param name="draft">Out: tokens behind it.</param>
    /// <returns>How many, at most as many as there is room for; none where there is no guess.</returns>
    int Draft(SampleSlot slot, Span<int> draft);
}
