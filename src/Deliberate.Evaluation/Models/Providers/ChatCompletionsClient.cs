using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Deliberate.Core;
using Microsoft.Extensions.AI;

namespace Deliberate.Evaluation;

/// <summary>
/// A model behind OpenAI's Chat Completions, whoever speaks it, as an <see cref="IChatClient"/>. Limits, retries, timeouts and the key
/// are the provider's of the configuration (<see cref="ProviderHandlers"/>); an answer that breaks off or is no answer is asked for
/// again as often. What a provider's filter holds back, by its answer or by refusing the request, has the finish reason content_filter.
/// </summary>
internal sealed class ChatCompletionsClient(ProgramConfiguration configuration, ProviderHandlers handlers, string provider, string model) : IChatClient
{
    private const int MostBytes = 64 << 20;

    private readonly HttpClient _http = handlers.Client(provider, MostBytes);
    private readonly ProviderSettings _settings = configuration.Provider(provider);

    /// <summary>OpenAI's own takes the newer name alone, others may know only the older one; whichever is refused is not used again.</summary>
    private volatile bool _usesNewName = configuration.Provider(provider) is { Kind: ProviderKind.Azure } or { Endpoint.Host: "api.openai.com" };

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] asked = [.. messages];
        for (var tries = _settings.Limits.Retries; ; tries--)
        {
            try
            {
                return await AskAsync(asked, options ?? new ChatOptions(), cancellationToken).ConfigureAwait(false);
            }
            catch (ProviderFailure failure) when (failure.Kind is ProviderFailureKind.Cut or ProviderFailureKind.Malformed && tries > 0)
            {
                // An answer that broke off or was nonsense may be whole the next time.
            }
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(provider, _settings.Endpoint, model) : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<ChatResponse> AskAsync(ChatMessage[] messages, ChatOptions options, CancellationToken cancellation)
    {
        var usesNewName = _usesNewName;
        try
        {
            using var content = new ByteArrayContent(ChatCompletionsWire.Request(model, messages, options, usesNewName));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.PostAsync(new Uri("chat/completions", UriKind.Relative), content, cancellation).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return ChatCompletionsWire.Response(provider, body);
            if (response.StatusCode == HttpStatusCode.BadRequest)
            {
                if (ChatCompletionsWire.IsFiltered(body)) return Blocked();
                if (ChatCompletionsWire.WantsOtherName(body, usesNewName))
                {
                    _usesNewName = !usesNewName;
                    return await AskAsync(messages, options, cancellation).ConfigureAwait(false);
                }
            }

            throw (await ProviderFailure.Of(provider, Again(response, body), cancellation).ConfigureAwait(false))!;
        }
        catch (HttpRequestException error)
        {
            throw error.InnerException as ProviderFailure ?? ProviderFailure.Of(provider, _settings.Endpoint, error);
        }
        catch (IOException error)
        {
            throw error.InnerException as ProviderFailure ?? new ProviderFailure(ProviderFailureKind.Cut, $"the provider \"{provider}\" broke off in the middle of its answer: {error.Message}", "Try again; if it stays so, check what stands between.", error);
        }
    }

    private ChatResponse Blocked() => new(new ChatMessage(ChatRole.Assistant, "")) { FinishReason = ChatFinishReason.ContentFilter, ModelId = model, Usage = new UsageDetails() };

    /// <summary>Its body was read already.</summary>
    private static HttpResponseMessage Again(HttpResponseMessage response, byte[] body)
    {
        response.Content = new ByteArrayContent(body);
        return response;
    }
}
