namespace Deliberate.Models;

/// <summary>
/// A GGUF file (ggml's docs/gguf.md, version 2 and 3, little-endian), memory-mapped: metadata and tensors under llama.cpp's own
/// names and row order. <see cref="GgufWeights"/> gives them Hugging Face's, <see cref="GgufConfiguration"/> the model.
/// </summary>
internal sealed class GgufFile : MappedTensors
{
    private GgufFile(MappedFile file, in GgufHeader header)
        : base(file, header.Places)
    {
        Version = header.Version;
        Metadata = new GgufMetadata(file, header.Values);
    }

    public int Version { get; }

    public GgufMetadata Metadata { get; }

    public static GgufFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new GgufFile(file, new GgufHeader(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
