using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What a checkpoint keeps of a stage beside the model.</summary>
/// <param name="Optimizer">Null where nothing goes on from its moments.</param>
/// <param name="WriteMore">Writes the rest into the checkpoint's <c>training/</c>.</param>
internal sealed record StageState(Optimizer? Optimizer, Action<string>? WriteMore = null);
