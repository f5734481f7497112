using System.Runtime.CompilerServices;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A model's host and how text goes into it and comes out of it: makes requests of prompts and options, and completions of what comes
/// back. What <see cref="TextModel"/>'s calls and its chat client share.
/// </summary>
internal sealed class HostedText(TextFormat format, ModelHost host, int context, Func<SamplingOptions> suggested, Func<ModelAdapter?, Tensors.Adapter?> adapterOf)
{
    private readonly int[] _stopIds = [.. format.StopIds];

    public ModelHost Host { get; } = host;

    /// <summary>Queues a text to be continued.</summary>
    /// <param name="tokens">Of the text.</param>
    /// <param name="number">Of the prompt among those of one call: each draws from a stream of its own.</param>
    /// <param name="streams">Whether somebody reads the events.</param>
    public HostRequest Continue(string prompt, int[] tokens, GenerateOptions options, int number, bool streams, CancellationToken cancellation) =>
        Continue(prompt, tokens, options, [new RandomStream(options.Seed, StreamStage.Sampling, problem: number)], streams, cancellation)[0];

    /// <summary>Queues a text to be continued several times, the first as it would be alone.</summary>
    public HostRequest[] ContinueOften(string prompt, int[] tokens, GenerateOptions options, int samples, CancellationToken cancellation) =>
        Continue(prompt, tokens, options, [.. Enumerable.Range(0, samples).Select(i => new RandomStream(options.Seed, StreamStage.Sampling, sample: i))], streams: false, cancellation);

    /// <summary>Continues several texts, so many in the queue at once; where one fails or is cancelled, none goes on.</summary>
    /// <returns>In the order of the prompts.</returns>
    public async Task<HostResult[]> ContinueAllAsync(IReadOnlyList<string> prompts, IReadOnlyList<int[]> tokens, GenerateOptions options, int atOnce, CancellationToken cancellation)
    {
        var results = new HostResult[prompts.Count];
        var window = new SemaphoreSlim(atOnce);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, prompts.Count).Select(One)).ConfigureAwait(false);
        return results;

        async Task One(int i)
        {
            await window.WaitAsync(failed.Token).ConfigureAwait(false);
            try
            {
                results[i] = await Continue(prompts[i], tokens[i], options, i, streams: false, failed.Token).Result.ConfigureAwait(false);
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                window.Release();
            }
        }
    }

    private HostRequest[] Continue(string prompt, int[] tokens, GenerateOptions options, RandomStream[] random, bool streams, CancellationToken cancellation)
    {
        if (options.MaxTokens < 1) throw new UserError("must be at least 1.", field: "max_tokens");
        if (tokens.Length + (long)options.MaxTokens > context)
            throw new UserError($"a prompt of {tokens.Length} tokens and a budget of {options.MaxTokens} exceed the model's context of {context}.", field: "max_tokens", advice: "Lower the budget, or shorten the prompt.");
        var stopping = format.StoppingAt(options.Stop, "stop");
        var requests = HostRequest.Make(
            tokens, options.MaxTokens, options.Sampling ?? suggested(), random, _stopIds,
            show => new CompletionReader(stopping, prompt, show), Constraint(prompt, options.ThinkingBudget, options.Grammar), streams, adapterOf(options.Adapter));
        Host.Submit(requests[0], cancellation);
        return requests;
    }

    /// <summary>Queues a rendered conversation to be answered.</summary>
    /// <param name="alternatives">Most likely tokens to be told beside each that is drawn.</param>
    public HostRequest Answer(string rendered, int[] tokens, int maxTokens, SamplingOptions sampling, ulong seed, IReadOnlyList<string> stop, int? thinkingBudget, OutputGrammar? grammar, ModelAdapter? adapter, bool streams, CancellationToken cancellation, int alternatives = 0)
    {
        var stopping = format.StoppingAt(stop, "stop");
        var requests = HostRequest.Make(
            tokens, maxTokens, sampling, [new RandomStream(seed, StreamStage.Sampling)], _stopIds,
            show => new AnswerReader(stopping, rendered, show), Constraint(rendered, thinkingBudget, grammar), streams, adapterOf(adapter), alternatives);
        return Host.Submit(requests[0], cancellation);
    }

    private Func<TokenConstraint>? Constraint(string prompt, int? thinkingBudget, OutputGrammar? grammar) =>
        GrammarConstraint.With(ThinkingBudget.Of(format, prompt, thinkingBudget), GrammarConstraint.Of(format, prompt, grammar));

    /// <summary>The events of a request; whoever stops reading them early cancels it.</summary>
    public async IAsyncEnumerable<HostEvent> Events(HostRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        try
        {
            await foreach (var happened in request.Events.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return happened;
        }
        finally
        {
            if (!request.Result.IsCompleted) Host.Cancel(request, cancellation);
        }
    }
}
