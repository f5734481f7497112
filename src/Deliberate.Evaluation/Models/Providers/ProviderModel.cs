using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary><c>PROVIDER:NAME</c>: a model of a provider of the configuration, asked for before anything is spent whether there is such a model and the key is right.</summary>
internal static class ProviderModel
{
    /// <exception cref="UserError">There is no such provider, or no key.</exception>
    public static EvaluationModel Open(ProgramConfiguration configuration, ProviderHandlers handlers, string provider, string model, AnswerCache? cache)
    {
        var settings = configuration.Provider(provider);
        var price = settings.Prices.GetValueOrDefault(model);
        var client = new ChatCompletionsClient(configuration, handlers, provider, model);
        return new EvaluationModel(
            $"{provider}:{model}", new ChatClientConnection(client, owns: true, price is null ? null : usage => Cost(price, usage)), new ModelDescription("provider", model, settings.Endpoint.ToString()), settings.Limits.Concurrency)
        {
            HasPrice = price is not null,
            Cache = cache,
        };
    }

    /// <summary>Asks the provider which models it has.</summary>
    /// <exception cref="UserError">It cannot be asked as it is configured, or has no such model.</exception>
    public static async Task CheckAsync(ProgramConfiguration configuration, ProviderHandlers handlers, string provider, string model, CancellationToken cancellation)
    {
        var probe = await ProviderProbe.AskAsync(handlers, provider, cancellation).ConfigureAwait(false);
        if (probe.Failure is { } failure)
        {
            // Not every server lists its models; the first request tells then.
            if (failure.Kind is ProviderFailureKind.WrongAddress && failure.InnerException is null) return;
            throw Refused(failure);
        }

        // Azure lists models, and is asked for deployments.
        if (configuration.Provider(provider).Kind == ProviderKind.Azure || probe.Models.Count == 0 || probe.Models.Contains(model)) return;
        throw new UserError($"The provider \"{provider}\" has no model \"{model}\".", field: "--model", advice: NearestName.Suggest(model, [.. probe.Models]) ?? $"It has {probe.Models.Count}: deliberate config check --connect --json names them.");
    }

    /// <summary>A failure that says something of the configuration, as the user's to mend.</summary>
    public static UserError Refused(ProviderFailure failure) => new(Sentence(failure.Message), advice: failure.Advice, inner: failure);

    private static double Cost(ModelPrice price, ModelUsage usage) =>
        (((usage.InputTokens - usage.CachedTokens) * price.Input) + (usage.CachedTokens * (price.CachedInput ?? price.Input)) + (usage.OutputTokens * price.Output)) / 1e6;

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
