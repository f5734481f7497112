namespace Deliberate.Tensors;

/// <summary>Who wants to know how far a backward has come, such as what sends gradients on while it goes on with earlier layers.</summary>
internal interface IBackwardWatcher
{
    /// <summary>Nothing more will be added to the gradients of this layer, nor of those behind it; the number of layers: to those of what came before the tape's backward.</summary>
    void Done(int layer);

    /// <summary>Called often, by the thread that called for the backward, between pieces of its work: time for something short.</summary>
    void Look();
}
