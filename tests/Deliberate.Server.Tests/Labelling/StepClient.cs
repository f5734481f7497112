using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Deliberate.Server.Tests;

/// <summary>A model that writes steps: of two samples two ways, the second with markup in it. It can be slow without end, fail, and end a solution.</summary>
internal sealed partial class StepClient : IChatClient
{
    private int _asked;

    public int Asked => _asked;

    public bool IsSlow { get; set; }

    public bool Fails { get; set; }

    /// <summary>Steps behind which it says nothing.</summary>
    public int End { get; set; } = int.MaxValue;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref _asked) - 1;
        if (Fails) throw new InvalidOperationException("secret-name");
        if (IsSlow) await Task.Delay(Timeout.Infinite, cancellationToken);
        var step = Numbered().Count(messages.Last().Text) + 1;
        var text = step > End ? "" : string.Create(CultureInfo.InvariantCulture, $"Step {step}, way {number % 2}{(number % 2 == 1 ? " <img src=x onerror=alert(1)>" : "")}");
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    [GeneratedRegex("^[0-9]+\\. ", RegexOptions.Multiline)]
    private static partial Regex Numbered();
}
