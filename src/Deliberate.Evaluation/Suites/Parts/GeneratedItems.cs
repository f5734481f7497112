using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>Makes one item of a suite: a pure function of its index and the random numbers that belong to it.</summary>
internal delegate EvaluationItem ItemMaker(int index, ref RandomStream random);

/// <summary>
/// Items of a generated suite: number i is a pure function of (version, split, seed, i), so that a limit or a larger set changes none.
/// Templates take turns, so any stretch of items has all of them.
/// </summary>
internal static class GeneratedItems
{
    /// <param name="usual">How many, unless a limit asks for others.</param>
    public static async IAsyncEnumerable<EvaluationItem> Of(TaskContext context, int usual, ItemMaker make, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var i = 0; i < (context.Limit ?? usual); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var random = new RandomStream(context.Seed, StreamStage.GeneratedItems, step: context.Split == Split.Train ? 0 : 1, problem: i);
            yield return make(i, ref random);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>Which of several arms an item is in: they take turns from item to item, and each template comes into each of them.</summary>
    /// <param name="templates">How many take turns.</param>
    public static T Arm<T>(int index, int templates, IReadOnlyList<T> arms) => arms[(index % templates + index / templates) % arms.Count];

    /// <summary>As the user's only message.</summary>
    public static IReadOnlyList<ChatMessage> Ask(string prompt) => [new ChatMessage("user", prompt)];

    /// <summary>Two items of a list that differ.</summary>
    public static (T First, T Second) TwoOf<T>(ReadOnlySpan<T> items, ref RandomStream random)
    {
        var first = random.Next(items.Length);
        var second = (first + 1 + random.Next(items.Length - 1)) % items.Length;
        return (items[first], items[second]);
    }
}
