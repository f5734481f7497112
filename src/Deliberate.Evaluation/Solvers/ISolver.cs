using Deliberate.Models;
using Deliberate.Reasoning;

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

    /// <summary>The answer that is judged; null before there is one.</summary>
    public ModelAnswer? Answer { get; private set; }

    /// <summary>Of all answers so far.</summary>
    public ModelUsage Usage { get; private set; }

    /// <summary>What the conversation's answers are searched for by, where they are; null for a sample each.</summary>
    internal SearchSetting? Search { get; set; }

    /// <summary>What the place where an agent worked says of it; then no scorer is asked. Null where none says anything.</summary>
    internal Verdict? Found { get; set; }

    /// <summary>The task, for searches: says what a completion's final answer is.</summary>
    internal EvaluationTask? Task { get; init; }

    /// <summary>Tokens that all answers together may take; null without a limit.</summary>
    internal long? TokenLimit { get; init; }

    /// <summary>Asks the model to go on, and puts its answer behind the conversation.</summary>
    public async ValueTask<ModelAnswer> GenerateAsync(CancellationToken cancellationToken)
    {
        ChatMessage[] asked = [.. _messages];
        var answer = await AskAsync(asked, Search, cancellationToken).ConfigureAwait(false);
        Give(asked, answer);
        return answer;
    }

    /// <summary>Takes an answer for the conversation's: it is put behind it, and is the one that is judged.</summary>
    public void Give(IReadOnlyList<ChatMessage> asked, ModelAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        (Asked, Answer) = (asked, answer);
        _messages.Add(new ChatMessage("assistant", answer.Text, answer.Reasoning) { ToolCalls = answer.ToolCalls });
    }

    /// <summary>Asks the model beside the conversation; it is counted, and draws random numbers of its own.</summary>
    public ValueTask<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken) => AskAsync(messages, search: null, cancellationToken);

    /// <summary>How likely texts are behind another; what is read is counted as input.</summary>
    internal async ValueTask<ContinuationScore[]> ContinuationsAsync(string text, IReadOnlyList<string> continuations, CancellationToken cancellationToken)
    {
        var (scores, tokens) = await Model.Likelihoods.ContinuationsAsync(text, continuations, cancellationToken).ConfigureAwait(false);
        Count(tokens);
        return scores;
    }

    /// <summary>How likely a text is.</summary>
    internal async ValueTask<ContinuationScore> TextAsync(string text, CancellationToken cancellationToken)
    {
        var (score, tokens) = await Model.Likelihoods.TextAsync(text, cancellationToken).ConfigureAwait(false);
        Count(tokens);
        return score;
    }

    private void Count(long tokens)
    {
        lock (_counting) Usage += new ModelUsage(1, tokens, 0, 0, 0, 0);
    }

    private async ValueTask<ModelAnswer> AskAsync(IReadOnlyList<ChatMessage> messages, SearchSetting? search, CancellationToken cancellationToken)
    {
        if (TokenLimit is { } limit)
        {
            var left = limit - (Usage.InputTokens + Usage.OutputTokens);
            if (left <= 0) throw new TokenLimitReached();
            if (Options.MaxTokens is null || Options.MaxTokens > left) Options = Options with { MaxTokens = (int)Math.Min(int.MaxValue, left) };
        }

        // The first answer draws what a run's own evaluation draws; each further one begins a stream of its own.
        var number = Interlocked.Increment(ref _asked) - 1;
        var stream = (EvaluationModel.StreamOf(Item), Epoch + ((long)number << 32));
        var options = Options with { Stream = stream, Asker = (Item.Id, Epoch, number) };
        var answer = search is null
            ? await Model.AskAsync(messages, options, cancellationToken).ConfigureAwait(false)
            : await Model.SearchAsync(search, Item.ToProblem(Task!), (completion, opened) => Task!.AnswerOf(completion, isCut: false, opened), messages, options, cancellationToken).ConfigureAwait(false);
        lock (_counting) Usage += answer.Usage;
        return answer;
    }
}

/// <summary>A sample's answers have taken all the tokens that they may.</summary>
internal sealed class TokenLimitReached : Exception;

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
