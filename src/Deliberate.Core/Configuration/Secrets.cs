using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace Deliberate.Core;

/// <summary>
/// The keys that this process has read, so that none leaves it but to the provider that it is for: messages, logs and results go
/// through <see cref="Redact"/>. What is shorter than eight characters (the "EMPTY" that local servers like) is no secret and would
/// garble texts.
/// </summary>
internal static partial class Secrets
{
    /// <summary>What stands in a key's place.</summary>
    public const string Mask = "[key]";

    private const int Shortest = 8;

    private static readonly Lock Adding = new();
    private static volatile string[] _known = [];

    /// <summary>From now on it is redacted, as it is and as JSON and addresses write it.</summary>
    public static void Remember(string secret)
    {
        if (secret.Length < Shortest) return;
        lock (Adding)
        {
            // The longest first: a form may hold a shorter one.
            string[] forms = [secret, Uri.EscapeDataString(secret), JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret)];
            _known = [.. _known.Concat(forms).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length)];
        }
    }

    public static string Redact(string text)
    {
        foreach (var secret in _known) text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }

    /// <summary>The same for text in UTF-8; null where there is nothing to redact.</summary>
    public static byte[]? RedactUtf8(ReadOnlySpan<byte> text)
    {
        var known = _known;
        if (known.Length == 0) return null;
        var read = Encoding.UTF8.GetString(text);
        var redacted = Redact(read);
        return ReferenceEquals(read, redacted) || read == redacted ? null : Encoding.UTF8.GetBytes(redacted);
    }

    /// <summary>Masks what has the form of a key of a known provider, wherever it stands, and remembers it.</summary>
    public static string MaskShapes(string text) => Shape().Replace(text, match =>
    {
        Remember(match.Value);
        return Mask;
    });

    [GeneratedRegex(@"\b(?:sk-|sk_|gsk_|xai-|hf_|nvapi-|ghp_|AIza|Bearer\s+)[A-Za-z0-9_\-.]{12,}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Shape();
}
