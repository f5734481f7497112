using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Deliberate.Tensors;

/// <summary>
/// The layout of one panel of an inference-only weight: PanelWidth outputs side by side for each input k, as in
/// <see cref="PackedMatrix{TL}"/>, in the elements of a <see cref="WeightStorage"/>. Q8_0 puts the F32 scales of 32 inputs
/// [padded width], whose values are those of F16, before their signed bytes [32, padded width].
/// </summary>
internal static unsafe class StoredPanel<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Inputs of a Q8_0 block; the last one of a row may be shorter.</summary>
    public const int BlockInputs = EightBitBlocks.Length;

    /// <summary>Bytes of a panel that is <paramref name="padded"/> outputs wide: whole cache lines where the storage is narrow, <see cref="MatrixProduct{TL}"/>'s own where not.</summary>
    public static nint Bytes(WeightStorage storage, int padded, int depth) => storage switch
    {
        WeightStorage.F32 => (nint)padded * depth * sizeof(float),
        WeightStorage.BF16 => Align((nint)padded * depth * sizeof(ushort)),
        _ => Blocks(depth) * BlockBytes(padded),
    };

    /// <summary>Where input k of a panel begins, a whole block of the storage, or where the panel's numbers end.</summary>
    public static nint InputOffset(WeightStorage storage, int padded, int k) => storage switch
    {
        WeightStorage.F32 => (nint)padded * k * sizeof(float),
        WeightStorage.BF16 => (nint)padded * k * sizeof(ushort),
        _ => Blocks(k) * BlockBytes(padded),
    };

    /// <summary>Where panel p begins: all before it are whole.</summary>
    public static nint Offset(WeightStorage storage, int panel, int depth) => panel * Bytes(storage, MatrixProduct<TL>.PanelWidth, depth);

    /// <summary>Bytes of a whole matrix.</summary>
    public static nint TotalBytes(WeightStorage storage, int columns, int depth)
    {
        var whole = columns / MatrixProduct<TL>.PanelWidth;
        var rest = columns - (whole * MatrixProduct<TL>.PanelWidth);
        return Offset(storage, whole, depth) + (rest == 0 ? 0 : Bytes(storage, MatrixProduct<TL>.RoundUp(rest), depth));
    }

    public static nint BlockBytes(int padded) => Align((nint)padded * (sizeof(float) + BlockInputs));

    /// <summary>Packs outputs given row-major, [width, depth]; those up to the padded width become zero.</summary>
    public static void Pack(WeightStorage storage, float* rows, int width, int depth, byte* panel)
    {
        var padded = MatrixProduct<TL>.RoundUp(width);
        NativeMemory.Clear(panel, (nuint)Bytes(storage, padded, depth));
        switch (storage)
        {
            case WeightStorage.F32: PackedMatrix<TL>.FromTransposed(rows, depth, width, depth, (float*)panel, 0, 1); break;
            case WeightStorage.BF16: PackBFloat16(rows, width, depth, (ushort*)panel, padded); break;
            default: PackEightBits(rows, width, depth, panel, padded); break;
        }
    }

    /// <summary>
    /// Writes inputs [begin, end) of the panel as floats [end - begin, padded]; begin is a multiple of the block.
    /// </summary>
    /// <param name="asksAhead">Whether what lies as far behind is asked for at once: it comes while few rows run over these. Many rows ask for it piece by piece.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand(WeightStorage storage, byte* panel, int padded, int begin, int end, float* target, bool asksAhead = false)
    {
        if (storage == WeightStorage.BF16)
        {
            var source = (ushort*)panel + ((nint)begin * padded);
            var count = (nint)(end - begin) * padded;
            for (nint i = 0; asksAhead && i < count; i += 64 / sizeof(ushort)) CacheHint.Fetch(source + count + i);
            BrainFloats<TL>.Widen(source, target, count);
            return;
        }

        for (var k = begin; k < end; k += BlockInputs)
        {
            var scales = (float*)(panel + (k / BlockInputs * BlockBytes(padded)));
            var bytes = (sbyte*)(scales + padded);
            var stop = Math.Min(BlockInputs, end - k);
            var ahead = (byte*)scales + ((end - begin) / BlockInputs * BlockBytes(padded));
            for (nint i = 0; asksAhead && i < BlockBytes(padded); i += 64) CacheHint.Fetch(ahead + i);
            for (var i = 0; i < stop; i++, bytes += padded, target += padded)
                for (var c = 0; c < padded; c += TL.Width) TL.Store(TL.Multiply(TL.LoadSByte(bytes + c), TL.Load(scales + c)), target + c);
        }
    }

    /// <summary>The weights of one output, column <paramref name="c"/> of the panel, as floats [depth].</summary>
    public static void ReadOutput(WeightStorage storage, byte* panel, int padded, int c, int depth, float* target)
    {
        for (var k = 0; k < depth; k++)
        {
            switch (storage)
            {
                case WeightStorage.F32: target[k] = ((float*)panel)[((nint)k * padded) + c]; break;
                case WeightStorage.BF16: target[k] = BitConverter.UInt32BitsToSingle((uint)((ushort*)panel)[((nint)k * padded) + c] << 16); break;
                default:
                    var scales = (float*)(panel + (k / BlockInputs * BlockBytes(padded)));
                    target[k] = ((sbyte*)(scales + padded))[(k % BlockInputs * padded) + c] * scales[c];
                    break;
            }
        }
    }

    private static void PackBFloat16(float* rows, int width, int depth, ushort* panel, int padded)
    {
        for (var c = 0; c < width; c++)
            for (var k = 0; k < depth; k++) panel[((nint)k * padded) + c] = BrainFloats<TL>.Rounded(rows[((nint)c * depth) + k]);
    }

    private static void PackEightBits(float* rows, int width, int depth, byte* panel, int padded)
    {
        var quantised = stackalloc sbyte[BlockInputs];
        for (var k = 0; k < depth; k += BlockInputs)
        {
            var scales = (float*)(panel + (k / BlockInputs * BlockBytes(padded)));
            var bytes = (sbyte*)(scales + padded);
            var count = Math.Min(BlockInputs, depth - k);
            for (var c = 0; c < width; c++)
            {
                scales[c] = (float)EightBitBlocks.Quantise(new ReadOnlySpan<float>(rows + ((nint)c * depth) + k, count), new Span<sbyte>(quantised, count));
                for (var i = 0; i < count; i++) bytes[(i * padded) + c] = quantised[i];
            }
        }
    }

    private static int Blocks(int depth) => (depth + BlockInputs - 1) / BlockInputs;

    private static nint Align(nint bytes) => (bytes + 63) & ~(nint)63;
}
