namespace Deliberate.Server;

/// <summary>Where a server listens and what it shows.</summary>
public sealed record ServerOptions
{
    /// <summary>The port of <c>deliberate serve</c> unless another is named.</summary>
    public const int DefaultPort = 5170;

    /// <summary>A loopback address, or <c>localhost</c>. Others are refused: pages are for whoever has the one-time address, and it travels in clear text.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The folder of runs. Made where it is missing.</summary>
    public string Runs { get; init; } = "runs";

    /// <summary>Now, for what is shown as time ago.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
