using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Reasoning;

/// <summary>
/// The policy of a search as it stands in memory, so that a scorer over the same weights needs no copy of them: a head that was trained
/// alone (<c>reward_model.head_only</c>), or the policy asked of its own steps. Only a policy that is held in F32 and used without an
/// adapter is shared, since the scores would else be those of another model.
/// </summary>
/// <param name="Model">Not owned.</param>
/// <param name="Location">Where it was read from.</param>
internal sealed record PolicyInMemory(LanguageModel Model, string Location)
{
    private bool IsShareable => Model.Parameters.Storage is null or WeightStorage.F32 && Model.Adapter is null;

    /// <summary>Whether it was read from the same files.</summary>
    public bool Is(PretrainedModel other)
    {
        if (!IsShareable) return false;
        using var opened = PretrainedModel.Open(Location);
        return opened.Adapter is null && opened.Files.Select(f => Path.GetFullPath(f.Path)).SequenceEqual(other.Files.Select(f => Path.GetFullPath(f.Path)));
    }

    /// <summary>A model's head, where its other weights are the policy's; owned by the caller. Else null.</summary>
    public HeadWeights? HeadOf(PretrainedModel headed)
    {
        if (!IsShareable || headed.Configuration.OutputHead is not { ReadsSurprise: false } head) return null;
        using var opened = PretrainedModel.Open(Location);
        return opened.Adapter is null && HeadWeights.DifferenceFrom(headed, opened) is null ? new HeadWeights(Model.Device, head, Model.Configuration.HiddenSize, headed.Weights) : null;
    }
}
