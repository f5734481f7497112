using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>A rendered conversation to be answered.</summary>
/// <param name="Rendered">What the model is given, as text.</param>
/// <param name="Tokens">The same as tokens.</param>
/// <param name="MaxTokens">Thought and answer together.</param>
/// <param name="ThinkingBudget">Tokens of thought; null for no limit of its own.</param>
/// <param name="Alternatives">Most likely tokens to be told beside each that is drawn.</param>
/// <param name="Grammar">What the answer must look like; null for anything.</param>
internal sealed record ServedPrompt(string Rendered, int[] Tokens, int MaxTokens, SamplingOptions Sampling, ulong Seed, IReadOnlyList<string> Stop, int? ThinkingBudget, int Alternatives, OutputGrammar? Grammar);

/// <summary>An answer that is on its way.</summary>
/// <param name="Events">A token each; whoever stops reading early ends the answer.</param>
/// <param name="Result">What came of it, once the events are over.</param>
internal sealed record ServedAnswer(IAsyncEnumerable<HostEvent> Events, Task<HostResult> Result);

/// <summary>A model that answers: one in this process's memory, or in tests one that says what it is told to.</summary>
internal interface IServedModel : IDisposable
{
    /// <summary>What requests call it.</summary>
    string Name { get; }

    /// <summary>Which model it is (<see cref="ModelIdentity.Id"/>).</summary>
    string Hash { get; }

    /// <summary>When its files were written, seconds of Unix time.</summary>
    long Created { get; }

    /// <summary>Tokens of prompt and answer together.</summary>
    int Context { get; }

    TextFormat Format { get; }

    /// <summary>Bytes of keys and values, those of earlier prompts that are kept among them.</summary>
    long CacheBytes { get; }

    /// <summary>Most of them; 0 where it is not known yet.</summary>
    long CacheLimitBytes { get; }

    /// <summary>Most tokens of an answer to a prompt of so many, as far as the memory of keys and values goes.</summary>
    long Room(int promptTokens);

    /// <summary>The sum of a text's last hidden states: of all its tokens, or of the last alone.</summary>
    /// <returns>[hidden].</returns>
    Task<double[]> HiddenSumAsync(int[] tokens, bool lastOnly, CancellationToken cancellation);

    ServedAnswer Answer(ServedPrompt prompt, CancellationToken cancellation);
}
