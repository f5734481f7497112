namespace Deliberate.Tensors;

/// <summary>
/// The operations that a device implements, and nothing else: each forward with its backward. Shapes: T tokens (rows of the
/// batch), d width, N outputs, K inputs. All are pure functions of the named memory, work on the rows or the share of outputs
/// they are given, and give bits that do not depend on how rows or shares were cut. Gradients of weights accumulate (the caller
/// clears them); gradients of activations are overwritten.
/// </summary>
internal interface IKernels
{
    /// <summary>Makes the memory for a weight's packed copies, where the device keeps any; called before any work on it.</summary>
    void Prepare(LinearWeight weight, bool training);

    /// <summary>Whether the packed copy for y = x·Wᵀ is as long as the weight, and could lie in any other buffer of the device.</summary>
    bool PacksInPlace(LinearWeight weight);

    /// <summary>Renews a weight's packed copies after it changed.</summary>
    void Pack(LinearWeight weight, bool training, Share share);

    /// <summary>Outputs that <see cref="PackStored"/> takes at a time.</summary>
    int StoredOutputs { get; }

    /// <summary>Takes the memory of an inference-only weight.</summary>
    void PrepareStored(LinearWeight weight);

    /// <summary>Fills outputs [panel·StoredOutputs, …) of an inference-only weight, given row-major [outputs, K].</summary>
    void PackStored(LinearWeight weight, int panel, ReadOnlySpan<float> outputs);

    /// <summary>y [T, d] = table[ids] · scale.</summary>
    void Embed(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows);

    /// <summary>table gradient [V, d] += scale · dy at ids, tokens in order; a share of the columns.</summary>
    void EmbedGradient(DeviceBuffer ids, LinearWeight table, double scale, Tensor y, Rows rows, Share share);

    /// <summary>y = x / sqrt(mean(x²) + epsilon) · (weight + weightOffset) (+ residual); keeps 1/sqrt in inverse [T, 1].</summary>
    void RmsNorm(Tensor x, Parameter weight, double weightOffset, double epsilon, Tensor? residual, Tensor inverse, Tensor y, Rows rows);

    /// <summary>x.Gradient = (x.ResidualOf's gradient, if any) + d.</summary>
    void RmsNormBackward(Tensor x, Parameter weight, double weightOffset, Tensor inverse, Tensor y, Rows rows);

    /// <summary>x.Gradient += the gradient of what x is the residual of; for an x that no norm reads.</summary>
    void ResidualGradient(Tensor x, Rows rows);

    /// <summary>weight gradient += Σ_t dy · x · inverse; a share of the columns.</summary>
    void RmsNormWeightGradient(Tensor x, Parameter weight, Tensor inverse, Tensor y, Rows rows, Share share);

    /// <summary>y [T, N] = x [T, K] · Wᵀ (+ bias) (+ residual); a share of the columns of y.</summary>
    void Linear(Tensor x, LinearWeight weight, Parameter? bias, Tensor? residual, Tensor y, Rows rows, Share share);

    /// <summary>x.Gradient (+)= y.Gradient · W. (The residual's gradient flows by <see cref="Tensor.ResidualOf"/>.)</summary>
    /// <param name="yFirstRow">The batch row that row 0 of y's gradient belongs to.</param>
    /// <param name="add">The sum begins with what stands in x.Gradient: the update's share.</param>
    /// <param name="share">Of the columns of x.</param>
    void LinearBackward(Tensor x, LinearWeight weight, Tensor y, int yFirstRow, Rows rows, bool add, Share share);

    /// <summary>dW += dyᵀ·x, dbias += Σ dy, tokens in order; a share of the rows of W.</summary>
    void LinearWeightGradient(Tensor x, LinearWeight weight, Parameter? bias, Tensor y, int yFirstRow, Rows rows, Share share);

    /// <summary>
    /// Adds an update: inner [T, ranks] = scale · x·Aᵀ, and y += inner·Bᵀ, part by part. Inner is kept for the backward; null where
    /// there will be none.
    /// </summary>
    void LowRank(Tensor x, LowRankUpdate update, Tensor? inner, Tensor y, Rows rows, Scratch scratch);

    /// <summary>inner.Gradient = scale · dy·B, and x.Gradient = inner.Gradient·A, which the weight's own backward then adds to.</summary>
    void LowRankBackward(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows);

    /// <summary>dA += inner.Gradientᵀ·x, dB += dyᵀ·inner, after the backward; a share of the rows of each.</summary>
    void LowRankWeightGradient(Tensor x, LowRankUpdate update, Tensor inner, Tensor y, Rows rows, Share share);

    /// <summary>norms = ‖W + scale·B·A‖ of each output's row, factors = magnitude / norms; a share of the outputs. The weight's packed copies are there.</summary>
    void PackMagnitudes(LowRankUpdate update, Share share);

    /// <summary>y [T, N] = factors · x (+ bias) (+ residual), output by output; x and y may be the same tensor.</summary>
    void ScaleOutputs(Tensor x, LowRankUpdate update, Parameter? bias, Tensor? residual, Tensor y, Rows rows);

