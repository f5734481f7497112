using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>An answer that was generated with the specification in context.</summary>
/// <param name="Prompt">Id of the request.</param>
/// <param name="Sample">From 0.</param>
/// <param name="Completion">All that was written.</param>
/// <param name="Truncated">Whether the budget ended it.</param>
internal sealed record GenerationRecord(string Prompt, int Sample, string Completion, bool Truncated);

/// <summary>
/// Answers of the model itself with spec(category) in its prompt. Sample g of request i is a function of (seed, i, g) and the weights; each
/// request's samples are recorded together, so a stage that was killed goes on behind the last whole request.
/// </summary>
internal static class GenerationStage
{
    private const int Slots = 256, Chunk = 64;

    public static IReadOnlyList<GenerationRecord> Run(AlignRecipe recipe, SpecificationPrompt specification, IReadOnlyList<AlignmentPrompt> prompts, string path, int threads, AlignmentObserver observer, CancellationToken cancellation)
    {
        var options = recipe.Generation;
        using var file = RecordFile<GenerationRecord>.Open(path, options.Samples, out var known);
        var done = known.Count / options.Samples;
        observer.StageStarted("generation", done, prompts.Count);
        if (done >= prompts.Count) return known;
        using var device = Device.Shared(threads);
        var (model, text) = Training.Checkpoint.LoadModel(AlignmentModel.Find(recipe.Model), device);
        using var owned = model;
        var encoder = new ProblemEncoder(text);
        var context = Math.Min(recipe.Context, model.Configuration.MaxPositions);
        Check(recipe, specification, prompts, encoder, context);
        using var sampler = new Sampler(model, Slots, context);
        var opinions = options.Thought == ThoughtForm.Classes ? ClassThoughts.Opinions(specification, prompts, encoder, sampler, cancellation) : [];
        for (; done < prompts.Count; done += Chunk)
        {
            var asked = prompts.Skip(done).Take(Chunk).ToArray();
            var records = options.Thought == ThoughtForm.Classes
                ? ClassThoughts.Draw(recipe, specification, asked, opinions.AsSpan(done, asked.Length), done, encoder, sampler, cancellation)
                : Draw(recipe, specification, asked, done, encoder, sampler, cancellation);
            file.Append(records);
            known.AddRange(records);
            observer.StageAdvanced(Math.Min(prompts.Count, done + Chunk));
        }

        return known;
    }

    private static GenerationRecord[] Draw(AlignRecipe recipe, SpecificationPrompt specification, AlignmentPrompt[] asked, int done, ProblemEncoder encoder, Sampler sampler, CancellationToken cancellation)
    {
        var options = recipe.Generation;
        var requests = asked.Select((prompt, i) => new SampleRequest(encoder.Prompt(specification.Ask(prompt)), options.MaxTokens, Streams(recipe, done + i))).ToArray();
        var drawn = sampler.Sample(requests, new SamplingOptions { Temperature = options.Temperature }, encoder.StopIds, cancellation: cancellation);
        return [.. asked.SelectMany((prompt, i) => drawn[i].Select((rollout, g) => new GenerationRecord(prompt.Id, g, encoder.Text(rollout.Tokens), rollout.FinishReason == FinishReason.Length)))];
    }

    /// <summary>One for each sample of a request, or as many further ones.</summary>
    public static RandomStream[] Streams(AlignRecipe recipe, int request, int first = 0) => [.. Enumerable.Range(first, recipe.Generation.Samples).Select(g => new RandomStream(recipe.Seed, StreamStage.Alignment, problem: request, sample: g))];

    /// <summary>Refuses what is longer than the context, with the numbers.</summary>
    private static void Check(AlignRecipe recipe, SpecificationPrompt specification, IReadOnlyList<AlignmentPrompt> prompts, ProblemEncoder encoder, int context)
    {
        if (specification.Form == SpecificationForm.Text) SpecificationLength.Check(specification.Specification, encoder.Tokenizer, context - recipe.Generation.MaxTokens, FormattableString.Invariant($"the context of {context} less {recipe.Generation.MaxTokens} for the answer"));
        foreach (var prompt in prompts)
        {
            var length = encoder.Prompt(specification.Ask(prompt)).Length;
            if (length + recipe.Generation.MaxTokens > context)
                throw new UserError(FormattableString.Invariant($"The request {prompt.Id} has {length} tokens with spec({prompt.Category}), which with {recipe.Generation.MaxTokens} for the answer are more than the context of {context}."), field: "context", advice: "Raise context, lower generation.max_tokens, or shorten the specification.");
        }
    }
}
