namespace Deliberate.Models;

/// <summary>Where a layer norms: what its two halves (attention, feed-forward) read, what they add to the residual stream, or both.</summary>
internal enum NormPlacement
{
    /// <summary>x + f(norm(x)): Llama and most others.</summary>
    Before,

    /// <summary>x + norm(f(norm(x))): Gemma 2 and 3.</summary>
    Around,

    /// <summary>x + norm(f(x)): OLMo 2.</summary>
    After,
}
