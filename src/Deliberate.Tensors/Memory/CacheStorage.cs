namespace Deliberate.Tensors;

/// <summary>How a sampler's cache holds keys and values. Arithmetic is F32 either way.</summary>
public enum CacheStorage
{
    /// <summary>32-bit floats: samples carry the trainer's own log-probabilities, bit for bit.</summary>
    F32,

    /// <summary>Brain floats, rounded to 8 significant bits: half the memory and half the reading, other bits. For inference only.</summary>
    BF16,
}