    /// <summary>x.Gradient = factors · y.Gradient.</summary>
    void ScaleOutputsBackward(Tensor x, LowRankUpdate update, Tensor y, Rows rows);

    /// <summary>dm += Σ_t dy · x / norms, tokens in order; a share of the outputs.</summary>
    void MagnitudeGradient(Tensor x, LowRankUpdate update, Tensor y, Rows rows, Share share);

    /// <summary>
    /// RMS norm of q and k where they have one, of each head or of all heads at once, then rotation of pairs (i, i + half) by the token's position. Input and
    /// output [T, (heads + 2·kvHeads)·headSize] are q, k, v side by side; they may be the same tensor where there is no norm.
    /// </summary>
    void RotateHeads(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows);

    void RotateHeadsBackward(HeadRotation rotation, Tensor x, Tensor? inverse, Tensor y, DeviceBuffer positions, Rows rows);

    /// <summary>Gradients of the two norms' weights, after the backward, which leaves y's gradient turned back; one share.</summary>
    void RotateHeadsWeightGradient(HeadRotation rotation, Tensor x, Tensor inverse, Tensor y, Rows rows);

    /// <summary>
    /// Attention of one segment (a whole sequence, rows [Begin, End), or what follows a prefix) for the query heads of one key head.
    /// o [T, heads·headSize]; logSumExp [T, heads] is kept for the backward. A row's bits are those that it has in the whole sequence.
    /// </summary>
    /// <param name="prefix">Rows that all of the segment's see before their own; none for a whole sequence.</param>
    void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch);

    /// <summary>Adds to the gradients of the prefix's keys and values, whose own backward came before; the segment's are overwritten.</summary>
    void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch);

    /// <summary>Writes the keys and values of rows, at positions first, first + 1, …, into the cache, for some of the key heads.</summary>
    void StoreKeyValues(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, KeyHeads keyHeads);

    /// <summary>Attends from rows at positions first, first + 1, … to their own and all earlier positions of the cache, for some of the key heads.</summary>
    void CachedAttention(AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, KeyHeads keyHeads, Scratch scratch);

    /// <summary>y [T, f] = activation(gate) · up, from gateUp [T, 2f].</summary>
    void GatedActivation(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows);

    void GatedActivationBackward(ActivationKind kind, Tensor gateUp, Tensor y, Rows rows);

    /// <summary>
    /// statistics [T, 4] = (log-probability of the target, entropy, max of z, Σ e^(z - max) or its logarithm) of softmax(z),
    /// z = softCap(x·Wᵀ) · scale, natural logs. The logits are not kept. Rows with a negative target get log-probability 0 and still an entropy.
    /// </summary>
    void LogProbability(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows, Scratch scratch);

    /// <summary>
    /// dlogits [rows, V] for loss = Σ_t upstream[t, 0]·logp + upstream[t, 1]·entropy, recomputing the logits; also fills
    /// statistics. The caller runs the linear backward from dlogits.
    /// </summary>
    void LogProbabilityBackward(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows);

    /// <summary>The log-probability of a token from its z and the last two statistics of its row: the bits that a target's has.</summary>
    float LogProbabilityOf(float z, float max, float last);

    /// <summary>The gradient of rows of z, which <see cref="LogitStatistics"/> left with their statistics, in their place.</summary>
    void LogitGradient(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Rows rows);

    /// <summary>
    /// dlogits [rows, V] for loss = Σ_t upstream[t, 0]·s with s = -KL(q || p) = Σ_j q_j (log p_j - log q_j) of rows that have a target, q being
    /// the distribution of <paramref name="labels"/>. Fills statistics, with s where the log-probability stands.
    /// </summary>
    void SoftLabelBackward(Tensor x, LinearWeight head, LogitShape shape, SoftLabels labels, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows, Scratch scratch);

    /// <summary>The same statistics of rows of logits at hand, which become z in place: what the sampler calls.</summary>
    void LogitStatistics(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows);

    /// <summary>Σ g² over elements [offset, offset + length), one fixed order: the device's own precision within blocks, their sums in double.</summary>
    double SumOfSquares(DeviceBuffer buffer, long offset, long length);

    /// <summary>g ·= factor.</summary>
    void Scale(DeviceBuffer buffer, long offset, long length, double factor);

    /// <summary>One AdamW update of elements [offset, offset + length).</summary>
    /// <param name="moments">Where theirs begin, in the buffers of the moments.</param>
    void AdamW(in AdamWStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer first, DeviceBuffer second, DeviceBuffer? maximum, long offset, long length, long moments);

    /// <summary>One step of SGD with momentum.</summary>
    /// <param name="moments">As <see cref="AdamW"/> has it.</param>
    void Sgd(in SgdStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer? momentum, long offset, long length, long moments);

    /// <summary>One Muon update of a whole matrix [rows, columns].</summary>
    /// <param name="moments">As <see cref="AdamW"/> has it.</param>
    void Muon(in MuonStep step, DeviceBuffer values, DeviceBuffer gradients, DeviceBuffer momentum, long offset, int rows, int columns, long moments, Scratch scratch);
}
