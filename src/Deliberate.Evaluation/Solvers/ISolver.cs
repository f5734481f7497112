using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>
/// A step on the way from an item to its answer: a system prompt, a template, examples, the model's own answer, a loop of tools. Solvers
/// hold no state between items, are called from many threads, and compose (<see cref="SolverChain"/>).
/// </summary>
public interface ISolver
{
    /// <summary>For logs: what it is and how it is set.</summary>
    string Name { get; }

    /// <summary>Goes on from where the conversation is.</summary>
    ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken);
}

/// <summary>An item on its way: the conversation so far, and the model that goes on with it.</summary>
public sealed class SolverContext
{
    private readonly List<ChatMessage> _messages;
    private readonly Lock _counting = new();
    private int _asked;

    internal SolverContext(EvaluationItem item, int epoch, EvaluationModel model, ModelOptions options) =>
        (Item, Epoch, Model, Options, _messages) = (item, epoch, model, options, [.. item.Messages]);

    public EvaluationItem Item { get; }

    /// <summary>Which of the item's samples, from 0.</summary>
    public int Epoch { get; }

    public EvaluationModel Model { get; }

    /// <summary>How the model is asked; a solver may set other ones.</summary>
    public ModelOptions Options { get; set; }

    /// <summary>The conversation, for solvers to change.</summary>
    public IList<ChatMessage> Messages => _messages;

    /// <summary>What was asked when the last answer was given; the item's messages before there is one.</summary>
    public IReadOnlyList<ChatMessage> Asked { get; private set; } = [];

    /// <summary>The last answer; null before there is one. A solver may put another in its place, as a vote does.</summary>
    public ModelAnswer? Answer { get; set; }

    /// <summary>Of all answers so far.</summary>
    public ModelUsage Usage { get; private set; }

    /// <summary>Asks the model to go on, and puts its answer behind the conversation.</summary>
    public async ValueTask<ModelAnswer> GenerateAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync([.. _messages], cancellationToken).ConfigureAwait(false);
        Asked = [.. _messages];
        Answer = answer;
        _messages.Add(new ChatMessage("assistant", answer.Text, answer.Reasoning));
        return answer;
    }

    /// <summary>Asks the model beside the conversation; it is counted, and draws random numbers of its own.</summary>
    public async ValueTask<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        // The first answer draws what a run's own evaluation draws; each further one begins a stream of its own.
        var number = Interlocked.Increment(ref _asked) - 1;
        var stream = (EvaluationModel.StreamOf(Item), Epoch + ((long)number << 32));
        var answer = await Model.AskAsync(messages, Options with { Stream = stream }, cancellationToken).ConfigureAwait(false);
        lock (_counting) Usage += answer.Usage;
        return answer;
    }
}

/// <summary>Asks the model once: what every chain ends with that does not end otherwise.</summary>
public sealed class GenerateSolver : ISolver
{
    public string Name => "generate";

    public async ValueTask SolveAsync(SolverContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        await context.GenerateAsync(cancellationToken).ConfigureAwait(false);
    }
}
