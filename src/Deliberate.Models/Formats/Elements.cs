using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deliberate.Models;

/// <summary>
/// Converts stored elements (little-endian, unaligned) to F32 and F64 and back. Blocks go through <see cref="BlockDecoder"/>
/// and <see cref="BlockEncoder"/>. Narrowing rounds to nearest, ties to even; BF16 keeps NaN quiet.
/// </summary>
internal static class Elements
{
    /// <summary>Decodes a whole number of blocks; <paramref name="source"/> holds exactly the destination's elements.</summary>
    public static void ToSingle(StoredType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (type.IsQuantized())
        {
            BlockDecoder.Decode(type, source, destination);
            return;
        }

        switch (type)
        {
            case StoredType.F32: source.CopyTo(MemoryMarshal.AsBytes(destination)); break;
            case StoredType.F16: TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination); break;
            case StoredType.BF16: Widen(MemoryMarshal.Cast<byte, ushort>(source), destination); break;
            case StoredType.F64: Cast(MemoryMarshal.Cast<byte, double>(source), destination); break;
            case StoredType.I64: Cast(MemoryMarshal.Cast<byte, long>(source), destination); break;
            case StoredType.I32: Cast(MemoryMarshal.Cast<byte, int>(source), destination); break;
            case StoredType.I16: Cast(MemoryMarshal.Cast<byte, short>(source), destination); break;
            case StoredType.I8: Cast(MemoryMarshal.Cast<byte, sbyte>(source), destination); break;
            case StoredType.U64: Cast(MemoryMarshal.Cast<byte, ulong>(source), destination); break;
            case StoredType.U32: Cast(MemoryMarshal.Cast<byte, uint>(source), destination); break;
            case StoredType.U16: Cast(MemoryMarshal.Cast<byte, ushort>(source), destination); break;
            case StoredType.U8: Cast(source, destination); break;
            case StoredType.Bool:
                for (var i = 0; i < destination.Length; i++) destination[i] = source[i] != 0 ? 1 : 0;
                break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type");
        }
    }

    /// <inheritdoc cref="ToSingle"/>
    public static void ToDouble(StoredType type, ReadOnlySpan<byte> source, Span<double> destination)
    {
        switch (type)
        {
            case StoredType.F64: source.CopyTo(MemoryMarshal.AsBytes(destination)); return;
            case StoredType.I64: Cast(MemoryMarshal.Cast<byte, long>(source), destination); return;
            case StoredType.I32: Cast(MemoryMarshal.Cast<byte, int>(source), destination); return;
            case StoredType.U64: Cast(MemoryMarshal.Cast<byte, ulong>(source), destination); return;
            case StoredType.U32: Cast(MemoryMarshal.Cast<byte, uint>(source), destination); return;
            default: break;
        }

        // Every other type fits F32 exactly, so it goes through a small buffer of that.
        Span<float> buffer = stackalloc float[1024];
        for (var done = 0; done < destination.Length; done += buffer.Length)
        {
            var part = buffer[..Math.Min(buffer.Length, destination.Length - done)];
            ToSingle(type, source.Slice((int)type.Bytes(done), (int)type.Bytes(part.Length)), part);
            TensorPrimitives.ConvertTruncating<float, double>(part, destination.Slice(done, part.Length));
        }
    }

    /// <summary>Encodes F32 as a floating-point or block type; <paramref name="destination"/> holds exactly the source's elements.</summary>
    public static void FromSingle(StoredType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        switch (type)
        {
            case StoredType.F32: MemoryMarshal.AsBytes(source).CopyTo(destination); break;
            case StoredType.F16: TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<byte, Half>(destination)); break;
            case StoredType.BF16:
                var narrow = MemoryMarshal.Cast<byte, ushort>(destination);
                for (var i = 0; i < source.Length; i++) narrow[i] = Narrow(source[i]);
                break;
            case StoredType.F64:
                var wide = MemoryMarshal.Cast<byte, double>(destination);
                for (var i = 0; i < source.Length; i++) wide[i] = source[i];
                break;
            default:
                BlockEncoder.Encode(type, source, destination);
                break;
        }
    }

    /// <summary>A float as BF16: the upper half of its bits, rounded to nearest even.</summary>
    public static ushort Narrow(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if ((bits & 0x7FFFFFFF) > 0x7F800000) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(source[i..]));
            (low << 16).AsSingle().CopyTo(destination[i..]);
            (high << 16).AsSingle().CopyTo(destination[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    private static void Cast<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : System.Numerics.INumber<TFrom>
        where TTo : System.Numerics.INumber<TTo> => TensorPrimitives.ConvertTruncating(source, destination);
}
