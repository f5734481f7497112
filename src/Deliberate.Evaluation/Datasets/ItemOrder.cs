using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Deliberate.Evaluation;

/// <summary>
/// The order in which the items of a file are asked: drawn by a hash of seed and id, so that a limit takes items of all categories of a
/// sorted file, a larger limit has those of a smaller one, and a row more or less moves no other.
/// </summary>
internal static class ItemOrder
{
    public static IEnumerable<EvaluationItem> Drawn(IEnumerable<EvaluationItem> items, ulong seed) => items.OrderBy(item => Key(item.Id, seed)).ThenBy(item => item.Id, StringComparer.Ordinal);

    private static ulong Key(string id, ulong seed)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{id}")), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
