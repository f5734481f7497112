namespace Deliberate.Tensors;

/// <summary>
/// The end of a training step on a device that works behind the host's back: whether there is an update, and by what the gradient is scaled,
/// is decided where the gradient lies, so that nobody waits for it. Beside <see cref="IKernels"/>, of a device with memory of its own.
/// </summary>
internal interface IQueuedUpdates
{
    /// <summary>
    /// Writes the gradients' global norm, the factor min(1, clip / (norm + 1e-6)) and 1 to the first elements of <paramref name="record"/>;
    /// 0 in the last's place where the norm, or the first number of one of the record's rows, is not finite.
    /// </summary>
    /// <param name="pieces">Of the gradients: where each begins and how long it is.</param>
    /// <param name="clip">0 for a factor of 1.</param>
    /// <param name="first">Element at which the rows begin.</param>
    /// <param name="columns">Elements from one row to the next.</param>
    void Decide(DeviceBuffer gradients, ReadOnlySpan<(long Offset, long Length)> pieces, double clip, DeviceBuffer record, long first, int rows, int columns);

    /// <summary>Updates from here on take the factor, and are made or not, as <see cref="Decide"/> has it; null: all are made, of the gradient as it is.</summary>
    void Follow(DeviceBuffer? record);
}
