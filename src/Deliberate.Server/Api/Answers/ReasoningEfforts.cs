namespace Deliberate.Server;

/// <summary>
/// Reasoning effort as tokens that the thought may take: a request says how hard the model is to think, by OpenAI's words, and the
/// thought is closed where its budget ends. None also switches thinking off where the model's template can.
/// </summary>
public static class ReasoningEfforts
{
    internal const string None = "none";

    /// <summary>From least to most.</summary>
    public static IReadOnlyList<string> Names { get; } = [None, "minimal", "low", "medium", "high", "xhigh", "max"];

    /// <summary>Tokens of thought by effort; null for no limit but the answer's own.</summary>
    public static IReadOnlyDictionary<string, int?> Usual { get; } = new Dictionary<string, int?>
    {
        [None] = 0,
        ["minimal"] = 64,
        ["low"] = 256,
        ["medium"] = 1024,
        ["high"] = 4096,
        ["xhigh"] = 16384,
        ["max"] = null,
    };

    internal static int? Budget(string effort, ApiOptions options) => options.Efforts.TryGetValue(effort, out var own) ? own : Usual[effort];
}
