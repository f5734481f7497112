using System.Security.Cryptography;
using System.Text;

namespace Deliberate.Server;

/// <summary>
/// Who may look: whoever comes with a one-time token, and after that with the cookie that it was changed for. Tokens and the
/// session are 256 random bits, known to this process alone and gone with it.
/// </summary>
internal sealed class AccessTokens
{
    /// <summary>Of tokens that nobody has used yet, the newest.</summary>
    private const int MostPending = 16;

    private readonly List<string> _pending = [];

    /// <summary>What the cookie holds.</summary>
    public string Session { get; } = Random();

    /// <summary>A token that works once.</summary>
    public string Issue()
    {
        var token = Random();
        lock (_pending)
        {
            _pending.Add(token);
            if (_pending.Count > MostPending) _pending.RemoveAt(0);
        }

        return token;
    }

    /// <summary>Whether the token is one that nobody has used yet; from now on it is used.</summary>
    public bool Redeem(string token)
    {
        lock (_pending)
        {
            var found = -1;
            // Every one is looked at, so that the time tells nothing.
            for (var i = 0; i < _pending.Count; i++)
                if (Same(_pending[i], token)) found = i;
            if (found < 0) return false;
            _pending.RemoveAt(found);
            return true;
        }
    }

    public bool IsSession(string? cookie) => cookie is not null && Same(Session, cookie);

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
