namespace Deliberate.Tensors;

/// <summary>Chooses from rows of logits where they lie, so that the host need not read them. Beside <see cref="IKernels"/>, of a device with memory of its own.</summary>
internal interface IRowChoice
{
    /// <summary>Writes the column of each row's largest number, of equal ones the first, to column <paramref name="column"/> of <paramref name="chosen"/>, as a float: no row is as wide as 2^24.</summary>
    void Largest(Tensor logits, Tensor chosen, int column, Rows rows);
}
