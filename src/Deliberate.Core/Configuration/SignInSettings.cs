using System.ComponentModel;

namespace Deliberate.Core;

/// <summary>Whether whoever vouches for a person may make an account of them.</summary>
internal enum NewAccounts
{
    /// <summary>Only behind an invitation.</summary>
    Invited,

    /// <summary>Whoever they vouch for labels.</summary>
    Labeller,
}

/// <summary>OpenID Connect: somebody else who says who people are, beside the passwords of a server with accounts.</summary>
internal sealed record SignInSettings : ICheckedRecipe
{
    [Description("Address of the provider, without /.well-known/openid-configuration: https://id.example.org/realms/lab.")]
    public required string Authority { get; init; }

    [Description("The name under which the provider knows this server.")]
    public required string ClientId { get; init; }

    [Description("Name of the environment variable that holds the secret that the provider gave; none for a public client.")]
    public string? SecretEnv { get; init; }

    [Description("What the button says.")]
    public string Label { get; init; } = "Sign in with OpenID Connect";

    [Description("invited (an account is made behind an invitation alone) or labeller (whoever the provider vouches for).")]
    public NewAccounts NewAccounts { get; init; }

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var address) || address.Host.Length == 0) yield return ("authority", "This is no address: write it as https://HOST.");
        else if (address.Scheme != "https" && !(address.Scheme == "http" && address.IsLoopback)) yield return ("authority", "Who people are is not asked without encryption: use https.");
    }

    /// <summary>The secret, which is remembered to be redacted; null where there is none.</summary>
    /// <exception cref="UserError">It is not where the configuration says.</exception>
    public string? Secret(string? file)
    {
        if (SecretEnv is null) return null;
        var secret = Environment.GetEnvironmentVariable(SecretEnv)?.Trim() ?? "";
        if (secret.Length == 0) throw new UserError($"The environment variable {SecretEnv} is not set.", file, field: "sign_in.secret_env", advice: $"Set it to the secret, for example: export {SecretEnv}=...");
        Secrets.Remember(secret);
        return secret;
    }
}
