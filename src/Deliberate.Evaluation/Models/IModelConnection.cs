using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>What answers: a chat client, or a checkpoint that draws with the random numbers that it is told.</summary>
internal interface IModelConnection : IAsyncDisposable
{
    Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation);
}
