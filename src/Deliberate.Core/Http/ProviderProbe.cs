using System.Text.Json;

namespace Deliberate.Core;

/// <summary>What a provider says when it is asked which models it has: the cheapest request that shows whether address and key are right.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Models">Their names; empty where it failed.</param>
/// <param name="Failure">Null where it answered.</param>
internal sealed record ProviderProbe(string Provider, IReadOnlyList<string> Models, ProviderFailure? Failure)
{
    private const int MostBytes = 16 << 20, MostShown = 60;

    public static async Task<ProviderProbe> AskAsync(ProviderHandlers handlers, string provider, CancellationToken cancellation)
    {
        using var client = handlers.Client(provider, MostBytes);
        try
        {
            using var response = await client.GetAsync(new Uri("models", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (await ProviderFailure.Of(provider, response, cancellation).ConfigureAwait(false) is { } failure) return new(provider, [], failure);
            return new(provider, Read(provider, await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)), null);
        }
        catch (ProviderFailure failure)
        {
            return new(provider, [], failure);
        }
        catch (HttpRequestException error)
        {
            return new(provider, [], error.InnerException as ProviderFailure ?? ProviderFailure.Of(provider, client.BaseAddress!, error));
        }
    }

    private static List<string> Read(string provider, string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return [.. json.RootElement.GetProperty("data").EnumerateArray().Select(model => Secrets.Redact(model.GetProperty("id").GetString() ?? throw new JsonException())).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            var shown = Excerpt.Of(string.Join(' ', Secrets.Redact(body).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), MostShown);
            throw new ProviderFailure(ProviderFailureKind.Malformed, $"the provider \"{provider}\" answers, but not with a list of models: {(shown.Length == 0 ? "nothing" : shown)}", "Check the address: most end in /v1.", error);
        }
    }
}
