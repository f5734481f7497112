using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>
/// Seals what a model thought, so that a client can keep it and hand it back but neither read, change nor move it: AES-256-GCM under a key
/// that is derived from the server's secret for one model and one API key, with the item's id and kind as associated data. What was
/// forged, spliced together or sealed for another model, key or server does not open.
/// <code>ITEM-ID "." base64url(version [1] | nonce [12] | tag [16] | ciphertext)</code>
/// </summary>
internal sealed class ThoughtSeal : IDisposable
{
    public const string Thought = "thought", Summary = "summary";

    private const byte Version = 1;

    private const int SecretBytes = 32, NonceBytes = 12, TagBytes = 16, Head = 1 + NonceBytes + TagBytes;

    private readonly byte[] _secret;

    private ThoughtSeal(byte[] secret) => _secret = secret;

    /// <param name="file">Where the secret is kept, made where it is missing; null for one that ends with the process.</param>
    /// <exception cref="UserError">The file is no secret, or cannot be read or written.</exception>
    public static ThoughtSeal Open(string? file)
    {
        if (file is null) return new ThoughtSeal(RandomNumberGenerator.GetBytes(SecretBytes));
        try
        {
            if (!File.Exists(file))
            {
                AtomicFile.Write(file, stream => stream.Write(RandomNumberGenerator.GetBytes(SecretBytes)));
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var secret = File.ReadAllBytes(file);
            return secret.Length == SecretBytes ? new ThoughtSeal(secret) : throw new UserError("This is not the secret that thoughts are sealed with.", file, advice: "Move it away, and another is made; what was sealed with it does not open any more.");
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(file, error);
        }
    }

    /// <param name="kind">What it is.</param>
    /// <param name="item">The id of the item that holds it.</param>
    /// <param name="model">Hash of the model whose it is.</param>
    /// <param name="caller">Id of the API key that may bring it back.</param>
    public string Seal(string text, string kind, string item, string model, string caller)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[Head + plain.Length];
        bytes[0] = Version;
        var nonce = bytes.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(KeyOf(model, caller), TagBytes);
        cipher.Encrypt(nonce, plain, bytes.AsSpan(Head), bytes.AsSpan(1 + NonceBytes, TagBytes), Associated(kind, item));
        CryptographicOperations.ZeroMemory(plain);
        return $"{item}.{Base64Url.EncodeToString(bytes)}";
    }

    /// <summary>What was sealed.</summary>
    /// <param name="item">The id that the client names; null where it names none, which some do.</param>
    /// <param name="path">Of the field, for the error.</param>
    /// <exception cref="ApiError">It does not open: 400, without saying why.</exception>
    public string Open(string @sealed, string kind, string? item, string model, string caller, string path)
    {
        var dot = @sealed.IndexOf('.', StringComparison.Ordinal);
        var named = dot > 0 ? @sealed[..dot] : "";
        try
        {
            if (dot > 0 && (item is null || item == named))
            {
                var bytes = Base64Url.DecodeFromChars(@sealed.AsSpan(dot + 1));
                if (bytes.Length >= Head && bytes[0] == Version)
                {
                    var plain = new byte[bytes.Length - Head];
                    using var cipher = new AesGcm(KeyOf(model, caller), TagBytes);
                    cipher.Decrypt(bytes.AsSpan(1, NonceBytes), bytes.AsSpan(Head), bytes.AsSpan(1 + NonceBytes, TagBytes), plain, Associated(kind, named));
                    return Encoding.UTF8.GetString(plain);
                }
            }
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            // Said below, in the same words for every cause.
        }

        throw ApiError.Invalid($"'{path}' was not sealed by this server for this item, model and key.", path, "invalid_encrypted_content");
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);

    private byte[] KeyOf(string model, string caller) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, SecretBytes, salt: null, Encoding.UTF8.GetBytes($"deliberate sealed\n{model}\n{caller}"));

    private static byte[] Associated(string kind, string item) => Encoding.UTF8.GetBytes($"{Version}\n{kind}\n{item}");
}
