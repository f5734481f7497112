using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>A server that speaks Tinker's interface: which base, where checkpoints are kept, for whom, within which limits.</summary>
internal sealed record TinkerOptions
{
    public const int DefaultPort = 5180;

    /// <summary>What clients call the base, which is also where their tokenizer comes from: <c>Qwen/Qwen3-0.6B</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The base: a Hugging Face folder, a .gguf file, a checkpoint.</summary>
    public required string Path { get; init; }

    /// <summary>Where checkpoints are kept.</summary>
    public string Store { get; init; } = "tinker";

    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The file of API keys; null for none.</summary>
    public string? Keys { get; init; }

    /// <summary>Worker threads; 0 for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Of a pass that trains or scores, and the longest sequence that is.</summary>
    public int MicroBatchTokens { get; init; } = 4096;

    /// <summary>Samples that are drawn at once.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Models in memory at once: adapters with their gradients and moments.</summary>
    public int Models { get; init; } = 8;

    /// <summary>Requests whose results nobody has fetched, in work included.</summary>
    public int Queue { get; init; } = 4096;

    /// <summary>A session that has shown no sign of life for so long is ended, and its models unloaded.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a client that asks for a result is kept waiting before it is told to ask again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Whether <c>train_unembed: true</c>, the SDK's default, is taken for false.</summary>
    public bool LeavesUnembed { get; init; }

    /// <summary>The certificate, in PEM; null for plain HTTP.</summary>
    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
