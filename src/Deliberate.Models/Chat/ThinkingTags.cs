namespace Deliberate.Models;

/// <summary>
/// The marks that models put around their chain of thought, each as its makers write it. To know another, add its line.
/// </summary>
internal readonly record struct ThinkingTags(string Open, string Close)
{
    public static IReadOnlyList<ThinkingTags> All { get; } =
    [
        // DeepSeek-R1, Qwen3, QwQ, SmolLM3 and most others; Deliberate's own models.
        new("<think>", "</think>"),
        new("<thinking>", "</thinking>"),
        new("<thought>", "</thought>"),
        new("<reasoning>", "</reasoning>"),
        // Magistral.
        new("[THINK]", "[/THINK]"),
        // Sky-T1, OpenThinker.
        new("<|begin_of_thought|>", "<|end_of_thought|>"),
        // Seed-OSS.
        new("<seed:think>", "</seed:think>"),
    ];
}
