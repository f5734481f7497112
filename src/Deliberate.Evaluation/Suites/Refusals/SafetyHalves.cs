using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// The public sets of refusals in two halves, by a hash of the prompt's words: one to train on (<c>deliberate spec prompts</c>), one that such
/// training never sees. <c>-T part=held-out</c> asks the second alone.
/// </summary>
internal static class SafetyHalves
{
    public const string Argument = "part", Training = "training", HeldOut = "held-out";

    /// <summary>The items that the user's part names; all of them where none is named.</summary>
    /// <exception cref="UserError">There is no such part.</exception>
    public static IAsyncEnumerable<EvaluationItem> Of(TaskContext context, IAsyncEnumerable<EvaluationItem> items) => context.Arguments.GetValueOrDefault(Argument) switch
    {
        null => items,
        Training => items.Where(item => IsForTraining(Asked(item))),
        HeldOut => items.Where(item => !IsForTraining(Asked(item))),
        { } other => throw new UserError($"There is no part \"{other}\".", field: Argument, advice: $"It is {Training} or {HeldOut}; left out, all is asked."),
    };

    /// <summary>Letters and digits decide, so that another spacing or case of a prompt is in the same half.</summary>
    public static bool IsForTraining(string prompt)
    {
        var letters = string.Concat(prompt.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));
        return SHA256.HashData(Encoding.UTF8.GetBytes(letters))[0] % 2 == 0;
    }

    private static string Asked(EvaluationItem item) => item.Messages[^1].Content;
}
