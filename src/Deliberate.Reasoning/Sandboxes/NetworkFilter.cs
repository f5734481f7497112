using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Deliberate.Reasoning;

/// <summary>
/// A seccomp program (seccomp(2); classic BPF over the number of the system call, the architecture and the arguments) under which no
/// socket but one between processes of a machine (AF_UNIX) can be made: others end in EAFNOSUPPORT. Calls of another architecture,
/// which have other numbers, end in ENOSYS.
/// </summary>
internal static class NetworkFilter
{
    private const ushort Load = 0x20, JumpEqual = 0x15, And = 0x54, Return = 0x06;
    private const uint NumberAt = 0, ArchitectureAt = 4, FirstArgumentAt = 16;
    private const uint Allow = 0x7FFF0000, Error = 0x00050000, NoFamily = 97, NoCall = 38, Unix = 1;

    /// <summary>The program as bubblewrap's --seccomp reads it; null on an architecture whose numbers are not known here.</summary>
    public static byte[]? Program() => RuntimeInformation.ProcessArchitecture switch
    {
        // The x32 calls of an x64 kernel have the same numbers with one more bit.
        Architecture.X64 => Assemble(architecture: 0xC000003E, socket: 41, numberMask: ~0x40000000u),
        Architecture.Arm64 => Assemble(architecture: 0xC00000B7, socket: 198, numberMask: uint.MaxValue),
        _ => null,
    };

    private static byte[] Assemble(uint architecture, uint socket, uint numberMask)
    {
        (ushort Code, byte True, byte False, uint Value)[] program =
        [
            (Load, 0, 0, ArchitectureAt),
            (JumpEqual, 1, 0, architecture),
            (Return, 0, 0, Error | NoCall),
            (Load, 0, 0, NumberAt),
            (And, 0, 0, numberMask),
            (JumpEqual, 0, 3, socket),
            (Load, 0, 0, FirstArgumentAt),
            (JumpEqual, 1, 0, Unix),
            (Return, 0, 0, Error | NoFamily),
            (Return, 0, 0, Allow),
        ];
        var bytes = new byte[8 * program.Length];
        for (var i = 0; i < program.Length; i++)
        {
            var at = bytes.AsSpan(8 * i);
            BinaryPrimitives.WriteUInt16LittleEndian(at, program[i].Code);
            (at[2], at[3]) = (program[i].True, program[i].False);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], program[i].Value);
        }

        return bytes;
    }
}
