using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// Moderation by classifiers, offline and in less than a millisecond. A prompt is judged by the trained classifier of prompts that ask for harm
/// (<see cref="HarmfulPrompts"/>), by the user's message that looks worst; an answer by whether it complies (<see cref="RefusalClassifier"/>)
/// with a prompt that does: the score is the product of the two probabilities, so that a refusal of a harmful prompt passes. One category,
/// <c>harmful</c>: which harm it is, it cannot tell.
/// </summary>
/// <param name="prompts">The classifier of prompts.</param>
/// <param name="threshold">From which score on something is flagged, from 0 to 1.</param>
internal sealed class ClassifierModerator(HarmfulPrompts prompts, double threshold) : IModerator
{
    public const string Category = "harmful";

    public const double UsualThreshold = 0.5;

    public string Name => $"harmful-prompts {prompts.Hash[..12]}";

    public string Identity => string.Create(CultureInfo.InvariantCulture, $"harmful-prompts {prompts.Hash}, from {threshold:0.00##############} on");

    public Task<ModerationVerdict> JudgePromptAsync(IReadOnlyList<ChatMessage> conversation, CancellationToken cancellation)
    {
        var worst = Worst(conversation);
        return Task.FromResult(Verdict(worst, worst >= threshold ? string.Create(CultureInfo.InvariantCulture, $"the prompt looks like one that asks for harm ({worst:0.00}, the limit is {threshold:0.00})") : ""));
    }

    public Task<ModerationVerdict> JudgeAnswerAsync(IReadOnlyList<ChatMessage> conversation, string answer, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(answer)) return Task.FromResult(Verdict(0, ""));
        var complies = RefusalClassifier.Shipped.Classify(answer, prompt: null).Compliance;
        var score = Worst(conversation) * complies;
        return Task.FromResult(Verdict(score, score >= threshold ? string.Create(CultureInfo.InvariantCulture, $"the answer complies ({complies:0.00}) with a prompt that looks like one that asks for harm ({score:0.00} in all, the limit is {threshold:0.00})") : ""));
    }

    public ValueTask DisposeAsync() => default;

    private double Worst(IReadOnlyList<ChatMessage> conversation) => conversation.Where(m => m.Role == "user" && !string.IsNullOrWhiteSpace(m.Content)).Select(m => prompts.Probability(m.Content)).DefaultIfEmpty(0).Max();

    private static ModerationVerdict Verdict(double score, string reason) => new(reason.Length > 0, reason, new Dictionary<string, double>(StringComparer.Ordinal) { [Category] = score });
}
