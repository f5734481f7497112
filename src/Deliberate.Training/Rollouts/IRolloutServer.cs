using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A completion as a server gave it.</summary>
/// <param name="Tokens">The stop token included.</param>
/// <param name="LogProbabilities">Of each, natural, at temperature 1.</param>
/// <param name="Stopped">Whether a stop token ended it, and not the budget.</param>
/// <param name="Version">Of the weights that it was drawn from; null where the server does not say it of each sample.</param>
internal sealed record ServedSample(int[] Tokens, double[] LogProbabilities, bool Stopped, string? Version);

/// <summary>One server that samples: what vLLM and SGLang each call differently. Only <see cref="Sample"/> and <see cref="Score"/> may be asked twice.</summary>
internal interface IRolloutServer
{
    /// <summary>As messages call it.</summary>
    string Name { get; }

    /// <summary>Positions that it serves; null where it does not say.</summary>
    Task<int?> Context(CancellationToken cancellation);

    /// <summary>Takes weights from a folder that both see, and forgets every prefix that it has read.</summary>
    /// <param name="folder">A Hugging Face folder, or PEFT's.</param>
    /// <param name="version">Which the weights are called from then on.</param>
    /// <param name="isAdapter">Whether it is a low-rank adapter over the model that is served.</param>
    Task Load(string folder, string version, bool isAdapter, CancellationToken cancellation);

    /// <summary>The version that it has; null where it does not say.</summary>
    Task<string?> Version(CancellationToken cancellation);

    /// <param name="stream">Random numbers; a foreign engine takes its seed from them.</param>
    Task<ServedSample> Sample(int[] prompt, int maxTokens, int[] stopTokens, RandomStream stream, CancellationToken cancellation);

    /// <summary>The log-probability of each token but the first, given those before it.</summary>
    Task<double[]> Score(int[] tokens, CancellationToken cancellation);
}
