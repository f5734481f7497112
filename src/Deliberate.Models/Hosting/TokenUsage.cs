namespace Deliberate.Models;

/// <summary>Tokens that a request took.</summary>
/// <param name="Prompt">That the model was given.</param>
/// <param name="Cached">Of these, read already for an earlier request.</param>
/// <param name="Completion">Drawn, thought and stop token included.</param>
/// <param name="Thinking">Of these, the chain of thought with its tags.</param>
public readonly record struct TokenUsage(int Prompt, int Cached, int Completion, int Thinking);

/// <summary>A token as it was drawn.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">Of the token under the model's own distribution (temperature 1, nothing filtered), nats.</param>
public readonly record struct GeneratedToken(int Token, double LogProbability);
