using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>The certificate that a server shows, from PEM files.</summary>
internal static class ServerCertificate
{
    /// <summary>Null where none is named: then the server speaks plain HTTP.</summary>
    /// <exception cref="UserError">It cannot be read, or has no key.</exception>
    public static X509Certificate2? Open(ApiOptions? options)
    {
        if (options?.Certificate is not { } path) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(path, options.CertificateKey);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new UserError("This is no certificate with its key in PEM.", path, field: "--certificate", advice: "Name the key's file too, where it has one of its own: --certificate-key FILE.", inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
