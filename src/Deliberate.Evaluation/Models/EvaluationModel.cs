using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Microsoft.Extensions.AI;
using ChatMessage = Deliberate.Models.ChatMessage;

namespace Deliberate.Evaluation;

/// <summary>Which model was asked, as results keep it.</summary>
/// <param name="Kind">checkpoint, provider, client, replay or mock.</param>
/// <param name="Name">As the provider or the disk has it.</param>
/// <param name="Address">Of the endpoint or the folder; empty where there is none.</param>
/// <param name="Hash">Of weights, configuration, tokenizer and template; null of a model that nobody here can see.</param>
public sealed record ModelDescription(string Kind, string Name, string Address = "", string? Hash = null)
{
    /// <summary>Whether the name stands for the same model for ever: a remote one may be changed behind it.</summary>
    public bool IsVerifiable => Hash is not null;
}

/// <summary>
/// A model that is evaluated or that judges: any <see cref="IChatClient"/>, a checkpoint of ours, a recording. It keeps count of
/// what its answers took.
/// </summary>
public sealed class EvaluationModel : IAsyncDisposable
{
    private readonly IModelConnection _connection;
    private readonly Lock _counting = new();
    private ModelUsage _spent;

    /// <param name="name">As tables call it.</param>
    /// <param name="client">Not owned.</param>
    /// <param name="concurrency">Samples that ask it at a time.</param>
    public EvaluationModel(string name, IChatClient client, int concurrency = 16)
        : this(name, new ChatClientConnection(client), new ModelDescription("client", (client?.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata)?.DefaultModelId ?? name), concurrency)
    {
    }

    internal EvaluationModel(string name, IModelConnection connection, ModelDescription description, int concurrency) =>
        (Name, _connection, Description, Concurrency) = (name, connection, description, concurrency);

    /// <summary>As the user wrote it.</summary>
    public string Name { get; }

    public ModelDescription Description { get; }

    /// <summary>Samples that ask it at a time.</summary>
    public int Concurrency { get; }

    /// <summary>What answers.</summary>
    internal IModelConnection Connection => _connection;

    /// <summary>Whether it was made to call tools: a provider's is taken to be, a checkpoint is where its own template tells of them.</summary>
    internal bool CallsTools => _connection is CheckpointConnection checkpoint ? checkpoint.KnowsTools : Description.Kind != "mock";

    /// <summary>Whether what its answers cost is known.</summary>
    internal bool HasPrice { get; init; }

    /// <summary>Where its answers are kept and looked for; null for nowhere.</summary>
    internal AnswerCache? Cache { get; init; }

    /// <summary>Of all its answers so far.</summary>
    public ModelUsage Spent
    {
        get
        {
            lock (_counting) return _spent;
        }
    }

    /// <summary>Asks it to go on with a conversation.</summary>
    public async Task<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(options);
        var key = Cache is null ? "" : AnswerCache.KeyOf(Description, messages, options);
        var answer = Cache?.Find(key);
        if (answer is null)
        {
            answer = await _connection.AskAsync(messages, options, cancellationToken).ConfigureAwait(false);
            Cache?.Keep(key, answer);
        }

        lock (_counting) _spent += answer.Usage;
        return answer;
    }

    /// <summary>The answer that a search of its samples finds.</summary>
    /// <exception cref="UserError">It is no checkpoint on this machine: searches go on with a sample's beginnings, which a provider does not let one do.</exception>
    internal async Task<ModelAnswer> SearchAsync(SearchSetting setting, Problem problem, Func<string, string, string?> answerOf, IReadOnlyList<ChatMessage> messages, ModelOptions options, CancellationToken cancellation)
    {
        var answer = await Searched.SearchAsync(setting, problem, answerOf, messages, options, cancellation).ConfigureAwait(false);
        lock (_counting) _spent += answer.Usage;
        return answer;
    }

    /// <summary>Reads what a search needs, before anything is asked.</summary>
    /// <exception cref="UserError">It is no checkpoint on this machine, or the scorer does not go with it.</exception>
    internal void PrepareSearch(SearchSetting setting) => Searched.PrepareSearch(setting);

    /// <summary>Says how likely texts are.</summary>
    /// <exception cref="UserError">It is no checkpoint on this machine.</exception>
    internal LikelihoodReader Likelihoods => (_connection as CheckpointConnection)?.Likelihoods ?? throw NoLikelihoods(Name, "");

    internal static UserError NoLikelihoods(string model, string task) =>
        new($"{(task.Length > 0 ? $"{task} measures" : "The task measures")} how likely given texts are, and {model} does not tell the log-probabilities of a prompt: only checkpoints on this machine do.", field: "--model", advice: "Name a checkpoint, or a task that asks for answers.");

    private CheckpointConnection Searched => _connection as CheckpointConnection
        ?? throw new UserError($"{Name} is no checkpoint on this machine, and only their samples can be searched.", field: "--search", advice: "For a provider's model there is majority@k: --samples, or the solver self_consistency.");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>What keys the random numbers of an item's samples.</summary>
    internal static long StreamOf(EvaluationItem item) => item.Place ?? BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(item.Id)));
}
