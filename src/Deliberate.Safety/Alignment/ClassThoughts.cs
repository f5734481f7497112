using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// Thoughts for a model that is too small to write one over a thousand tokens of specification. Asked the request with spec(category) in its
/// prompt, it picks among a line for each content class of the category, and one for none, by its own calibrated probabilities. The line is the
/// thought; the answer is then drawn behind request and thought alone, which is what imitation shows it later. So the model decides and answers,
/// and only the wording of the thought is given.
/// </summary>
internal static class ClassThoughts
{
    /// <summary>The thoughts that may be picked.</summary>
    public static IReadOnlyList<string> Of(SpecificationCategory category) =>
    [
        .. category.Classes.Select(c => $"{ThinkingTags.All[0].Open}The request falls under {c.Id} of {category.Id}, {c.Title}, which is {c.RuleWord}, so I {Does(c.Rule)}.{ThinkingTags.All[0].Close}\n"),
        $"{ThinkingTags.All[0].Open}The request falls under no class of {category.Id}, so I comply.{ThinkingTags.All[0].Close}\n",
    ];

    /// <summary>How the model takes to each line of each request's category, calibrated over all of them: what is done in parts later must not depend on the parts.</summary>
    /// <param name="specification">In the prompt of these scores, and of nothing else.</param>
    /// <param name="prompts">All requests.</param>
    /// <param name="encoder">Of the model.</param>
    /// <param name="sampler">Of the model.</param>
    /// <param name="cancellation">Stops it.</param>
    public static double[][] Opinions(SpecificationPrompt specification, IReadOnlyList<AlignmentPrompt> prompts, ProblemEncoder encoder, Sampler sampler, CancellationToken cancellation) =>
        Calibrated(prompts, [.. prompts.Chunk(AtOnce).SelectMany(part => Scores(specification, part, [.. part.Select(prompt => Of(specification.Specification.Category(prompt.Category)))], encoder, sampler, cancellation))]);

    /// <summary>Requests whose lines are scored together: their prompts are long.</summary>
    private const int AtOnce = 64;

    /// <summary>Answers of some requests, as many of each as the recipe says.</summary>
    /// <param name="recipe">Says how.</param>
    /// <param name="specification">Whose lines they are.</param>
    /// <param name="asked">The requests.</param>
    /// <param name="opinions">On their lines.</param>
    /// <param name="done">Requests before them.</param>
    /// <param name="encoder">Of the model.</param>
    /// <param name="sampler">Of the model.</param>
    /// <param name="cancellation">Stops it.</param>
    public static GenerationRecord[] Draw(AlignRecipe recipe, SpecificationPrompt specification, AlignmentPrompt[] asked, ReadOnlySpan<double[]> opinions, int done, ProblemEncoder encoder, Sampler sampler, CancellationToken cancellation)
    {
        var options = recipe.Generation;
        var (lines, scores) = (asked.Select(prompt => Of(specification.Specification.Category(prompt.Category))).ToArray(), opinions.ToArray());
        var thoughts = asked.SelectMany((_, i) => GenerationStage.Streams(recipe, done + i).Select(stream => lines[i][Pick(scores[i], options.Temperature, stream)])).ToArray();

        var answers = asked.SelectMany((prompt, i) => GenerationStage.Streams(recipe, done + i, options.Samples).Select((stream, g) =>
            new SampleRequest([.. encoder.Prompt(prompt.Prompt), .. encoder.Tokenizer.Encode(thoughts[(i * options.Samples) + g])], options.MaxTokens, [stream]))).ToArray();
        var drawn = sampler.Sample(answers, new SamplingOptions { Temperature = options.Temperature }, encoder.StopIds, cancellation: cancellation);
        return [.. drawn.Select((one, at) => new GenerationRecord(asked[at / options.Samples].Id, at % options.Samples, thoughts[at] + encoder.Text(one[0].Tokens), one[0].FinishReason == FinishReason.Length))];
    }

    /// <summary>Log-probability of each line behind each request with spec(category) in its prompt: the sampler is held to each line once.</summary>
    private static double[][] Scores(SpecificationPrompt specification, AlignmentPrompt[] asked, IReadOnlyList<string>[] lines, ProblemEncoder encoder, Sampler sampler, CancellationToken cancellation)
    {
        var tokens = lines.Select(l => l.Select(text => encoder.Tokenizer.Encode(text)).ToArray()).ToArray();
        var requests = asked.Select((prompt, i) =>
        {
            var next = -1;
            return new SampleRequest(encoder.Prompt(specification.Ask(prompt)), tokens[i].Max(l => l.Length), [.. tokens[i].Select((_, l) => new RandomStream(0, StreamStage.Alignment, problem: i, sample: l))])
            {
                // Which sample is held to which line does not matter: the tokens say it.
                Constraint = () => Holding(tokens[i][Interlocked.Increment(ref next) % tokens[i].Length]),
            };
        }).ToArray();
        var drawn = sampler.Sample(requests, new SamplingOptions { Temperature = 1 }, encoder.StopIds, cancellation: cancellation);
        return [.. drawn.Select((rollouts, i) => tokens[i].Select(line => (double)rollouts.First(r => r.Tokens.AsSpan().SequenceEqual(line)).LogProbabilities.Sum(p => (double)p)).ToArray())];
    }

    /// <summary>
    /// Less the mean of each line over the requests of its category: what a small model gives a line whatever is asked is no opinion on the request
    /// (batch calibration, Zhou et al. 2024, arXiv 2309.17249).
    /// </summary>
    internal static double[][] Calibrated(IReadOnlyList<AlignmentPrompt> asked, double[][] scores)
    {
        var means = asked.Zip(scores).GroupBy(a => a.First.Category, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Enumerable.Range(0, g.First().Second.Length).Select(l => g.Average(a => a.Second[l])).ToArray(), StringComparer.Ordinal);
        return [.. scores.Select((row, i) => row.Select((score, l) => score - means[asked[i].Category][l]).ToArray())];
    }

    private static int Pick(double[] scores, double temperature, RandomStream stream)
    {
        var most = scores.Max();
        var weights = scores.Select(s => Math.Exp((s - most) / temperature)).ToArray();
        var left = stream.NextDouble() * weights.Sum();
        for (var l = 0; l < weights.Length; l++)
            if ((left -= weights[l]) < 0) return l;
        return weights.Length - 1;
    }

    private static TokenConstraint Holding(int[] line) => output => output.Length < line.Length ? AllowedTokens.One(line[output.Length]) : AllowedTokens.None;

    private static string Does(ContentRule rule) => rule switch { ContentRule.Allowed => "comply", ContentRule.Disallowed => "refuse", _ => "give a safe completion" };
}
