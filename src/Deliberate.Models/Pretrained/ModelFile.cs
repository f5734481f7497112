using System.Security.Cryptography;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A file that a model was read from, with its size.</summary>
internal sealed record ModelFile(string Path, long Bytes)
{
    public static ModelFile Of(string path) => new(path, new FileInfo(path).Length);

    /// <summary>SHA-256 of the whole file in lower-case hexadecimal, as hubs publish it. Reads the file: seconds for gigabytes.</summary>
    public string Sha256()
    {
        try
        {
            using var stream = File.OpenRead(Path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception problem) when (Disk.IsRefusal(problem))
        {
            throw Disk.CannotRead(Path, problem);
        }
    }
}
