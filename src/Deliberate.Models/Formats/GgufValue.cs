namespace Deliberate.Models;

/// <summary>Types of GGUF metadata, with the specification's numbers.</summary>
internal enum GgufType
{
    UInt8 = 0, Int8 = 1, UInt16 = 2, Int16 = 3, UInt32 = 4, Int32 = 5, Float32 = 6, Bool = 7, String = 8, Array = 9, UInt64 = 10, Int64 = 11, Float64 = 12,
}

/// <summary>
/// Where a metadata value stands in the file: decoded when it is asked for, so that a vocabulary costs nothing until it is used.
/// </summary>
/// <param name="Type">Its type, or that of the elements of an array.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="Count">Elements; 1 if it is no array.</param>
/// <param name="Offset">Byte of the file at which the first element starts (a string: at its length).</param>
internal readonly record struct GgufValue(GgufType Type, bool IsArray, long Count, long Offset)
{
    /// <summary>Bytes of an element, 0 for strings.</summary>
    public static int Size(GgufType type) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => 0,
    };

    public static bool IsInteger(GgufType type) => type is GgufType.UInt8 or GgufType.Int8 or GgufType.UInt16 or GgufType.Int16 or GgufType.UInt32 or GgufType.Int32 or GgufType.UInt64 or GgufType.Int64;
}
