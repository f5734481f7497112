using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>What a filter in front of a model and behind it says: null lets through, a text says why not.</summary>
internal interface ISystemFilter : IAsyncDisposable
{
    /// <summary>All that decides what it lets through: its weights and its threshold.</summary>
    string Identity { get; }

    Task<string?> RefusesPromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation);

    Task<string?> RefusesAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation);
}

/// <summary>
/// A model as it is deployed, behind its filters: a prompt that they refuse never reaches it, an answer that they refuse never leaves it, and a
/// fixed refusal stands in its place. Named <c>behind:FILTER:MODEL</c> wherever a model is named. It is another model than the one inside: its
/// identity is made of the weights' and of the filter's, so that no result of the one can be taken for one of the other.
/// </summary>
/// <param name="inner">The model; owned.</param>
/// <param name="filter">In front of it and behind it; owned.</param>
internal sealed class FilteredConnection(EvaluationModel inner, ISystemFilter filter) : IModelConnection
{
    /// <summary>Before the filter's file and the model in a name.</summary>
    public const string Scheme = "behind";

    /// <summary>Between a model and the identity of its filter, in descriptions.</summary>
    private const string Between = " behind ";

    /// <summary>What whoever asks is told in place of an answer.</summary>
    public const string Refusal = "I'm sorry, but I can't help with that.";

    /// <summary>Opens a filter by its file; the safety room puts the one in that it has.</summary>
    public static Func<string, ISystemFilter>? Open { get; set; }

    /// <summary>The name of a model behind a filter.</summary>
    public static string NameOf(string filter, string model) => $"{Scheme}:{filter}:{model}";

    /// <summary>Filter and model of <c>FILTER:MODEL</c>.</summary>
    /// <exception cref="UserError">One of them is missing.</exception>
    public static (string Filter, string Model) Parts(string rest)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < rest.Length - 1 ? (rest[..colon], rest[(colon + 1)..]) : throw new UserError("A model behind a filter is named with both.", field: $"{Scheme}:{rest}", advice: $"As {NameOf("filter.json", "runs/my-model")}; deliberate judge train harmful-prompts makes a filter.");
    }

    /// <summary>The identity of a model behind a filter, from theirs.</summary>
    public static string IdentityOf(string model, string filter) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Scheme}\n{filter}\n{model}"))));

    /// <summary>The filter that a model was measured behind, from what its log says; null where it is not this one behind a filter: the hash has to prove it.</summary>
    /// <param name="model">The identity of the model inside.</param>
    /// <param name="described">As the log says.</param>
    public static string? FilterOf(string model, ModelDescription described)
    {
        var at = described.Name.LastIndexOf(Between, StringComparison.Ordinal);
        return at >= 0 && described.Name[(at + Between.Length)..] is var filter && described.Hash == IdentityOf(model, filter) ? filter : null;
    }

    public static EvaluationModel Model(string name, EvaluationModel inner, ISystemFilter filter) =>
        new(name, new FilteredConnection(inner, filter), inner.Description with { Name = $"{inner.Description.Name}{Between}{filter.Identity}", Hash = inner.Description.Hash is { } hash ? IdentityOf(hash, filter.Identity) : null }, inner.Concurrency);

    public async Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        if (await filter.RefusesPromptAsync(messages, cancellation).ConfigureAwait(false) is { } why) return Withheld(why, default);
        var answer = await inner.Connection.AskAsync(messages, options, cancellation).ConfigureAwait(false);
        return await filter.RefusesAnswerAsync(messages, answer.Text, cancellation).ConfigureAwait(false) is { } reason ? Withheld(reason, answer.Usage) : answer;
    }

    public async ValueTask DisposeAsync()
    {
        await filter.DisposeAsync().ConfigureAwait(false);
        await inner.DisposeAsync().ConfigureAwait(false);
    }

    private static ModelAnswer Withheld(string why, ModelUsage usage) => new() { Text = Refusal, Completion = Refusal, FinishReason = "stop", Usage = usage, ReportedModel = $"the filter: {why}" };
}
