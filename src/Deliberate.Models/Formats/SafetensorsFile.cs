using System.Buffers.Binary;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A safetensors file (the format of huggingface/safetensors 0.4 to 0.8): eight bytes with the header's length N, N bytes of JSON
/// that map names to {dtype, shape, data_offsets}, then the data, little-endian and row-major.
/// The file may come from a stranger, so the header is checked whole before anything is read: tensors must lie inside the file,
/// neither overlap nor leave holes, have as many bytes as type and shape say, and occur once. Limits keep a hostile header from
/// costing time or memory. The types of 8 bits and fewer that need scales (F8, F4) are refused by name.
/// </summary>
internal sealed class SafetensorsFile : MappedTensors
{
    /// <summary>32 MB, some 200,000 tensors: ten times what the largest published models need in one file.</summary>
    internal const int LargestHeader = 32 << 20;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
        : base(file, header.Places) => Metadata = header.Metadata;

    /// <summary>The strings under <c>__metadata__</c>, such as format = pt.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    public static SafetensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            if (file.Length < 8) throw new UserError($"a safetensors file has at least 8 bytes, this one {file.Length}.", path, advice: "Download or copy it again.");
            var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, 8));
            if (length > (ulong)(file.Length - 8))
                throw new UserError($"the header says it is {length} bytes long, but the file has {file.Length}.", path, field: "header", advice: "It is cut short, or not a safetensors file.");
            if (length > LargestHeader) throw new UserError($"the header is {length} bytes long; at most {LargestHeader} are read.", path, field: "header");
            return new SafetensorsFile(file, SafetensorsHeader.Parse(file.Bytes(8, (int)length), path, 8 + (long)length, file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
