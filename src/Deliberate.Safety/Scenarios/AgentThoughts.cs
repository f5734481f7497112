using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>An agent's run as one sample for monitors of the thought: all that it thought, in order, and its last answer. A log keeps the thoughts of earlier turns with its messages.</summary>
internal static class AgentThoughts
{
    public static Sample Of(Sample sample)
    {
        var thoughts = sample.Messages.Where(m => m.Role == "assistant").Select(m => m.Thinking).Append(sample.Thinking).Where(t => !string.IsNullOrWhiteSpace(t)).ToArray();
        if (thoughts.Length < 2) return sample;
        return sample with { Completion = $"{ChainOfThought.OpeningTag}{string.Join('\n', thoughts)}{ChainOfThought.ClosingTag}{sample.Text}", ThoughtOpenedBy = "", Truncated = false };
    }
}
