using System.Security.Cryptography;
using System.Text;

namespace Deliberate.Server;

/// <summary>256 random bits for a cookie or a link; the database keeps their hash, so that whoever reads it cannot come in with it.</summary>
internal static class SecretToken
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
