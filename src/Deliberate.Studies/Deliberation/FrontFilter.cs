using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Safety;
using Deliberate.Tensors;

namespace Deliberate.Studies;

/// <summary>
/// A filter in front of a model: it reads the prompt, and answers in the model's place where it takes it for one to refuse or to complete
/// safely. The answer is a fixed one of that kind, with the category that the filter can tell by its words.
/// </summary>
/// <param name="inner">The model; owned.</param>
/// <param name="decide">Of a prompt; allowed lets it through.</param>
internal sealed class FrontFilter(IModelConnection inner, Func<string, ContentRule> decide) : IModelConnection
{
    public Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var prompt = messages[^1].Content;
        var rule = decide(prompt);
        if (rule == ContentRule.Allowed) return inner.AskAsync(messages, options, cancellation);
        // A filter that knows words knows the category of those that it was given; of others it names none.
        var item = prompt.Split(' ').FirstOrDefault(word => WorldWords.CategoryOf.ContainsKey(word) && WorldWords.IsTrained(word));
        var text = rule == ContentRule.Disallowed ? $"sorry not {(item is null ? "this" : WorldWords.CategoryOf[item])}" : $"care see {(item is null ? "this" : WorldWords.CategoryOf[item])} guide";
        return Task.FromResult(new ModelAnswer { Text = text, Completion = text, FinishReason = "stop" });
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>The two simple filters that deliberation is held against; both know the training requests and nothing else.</summary>
internal static class FrontFilters
{
    /// <summary>Where kind of request and thing of a training request that was to be refused or completed safely stand together.</summary>
    public static Func<string, ContentRule> Keywords(IReadOnlyList<AlignmentPrompt> prompts)
    {
        var known = new Dictionary<(string Type, string Item), ContentRule>();
        foreach (var prompt in prompts)
            if (prompt.Ideal is { } ideal and not ContentRule.Allowed && WorldRequest.Parse(prompt.Prompt) is { } request) known[(request.Type, request.Item)] = ideal;
        return prompt =>
        {
            var words = prompt.Split(' ');
            foreach (var type in words.Where(WorldWords.Types.Contains))
                foreach (var item in words)
                    if (known.TryGetValue((type, item), out var rule)) return rule;
            return ContentRule.Allowed;
        };
    }

    /// <summary>Hashed words and pairs of them, a linear classifier, and a threshold on what is let through.</summary>
    /// <param name="prompts">With their noisy ideals, which the classifier learns.</param>
    /// <param name="threads">Of the engine.</param>
    /// <returns>For a threshold: what it decides of a prompt.</returns>
    public static Func<double, Func<string, ContentRule>> Classifier(IReadOnlyList<AlignmentPrompt> prompts, int threads)
    {
        AlignmentPrompt[] labelled = [.. prompts.Where(p => p.Ideal is not null)];
        using var device = Device.Shared(threads);
        var weights = HashedLinear.Train(device, [.. labelled.Select(p => HashedFeatures.Of(p.Prompt))], [.. labelled.Select(p => (int)p.Ideal!.Value)], Enum.GetValues<ContentRule>().Length);
        return threshold => prompt =>
        {
            var scores = Scores(weights, prompt);
            if (scores[(int)ContentRule.Allowed] >= threshold) return ContentRule.Allowed;
            return scores[(int)ContentRule.Disallowed] >= scores[(int)ContentRule.SafeCompletion] ? ContentRule.Disallowed : ContentRule.SafeCompletion;
        };
    }

    /// <summary>Probabilities by class.</summary>
    private static double[] Scores(float[][] weights, string prompt)
    {
        var features = HashedFeatures.Of(prompt);
        double[] logits = [.. weights.Select(w => w[^1] + features.Sum(f => (double)w[f.Bucket] * f.Value))];
        var most = logits.Max();
        double[] exp = [.. logits.Select(z => Math.Exp(z - most))];
        return [.. exp.Select(e => e / exp.Sum())];
    }
}
