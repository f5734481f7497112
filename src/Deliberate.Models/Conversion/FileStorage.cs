namespace Deliberate.Models;

/// <summary>How the matrices of a model are stored in files; vectors stay F32 in GGUF.</summary>
internal enum FileStorage
{
    /// <summary>32 bits: nothing is lost.</summary>
    F32,

    /// <summary>16 bits, 11 of them significant; numbers above 65504 do not fit.</summary>
    F16,

    /// <summary>16 bits, 8 of them significant.</summary>
    BF16,

    /// <summary>8.5 bits: blocks of 32.</summary>
    Q8_0,

    /// <summary>6.6 bits: blocks of 256.</summary>
    Q6_K,

    /// <summary>4.5 bits, embedding and head 6.6: blocks of 256. llama.cpp calls such a file Q4_K_S.</summary>
    Q4_K,
}
