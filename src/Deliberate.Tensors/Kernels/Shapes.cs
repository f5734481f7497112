namespace Deliberate.Tensors;

/// <summary>What attention is told about its heads. Segments come with the call.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; divides Heads.</param>
/// <param name="HeadSize">Width of one head, independent of the model's width.</param>
/// <param name="Scale">Factor of q·k, usually 1/sqrt(HeadSize).</param>
/// <param name="Causal">Token i sees j ≤ i.</param>
/// <param name="Window">Token i sees j > i - Window; 0 for no window.</param>
/// <param name="SoftCap">Scores become cap·tanh(score/cap); 0 for none.</param>
internal sealed record AttentionShape(int Heads, int KeyHeads, int HeadSize, double Scale, bool Causal = true, int Window = 0, double SoftCap = 0)
{
    public int Group => Heads / KeyHeads;

    /// <summary>Columns of q, k and v side by side.</summary>
    public int Columns => (Heads + (2 * KeyHeads)) * HeadSize;

    public int KeyColumn(int keyHead) => (Heads + keyHead) * HeadSize;

    public int ValueColumn(int keyHead) => (Heads + KeyHeads + keyHead) * HeadSize;
}

/// <summary>Key heads [Begin, End) and the query heads that share them.</summary>
internal readonly record struct KeyHeads(int Begin, int End);

/// <summary>Norm and rotation of q and k.</summary>
/// <param name="Table">[positions, 2·half]: cosines then sines of a position; null leaves positions out (NoPE).</param>
/// <param name="RotatedSize">2·half: columns of a head that turn, the first ones; the rest pass.</param>
/// <param name="QueryNorm">Weight [HeadSize] of the norm of each head of q, or [Heads · HeadSize] of the norm of all of them at once (OLMo 2), or null.</param>
/// <param name="KeyNorm">Weight [HeadSize] or [KeyHeads · HeadSize] of the norm of k, or null.</param>
internal sealed record HeadRotation(AttentionShape Shape, DeviceBuffer? Table, int RotatedSize, Parameter? QueryNorm, Parameter? KeyNorm, double NormOffset, double Epsilon)
{
    /// <summary>The heads of q, then those of k, as many together as one norm spans.</summary>
    public NormGroup[] Groups { get; } = [.. Split(QueryNorm, 0, Shape.Heads, Shape.HeadSize), .. Split(KeyNorm, Shape.Heads, Shape.KeyHeads, Shape.HeadSize)];

    private static IEnumerable<NormGroup> Split(Parameter? norm, int first, int count, int headSize)
    {
        var width = norm?.Rows ?? headSize;
        for (var head = first; head < first + count; head += width / headSize) yield return new NormGroup(norm, head, head * headSize, width);
    }
}

/// <summary>Columns of q and k that are normed together; from which head and column on, and how many.</summary>
/// <param name="Norm">Weight [Width], or null.</param>
internal readonly record struct NormGroup(Parameter? Norm, int Head, int Column, int Width);

/// <summary>From logits to the distribution: softmax(softCap(logits) · Scale), Scale being 1 / temperature.</summary>
internal readonly record struct LogitShape(double Scale, double SoftCap = 0);

/// <summary>The distribution of another model over the same outputs, to be learned from: its last hidden states and its head.</summary>
/// <param name="Hidden">[T, its width], the batch's rows.</param>
internal sealed record SoftLabels(Tensor Hidden, LinearWeight Head, LogitShape Shape);

/// <summary>The gate's non-linearity.</summary>
internal enum ActivationKind
{
    /// <summary>x·σ(x).</summary>
    Silu,

    /// <summary>0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    TanhGelu,
}

/// <summary>The numbers of one AdamW update (Loshchilov and Hutter 2019; torch.optim.AdamW). Decoupled decay unless told.</summary>
/// <param name="Step">Number of this update, from 1, for the bias corrections.</param>
internal readonly record struct AdamWStep(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, long Step, bool DecayInGradient = false);

/// <summary>The numbers of one SGD update (torch.optim.SGD).</summary>
internal readonly record struct SgdStep(double LearningRate, double Momentum, double Dampening, double WeightDecay, bool Nesterov, bool FirstStep);

/// <summary>The numbers of one Muon update (torch.optim.Muon; Jordan et al. 2024).</summary>
/// <param name="Ratio">What the update is multiplied by beside the rate: sqrt(max(1, rows/columns)), or 0.2·sqrt(max(rows, columns)).</param>
internal readonly record struct MuonStep(double LearningRate, double Momentum, double WeightDecay, bool Nesterov, double Ratio, int Iterations, double A, double B, double C, double Epsilon);
