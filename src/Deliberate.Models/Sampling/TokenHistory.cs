namespace Deliberate.Models;

/// <summary>What stands before the token to be drawn: the prompt, then what was drawn since. Penalties look at both, or at the output alone.</summary>
internal readonly ref struct TokenHistory(ReadOnlySpan<int> prompt, ReadOnlySpan<int> output)
{
    public ReadOnlySpan<int> Prompt { get; } = prompt;

    public ReadOnlySpan<int> Output { get; } = output;

    public int Length => Prompt.Length + Output.Length;

    public int this[int index] => index < Prompt.Length ? Prompt[index] : Output[index - Prompt.Length];
}
