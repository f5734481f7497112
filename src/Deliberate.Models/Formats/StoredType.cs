namespace Deliberate.Models;

/// <summary>
/// How the elements of a stored tensor are written: plain numbers, or blocks that share their scales (the Q types, whose
/// layouts are ggml's). Little-endian throughout.
/// </summary>
internal enum StoredType
{
    F64, F32, F16, BF16,
    I64, I32, I16, I8,
    U64, U32, U16, U8,
    Bool,
    Q4_0, Q4_1, Q5_0, Q5_1, Q8_0,
    Q2_K, Q3_K, Q4_K, Q5_K, Q6_K,
}

/// <summary>Sizes of <see cref="StoredType"/>: a tensor is a sequence of blocks, of one element each for the plain types.</summary>
internal static class StoredTypes
{
    /// <summary>Elements in a block.</summary>
    public static int BlockElements(this StoredType type) => type switch
    {
        < StoredType.Q4_0 => 1,
        < StoredType.Q2_K => 32,
        _ => 256,
    };

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(this StoredType type) => type switch
    {
        StoredType.F64 or StoredType.I64 or StoredType.U64 => 8,
        StoredType.F32 or StoredType.I32 or StoredType.U32 => 4,
        StoredType.F16 or StoredType.BF16 or StoredType.I16 or StoredType.U16 => 2,
        StoredType.I8 or StoredType.U8 or StoredType.Bool => 1,
        StoredType.Q4_0 => 18,
        StoredType.Q4_1 => 20,
        StoredType.Q5_0 => 22,
        StoredType.Q5_1 => 24,
        StoredType.Q8_0 => 34,
        StoredType.Q2_K => 84,
        StoredType.Q3_K => 110,
        StoredType.Q4_K => 144,
        StoredType.Q5_K => 176,
        StoredType.Q6_K => 210,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type"),
    };

    /// <summary>Bytes of so many elements, which are whole blocks.</summary>
    public static long Bytes(this StoredType type, long elements) => checked(elements / type.BlockElements() * type.BlockBytes());

    /// <summary>Whether elements are grouped into blocks with shared scales.</summary>
    public static bool IsQuantized(this StoredType type) => type >= StoredType.Q4_0;
}
