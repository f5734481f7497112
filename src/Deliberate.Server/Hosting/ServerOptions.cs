namespace Deliberate.Server;

/// <summary>Where a server listens and what it shows.</summary>
public sealed record ServerOptions
{
    /// <summary>The port of <c>deliberate serve</c> unless another is named.</summary>
    public const int DefaultPort = 5170;

    /// <summary>The folder of evaluations unless another is named.</summary>
    public const string UsualEvaluations = "evaluations";

    /// <summary>A loopback address, or <c>localhost</c>. Another is taken only for the interface with API keys; pages are never shown there.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The folder of runs, made where it is missing; null for a server without them.</summary>
    public string? Runs { get; init; } = "runs";

    /// <summary>The folder of evaluations, whose logs are looked for in it and below it, or one log; null for a server without them.</summary>
    public string? Evaluations { get; init; } = UsualEvaluations;

    /// <summary>The OpenAI-compatible interface; null for a server of pages alone.</summary>
    public ApiOptions? Api { get; init; }

    /// <summary>Now, for what is shown as time ago.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
