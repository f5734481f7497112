using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>A tensor as it came, in either format.</summary>
/// <param name="Values">In the order of rows.</param>
/// <param name="IsWhole">Whether its type is one of whole numbers.</param>
/// <param name="Shape">Null where it was not said.</param>
internal sealed record WireTensor(double[] Values, bool IsWhole, long[]? Shape);

/// <summary>A datum as it came: tokens, and tensors by name. <see cref="For"/> makes of it what a loss wants, or says what is wrong.</summary>
internal sealed record WireDatum(int[] Tokens, IReadOnlyDictionary<string, WireTensor> Inputs)
{
    private const string Targets = "target_tokens", Weights = "weights", Logprobs = "logprobs", Advantages = "advantages";

    /// <param name="vocabulary">Tokens of the model.</param>
    /// <param name="path">Of the datum in the request: <c>data[3]</c>.</param>
    public LossDatum For(HostedLoss loss, int vocabulary, string path)
    {
        if (Tokens.Length == 0) throw ApiError.Invalid($"'{path}.model_input' has no tokens.", $"{path}.model_input");
        foreach (var token in Tokens) CheckToken(token, vocabulary, $"{path}.model_input");
        var isSupervised = loss.Objective is null;
        string[] known = isSupervised ? [Targets, Weights] : [Targets, Logprobs, Advantages];
        foreach (var name in Inputs.Keys)
            if (!known.Contains(name)) throw ApiError.Invalid($"'{path}.loss_fn_inputs.{JsonFields.Short(name)}' is no input of {loss.Name}, which takes {string.Join(", ", known)}.", $"{path}.loss_fn_inputs", "unknown_parameter");
        var targets = Need(Targets, path);
        if (!targets.IsWhole) throw ApiError.Invalid($"'{path}.loss_fn_inputs.{Targets}' has to be int64: token ids.", $"{path}.loss_fn_inputs.{Targets}");
        var ids = new int[targets.Values.Length];
        for (var t = 0; t < ids.Length; t++) ids[t] = CheckToken(targets.Values[t], vocabulary, $"{path}.loss_fn_inputs.{Targets}");
        if (isSupervised) return new LossDatum(Tokens, ids) { Weights = Inputs.ContainsKey(Weights) ? Need(Weights, path).Values : [.. ids.Select(_ => 1.0)] };
        return new LossDatum(Tokens, ids) { Sampled = Need(Logprobs, path).Values, Advantages = Need(Advantages, path).Values };
    }

    private WireTensor Need(string name, string path)
    {
        var field = $"{path}.loss_fn_inputs.{name}";
        if (!Inputs.TryGetValue(name, out var tensor)) throw new ApiError(400, $"Missing required parameter: '{field}'.", field, "missing_required_parameter");
        if (tensor.Shape is { Length: > 1 }) throw ApiError.Unsupported($"'{field}' has the shape [{string.Join(", ", tensor.Shape)}]: several targets a token are not supported, only one of each of the {Tokens.Length} tokens of model_input.", field);
        if (tensor.Values.Length != Tokens.Length || tensor.Shape is [var length] && length != tensor.Values.Length) throw ApiError.Invalid($"'{field}' has {tensor.Values.Length} values, and model_input {Tokens.Length} tokens: there has to be one for each.", field);
        foreach (var value in tensor.Values)
            if (!double.IsFinite(value)) throw ApiError.Invalid($"'{field}' holds a value that is not finite.", field);
        return tensor;
    }

    private static int CheckToken(double token, int vocabulary, string field) =>
        token >= 0 && token < vocabulary ? (int)token : throw ApiError.Invalid(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{field}' holds {token}, which is no token of the model: its vocabulary has {vocabulary}."), field);
}

/// <summary>A forward or forward_backward, in either format.</summary>
/// <param name="Sequence">The client's number of it; null where it has none.</param>
internal sealed record WirePass(string ModelId, long? Sequence, IReadOnlyList<WireDatum> Data, string Loss, IReadOnlyDictionary<string, double> Settings, bool Backward);
