namespace Deliberate.Tensors;

/// <summary>
/// A vector of <see cref="Width"/> floats: the kernels are written once over this and compiled by the JIT for each instruction
/// set, with every member inlined. Implemented for 512, 256 and 128 bits and for one float (no vector instructions).
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Floats in one vector; a power of two.</summary>
    static abstract int Width { get; }

    /// <summary>Vectors across one panel of a matrix product, so that a tile of six rows fills the register file and no more.</summary>
    static abstract int PanelVectors { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Brain floats, the upper halves of F32: exact.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    /// <summary>Signed bytes as floats: exact.</summary>
    static abstract TSelf LoadSByte(sbyte* source);

    /// <summary>a · b + c, rounded once where the machine can, and always the same way on one machine.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Add(TSelf a, TSelf b);

    static abstract TSelf Subtract(TSelf a, TSelf b);

    static abstract TSelf Multiply(TSelf a, TSelf b);

    static abstract TSelf Divide(TSelf a, TSelf b);

    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf a);

    /// <summary>Nearest whole number, ties to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>2^n for whole n in [-126, 127].</summary>
    static abstract TSelf PowerOfTwo(TSelf n);

    /// <summary>value where x >= bound, else +0.</summary>
    static abstract TSelf ZeroWhereBelow(TSelf value, TSelf x, TSelf bound);

    /// <summary>Sum of the lanes, halves first: ((0+8)+(4+12))+…; one fixed order.</summary>
    static abstract float Sum(TSelf a);

    static abstract float MaxElement(TSelf a);
}
