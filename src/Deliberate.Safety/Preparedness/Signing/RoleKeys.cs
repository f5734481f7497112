using System.Security.Cryptography;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>ECDSA on P-256 with SHA-256: a role's private key in a PEM file (PKCS #8), its public one in the policy (SubjectPublicKeyInfo, Base64).</summary>
internal static class RoleKeys
{
    public static bool IsPublic(string text)
    {
        try
        {
            using var key = Public(text);
            return true;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Makes a pair; the private one goes to a file that only its owner may read.</summary>
    /// <returns>The public one.</returns>
    public static string Create(string path)
    {
        if (Path.Exists(path)) throw new UserError("There is a file of this name already; a key that is written over cannot sign any more.", path, field: "--out", advice: "Name another file.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AtomicFile.WriteText(path, key.ExportPkcs8PrivateKeyPem() + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    /// <returns>The signature in Base64, and the public key.</returns>
    public static (string Signature, string Public) Sign(string path, byte[] bytes)
    {
        if (!File.Exists(path)) throw new UserError("There is no such key.", path, field: "--key", advice: "deliberate approve keys --out FILE makes one.");
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Utf8Text.Decode(File.ReadAllBytes(path), path));
            if (key.KeySize != 256) throw new UserError("This is no key on P-256.", path, field: "--key", advice: "deliberate approve keys --out FILE makes one.");
            return (Convert.ToBase64String(key.SignData(bytes, HashAlgorithmName.SHA256)), Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new UserError("This is no private key.", path, field: "--key", advice: "deliberate approve keys --out FILE makes one.", inner: error);
        }
    }

    public static bool Verify(string publicKey, byte[] bytes, string signature)
    {
        try
        {
            using var key = Public(publicKey);
            return key.VerifyData(bytes, Convert.FromBase64String(signature), HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static ECDsa Public(string text)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text), out _);
            return key.KeySize == 256 ? key : throw new CryptographicException("not P-256");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
