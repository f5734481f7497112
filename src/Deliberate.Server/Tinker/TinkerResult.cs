using System.Text.Json.Nodes;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>What a request came to, kept until it is fetched: in JSON, and in a protocol buffer where the SDK wants one.</summary>
internal abstract record TinkerResult
{
    public abstract JsonObject Json();

    /// <summary>Null where there is only JSON.</summary>
    public virtual byte[]? Proto() => null;
}

/// <summary>Of a pass.</summary>
internal sealed record PassResult(LossResult Loss) : TinkerResult
{
    public override JsonObject Json() => PassJson.Write(Loss);

    public override byte[] Proto() => PassProto.Write(Loss);
}

/// <summary>Of samples.</summary>
/// <param name="Prompt">The prompt's log-probabilities, the first null; null where nobody asked.</param>
internal sealed record SamplesResult(IReadOnlyList<HostedSample> Samples, float?[]? Prompt) : TinkerResult
{
    public override JsonObject Json() => PassJson.Write(Samples, Prompt);

    public override byte[] Proto() => PassProto.Write(Samples, Prompt);
}

/// <summary>Of everything else.</summary>
internal sealed record PlainResult(JsonObject Body) : TinkerResult
{
    public override JsonObject Json() => Body.DeepClone().AsObject();
}
