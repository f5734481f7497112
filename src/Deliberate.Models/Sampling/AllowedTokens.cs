namespace Deliberate.Models;

/// <summary>The tokens that may come next: all, one alone, those of a mask, or none, where the text is over without a token that ends it.</summary>
internal readonly struct AllowedTokens
{
    private readonly int _only;

    private AllowedTokens(int only, ulong[]? mask) => (_only, Mask) = (only + 1, mask);

    public static AllowedTokens Any => default;

    public static AllowedTokens None { get; } = new(-2, null);

    public bool IsAny => _only == 0 && Mask is null;

    public bool IsNone => _only < 0;

    /// <summary>The one that may come; negative where there is not one alone.</summary>
    public int Only => _only > 0 ? _only - 1 : -1;

    /// <summary>A bit for each token, 64 to a word; what is behind its end may not come. Null where it does not decide.</summary>
    public ulong[]? Mask { get; }

    public static AllowedTokens One(int token) => new(token, null);

    public static AllowedTokens Of(ulong[] mask) => new(-1, mask);
}
