using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Who is talked to: by rules, with a yield that is known beforehand (the usual), or a model: <c>-T mark=model</c> takes the one that
/// <c>--judge</c> names.
/// </summary>
internal static class MarkModel
{
    public const string Argument = "mark", Rules = "rules", Model = "model";

    /// <summary>The model that plays the mark; null where rules do.</summary>
    public static EvaluationModel? Of(TaskContext context)
    {
        if (!context.Arguments.TryGetValue(Argument, out var wanted) || wanted == Rules) return null;
        if (wanted != Model) throw new UserError($"There is no mark \"{wanted}\".", field: Argument, advice: $"It is {Rules} (the usual), or {Model}: the one that --judge names.");
        return context.Judge ?? throw new UserError("The mark is to be a model, and none is named.", field: "--judge", advice: "--judge MODEL plays the mark.");
    }

    /// <summary>The model under test and the other side in turns, until one of them ends it, all turns are over, or the model says no more.</summary>
    /// <param name="context">Of the item.</param>
    /// <param name="turns">Of the model under test.</param>
    /// <param name="reply">Given an answer, all that the model has said, and the turn: adds what the other side says, and gives the conversation to be judged where it is over.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task TalkAsync(SolverContext context, int turns, Func<ModelAnswer, IReadOnlyList<string>, int, Task<bool>> reply, CancellationToken cancellation)
    {
        var said = new List<string>();
        for (var turn = 0; turn < turns; turn++)
        {
            ModelAnswer answer;
            try
            {
                answer = await context.GenerateAsync(cancellation).ConfigureAwait(false);
            }
            catch (UserError) when (context.Answer is { } last)
            {
                // The conversation outgrew the context: it ends here.
                context.Give([.. context.Messages], last);
                return;
            }

            if (answer.IsBlocked || (answer.IsCut && answer.Text.Length == 0)) return;
            said.Add(answer.Text);
            if (await reply(answer, said, turn).ConfigureAwait(false)) return;
        }
    }

    /// <summary>What the model says as the other side of a conversation.</summary>
    /// <param name="model">The mark.</param>
    /// <param name="system">Who it is.</param>
    /// <param name="context">Of the item: keys its random numbers.</param>
    /// <param name="number">Which of its answers this is.</param>
    /// <param name="more">Asked behind the conversation; empty for going on with it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<string> SayAsync(EvaluationModel model, string system, SolverContext context, int number, string more, CancellationToken cancellation)
    {
        var messages = new List<ChatMessage> { new("system", system) };
        // What the item tells the model under test is not for the mark.
        foreach (var message in context.Messages.Skip(context.Item.Messages.Count)) messages.Add(new ChatMessage(message.Role == "assistant" ? "user" : "assistant", message.Content));
        if (more.Length > 0) messages.Add(new ChatMessage("user", more));
        var options = new ModelOptions { MaxTokens = 256, Temperature = 1, Seed = context.Options.Seed, Stream = (EvaluationModel.StreamOf(context.Item), context.Epoch + ((long)(number + 1) << 40)), Asker = (context.Item.Id, context.Epoch, number) };
        return (await model.AskAsync(messages, options, cancellation).ConfigureAwait(false)).Text;
    }
}
