namespace Deliberate.Tensors;

/// <summary>
/// How the matrices of a model that only infers are held, in one copy laid out for the products. Vectors (norms, biases) stay
/// F32, and so does all arithmetic: a narrower weight is widened exactly on its way to the multiply-add.
/// </summary>
public enum WeightStorage
{
    /// <summary>32-bit floats: the trainer's numbers, bit for bit.</summary>
    F32,

    /// <summary>Brain floats: F32 rounded to 8 significant bits, to nearest even. 2 bytes a weight; exact for checkpoints stored as BF16.</summary>
    BF16,

    /// <summary>
    /// Blocks of 32 along the inputs, signed bytes times one scale (F16's values): ggml's Q8_0, exact for weights that come
    /// quantised so. 1.125 bytes a weight.
    /// </summary>
    Q8_0,
}
