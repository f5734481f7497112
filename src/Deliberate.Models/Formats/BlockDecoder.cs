using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deliberate.Models;

/// <summary>
/// Dequantises the blocks of 32 elements of ggml (Q4_0, Q4_1, Q5_0, Q5_1, Q8_0) to F32, and hands those of 256 to
/// <see cref="SuperBlockDecoder"/>. Every product and sum is rounded to F32 on its own, in the order of gguf-py's reference, so
/// the bits are the same: x = d (q - z) for the _0 types, x = d q + m for the _1 types, d and m being F16.
/// In a block of 4 or 5 bits, byte j holds element j in its low half and element j + 16 in its high half.
/// </summary>
internal static class BlockDecoder
{
    // Fully optimised from the first call: loading a model is one long call, over before tiered compilation would step in.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(StoredType type, ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        var elements = type.BlockElements();
        var bytes = type.BlockBytes();
        var count = destination.Length / elements;
        if (destination.Length % elements != 0 || blocks.Length != count * bytes) throw new ArgumentException("not whole blocks", nameof(blocks));
        for (var i = 0; i < count; i++)
        {
            var block = blocks.Slice(i * bytes, bytes);
            var x = destination.Slice(i * elements, elements);
            switch (type)
            {
                case StoredType.Q4_0: FourBits(Scale(block), -8, 0, block[2..], x); break;
                case StoredType.Q4_1: FourBits(Scale(block), 0, Scale(block[2..]), block[4..], x); break;
                case StoredType.Q5_0: FiveBits(Scale(block), -16, 0, block[2..], x); break;
                case StoredType.Q5_1: FiveBits(Scale(block), 0, Scale(block[2..]), block[4..], x); break;
                case StoredType.Q8_0: EightBits(Scale(block), block[2..], x); break;
                default: SuperBlockDecoder.Decode(type, block, x); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Scale(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourBits(float scale, int zero, float minimum, ReadOnlySpan<byte> packed, Span<float> x)
    {
        var both = Vector128.Create(packed);
        Spread((both & Vector128.Create((byte)0x0F)).AsSByte(), scale, zero, minimum, x);
        Spread((both >>> 4).AsSByte(), scale, zero, minimum, x[16..]);
    }

    /// <summary>Four bytes with the fifth bits of elements 0 to 31, then the low four bits as in <see cref="FourBits"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FiveBits(float scale, int zero, float minimum, ReadOnlySpan<byte> packed, Span<float> x)
    {
        var both = Vector128.Create(packed[4..]);
        var high = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        Spread(((both & Vector128.Create((byte)0x0F)) | FifthBits((ushort)high)).AsSByte(), scale, zero, minimum, x);
        Spread(((both >>> 4) | FifthBits((ushort)(high >> 16))).AsSByte(), scale, zero, minimum, x[16..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightBits(float scale, ReadOnlySpan<byte> q, Span<float> x)
    {
        Spread(Vector128.Create(q).AsSByte(), scale, x);
        Spread(Vector128.Create(q[16..]).AsSByte(), scale, x[16..]);
    }

    /// <summary>16 where the bit is set, lane by lane.</summary>
    private static Vector128<byte> FifthBits(ushort bits)
    {
        var spread = Vector128.Create(Vector64.Create((byte)bits), Vector64.Create((byte)(bits >> 8)));
        var lanes = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        return Vector128.Equals(spread & lanes, lanes) & Vector128.Create((byte)16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector128<sbyte> q, float scale, int zero, float minimum, Span<float> x)
    {
        if (zero != 0) Spread(q + Vector128.Create((sbyte)zero), scale, x);
        else Spread(q, scale, minimum, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector128<sbyte> q, float scale, Span<float> x)
    {
        ref var first = ref MemoryMarshal.GetReference(x[..16]);
        var d = Vector128.Create(scale);
        var (low, high) = Vector128.Widen(q);
        var (a, b) = Vector128.Widen(low);
        var (c, e) = Vector128.Widen(high);
        (d * Vector128.ConvertToSingle(a)).StoreUnsafe(ref first);
        (d * Vector128.ConvertToSingle(b)).StoreUnsafe(ref first, 4);
        (d * Vector128.ConvertToSingle(c)).StoreUnsafe(ref first, 8);
        (d * Vector128.ConvertToSingle(e)).StoreUnsafe(ref first, 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(Vector128<sbyte> q, float scale, float minimum, Span<float> x)
    {
        ref var first = ref MemoryMarshal.GetReference(x[..16]);
        var d = Vector128.Create(scale);
        var m = Vector128.Create(minimum);
        var (low, high) = Vector128.Widen(q);
        var (a, b) = Vector128.Widen(low);
        var (c, e) = Vector128.Widen(high);
        ((d * Vector128.ConvertToSingle(a)) + m).StoreUnsafe(ref first);
        ((d * Vector128.ConvertToSingle(b)) + m).StoreUnsafe(ref first, 4);
        ((d * Vector128.ConvertToSingle(c)) + m).StoreUnsafe(ref first, 8);
        ((d * Vector128.ConvertToSingle(e)) + m).StoreUnsafe(ref first, 12);
    }
}
