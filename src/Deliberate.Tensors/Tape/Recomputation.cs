namespace Deliberate.Tensors;

/// <summary>What of the activations a backward makes again instead of keeping it: memory for time, and never a bit of the result.</summary>
internal enum Recomputation
{
    /// <summary>Everything is kept.</summary>
    None,

    /// <summary>The outputs of norms and gated activations are made again: about a third less memory, for next to no time.</summary>
    Elementwise,

    /// <summary>Only what each layer begins with is kept (gradient checkpointing): a second forward, for a small part of the memory.</summary>
    Layers,
}
