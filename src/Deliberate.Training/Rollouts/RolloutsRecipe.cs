using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>How servers of rollouts are used.</summary>
internal sealed record RolloutsRecipe
{
    [Description("Folder that this machine and the servers both see, for weights on their way; the run's own if left out.")]
    public string? Folder { get; init; }

    [Description("vLLM: the name of the model that is served, where the server has several.")]
    public string Model { get; init; } = "";

    [Description("Mean difference, in nats a token, that the canary's log-probabilities may have from the trainer's: what the servers' precision makes of them. Beyond it a server is not sampled from.")]
    [InRange(0, 10, MinExclusive = true)]
    public double Tolerance { get; init; } = 0.05;

    [Description("Seconds for one answer.")]
    [InRange(0.01, 86_400)]
    public double TimeoutS { get; init; } = 300;

    [Description("Requests to one server at a time.")]
    [InRange(1, 4096)]
    public int Concurrency { get; init; } = 64;

    [Description("Further tries of one sample, each by the server that has least to do.")]
    [InRange(0, 100)]
    public int Retries { get; init; } = 4;

    [Description("Faults of one server in one step after which it rests until the next.")]
    [InRange(1, 10_000)]
    public int MaxFaults { get; init; } = 8;

    [Description("Name of the environment variable that holds the servers' key.")]
    public string? KeyEnv { get; init; }
}
