using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>Where a server listens and what it shows.</summary>
public sealed record ServerOptions
{
    /// <summary>The port of <c>deliberate serve</c> unless another is named.</summary>
    public const int DefaultPort = 5170;

    /// <summary>The folder of evaluations unless another is named.</summary>
    public const string UsualEvaluations = "evaluations";

    /// <summary>A loopback address, or <c>localhost</c>. Another is taken only for the interface with API keys, where pages are never shown, or with accounts and a <see cref="PublicAddress"/>.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The folder of runs, made where it is missing; null for a server without them.</summary>
    public string? Runs { get; init; } = "runs";

    /// <summary>The folder of evaluations, whose logs are looked for in it and below it, or one log; null for a server without them.</summary>
    public string? Evaluations { get; init; } = UsualEvaluations;

    /// <summary>The OpenAI-compatible interface; null for a server of pages alone.</summary>
    public ApiOptions? Api { get; init; }

    /// <summary>
    /// Where accounts and labels are kept: a folder, a file that ends in .db, or a connection string of PostgreSQL. With one, people sign
    /// in, and there are the pages to label on; null for a server without accounts, which one browser is let into at a time.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>With accounts: the address under which people reach the server, where a proxy with a certificate stands before it: <c>https://label.example.org</c>.</summary>
    public string? PublicAddress { get; init; }

    /// <summary>Names OpenID Connect's provider; null for passwords alone.</summary>
    internal ProgramConfiguration? Configuration { get; init; }

    /// <summary>Opens the models that testers talk to and that write alternatives for labellers, by name; null for a server that opens none.</summary>
    internal Func<string, Deliberate.Evaluation.EvaluationModel>? OpenModel { get; init; }

    /// <summary>Whether a server that opens models shows the pages of red teaming.</summary>
    internal bool HasRedteam { get; init; } = true;

    /// <summary>Now, for what is shown as time ago.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
